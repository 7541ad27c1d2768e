import { err, isRecord, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { editYaml, readYaml } from '@plumbline/languages';
import type { YamlEdit } from '@plumbline/languages';
import { addedData, changedData, removedData } from './data.ts';
import { fixEdits, movedList } from './fix.ts';
import { listOf, Refusal, removedItems, textOf } from './lists.ts';
import type { Fields } from './lists.ts';
import { compileName } from '../flux/name-pattern.ts';
import type { ImageArgument, KustomizationEdit, PatchFlags } from './types.ts';

/** A file after its edits, and what there was to say. */
export interface Edited {
  readonly text: string;
  /** What was left out because it was there (or gone) already. */
  readonly notes: readonly string[];
}

/** What one edit comes to. */
interface Planned {
  readonly edits: readonly YamlEdit[];
  readonly notes?: readonly string[];
}

/**
 * Edits the text of a kustomization file as `kustomize edit` does, but leaves every byte around the change as it is (upstream
 * sorts fields, lists and blanks anew). The messages of problems are upstream's.
 */
export function editKustomization(
  text: string,
  edits: readonly KustomizationEdit[],
  file = 'kustomization.yaml',
): Result<Edited> {
  let edited = text;
  const notes: string[] = [];
  for (const edit of edits) {
    const read = readYaml(edited, { file, duplicateKeys: 'last' });
    if (!read.ok) return err(read.error);
    const value = read.value[0]?.value ?? {};
    if (!isRecord(value)) return err(problem('kustomization-invalid', `${file} is no mapping`));
    const planned = plan(value, edit);
    if (!planned.ok) return planned;
    const done = editYaml(edited, planned.value.edits);
    if (!done.ok) return done;
    edited = done.value;
    notes.push(...(planned.value.notes ?? []));
  }
  return ok({ text: edited, notes });
}

function plan(kustomization: Fields, edit: KustomizationEdit): Result<Planned> {
  try {
    return ok(planOf(kustomization, edit));
  } catch (thrown) {
    if (thrown instanceof Refusal) return err(refusalOf(thrown));
    throw thrown;
  }
}

function refusalOf({ message }: Refusal): Problem {
  return problem('edit-refused', message);
}

function planOf(kustomization: Fields, edit: KustomizationEdit): Planned {
  switch (edit.type) {
    case 'set':
      return {
        edits: [{ type: edit.value === '' ? 'remove' : 'set', path: [edit.field], value: edit.value }],
      };
    case 'setImages':
      return {
        edits: [
          ...movedList(kustomization, 'imageTags', 'images'),
          ...lastByName(edit.images).flatMap((image) =>
            imageEdits(joinedList(kustomization, 'images', 'imageTags'), image),
          ),
        ],
      };
    case 'setReplicas':
      return { edits: lastByName(edit.replicas).flatMap((replica) => replicaEdits(kustomization, replica)) };
    case 'setBuildMetadata':
      // What says the same already keeps its form.
      return JSON.stringify(kustomization['buildMetadata']) === JSON.stringify(edit.options)
        ? { edits: [] }
        : { edits: [{ type: 'set', path: ['buildMetadata'], value: edit.options }] };
    case 'addBuildMetadata':
      return { edits: addedOptions(kustomization, edit.options) };
    case 'removeBuildMetadata':
      return {
        edits: removedItems('buildMetadata', listOf(kustomization, 'buildMetadata'), (item) =>
          edit.options.includes(String(item)),
        ),
      };
    case 'addData':
      return { edits: addedData(kustomization, edit.data) };
    case 'setData':
      return { edits: changedData(kustomization, edit) };
    case 'removeData':
      return removedData(kustomization, edit);
    case 'addBases':
      return { edits: addedBases(kustomization, edit.paths) };
    case 'fix':
      return { edits: fixEdits(kustomization, edit.isFile) };
    case 'replaceVars':
      return { edits: replacedVars(edit.replacements) };
    case 'addEntries':
      return entryEdits(kustomization, edit);
    case 'removeEntries':
      return removedEntries(kustomization, edit);
    case 'addPaths':
      return addedPaths(kustomization, edit);
    case 'removePaths':
      return { edits: removedItems(edit.field, listOf(kustomization, edit.field), matcherOf(edit.patterns)) };
    case 'addPatch':
      return addedPatch(kustomization, edit.patch);
    case 'removePatch':
      return removedPatch(kustomization, edit.patch);
  }
}

function addedOptions(kustomization: Fields, options: readonly string[]): YamlEdit[] {
  const known = new Set(listOf(kustomization, 'buildMetadata'));
  return options.map((value): YamlEdit => {
    if (known.has(value)) throw new Refusal(`buildMetadata option ${value} already in kustomization file`);
    known.add(value);
    return { type: 'append', path: ['buildMetadata'], value };
  });
}

function replacedVars(replacements: readonly Readonly<Record<string, unknown>>[]): YamlEdit[] {
  return [
    ...replacements.map((value): YamlEdit => ({ type: 'append', path: ['replacements'], value })),
    { type: 'remove', path: ['vars'] },
  ];
}

function addedBases(kustomization: Fields, paths: readonly string[]): YamlEdit[] {
  const known = new Set(joinedList(kustomization, 'resources', 'bases'));
  const added = paths.map((value): YamlEdit => {
    if (known.has(value)) throw new Refusal(`base ${value} already in kustomization file`);
    known.add(value);
    return { type: 'append', path: ['resources'], value };
  });
  return [...movedList(kustomization, 'bases', 'resources'), ...added];
}

/** Of several changes of one name the last one counts. */
function lastByName<T extends { readonly name: string }>(changes: readonly T[]): readonly T[] {
  return [...new Map(changes.map((one) => [one.name, one])).values()];
}

/** A list with what stands under its old name. */
function joinedList(kustomization: Fields, field: string, old: string): readonly unknown[] {
  return [...listOf(kustomization, field), ...listOf(kustomization, old)];
}

/** `*` keeps what the file says of the image. */
const keep = '*';

function imageEdits(images: readonly unknown[], image: ImageArgument): YamlEdit[] {
  const index = images.findIndex((item) => textOf(item, 'name') === image.name);
  const fields = (['newName', 'newTag', 'digest'] as const).map(
    (field) => [field, image[field] === keep ? textOf(images[index], field) : image[field]] as const,
  );
  if (index < 0) {
    const said = fields.filter(([, text]) => text !== '');
    return [{ type: 'append', path: ['images'], value: { name: image.name, ...Object.fromEntries(said) } }];
  }
  return fields.map(([field, text]): YamlEdit => {
    const path = ['images', index, field];
    return text === '' ? { type: 'remove', path } : { type: 'set', path, value: text };
  });
}

function replicaEdits(
  kustomization: Fields,
  replica: { readonly name: string; readonly count: number },
): YamlEdit[] {
  const index = listOf(kustomization, 'replicas').findIndex((item) => textOf(item, 'name') === replica.name);
  if (index < 0) return [{ type: 'append', path: ['replicas'], value: replica }];
  return [{ type: 'set', path: ['replicas', index, 'count'], value: replica.count }];
}

function entryEdits(
  kustomization: Fields,
  edit: Extract<KustomizationEdit, { type: 'addEntries' }>,
): Planned {
  const { kind, entries, force, withoutSelector, includeTemplates } = edit;
  const path =
    withoutSelector === true
      ? labelsPath(kustomization, includeTemplates === true)
      : [kind === 'label' ? 'commonLabels' : 'commonAnnotations'];
  if (path === undefined) {
    const templates = includeTemplates === true ? { includeTemplates: true } : {};
    const value = { ...templates, pairs: Object.fromEntries(entries) };
    return { edits: [{ type: 'append', path: ['labels'], value }] };
  }
  const held = path.reduce<unknown>(
    (at, part) => (Array.isArray(at) ? (at as unknown[])[Number(part)] : isRecord(at) ? at[part] : undefined),
    kustomization,
  );
  return {
    edits: [...entries].map(([key, value]) => {
      if (!force && isRecord(held) && Object.hasOwn(held, key))
        throw new Refusal(`${kind} ${key} already in kustomization file. Use --force to override.`);
      return { type: 'set', path: [...path, key], value };
    }),
  };
}

/** The pairs of the entry of `labels` that leaves selectors alone and treats templates in this way. */
function labelsPath(kustomization: Fields, includeTemplates: boolean): (string | number)[] | undefined {
  const index = listOf(kustomization, 'labels').findIndex(
    (item) =>
      isRecord(item) &&
      (item['includeSelectors'] ?? false) === false &&
      (item['includeTemplates'] ?? false) === includeTemplates,
  );
  return index < 0 ? undefined : ['labels', index, 'pairs'];
}

function removedEntries(
  kustomization: Fields,
  { kind, keys, ignoreMissing }: Extract<KustomizationEdit, { type: 'removeEntries' }>,
): Planned {
  const field = kind === 'label' ? 'commonLabels' : 'commonAnnotations';
  const held = kustomization[field];
  if (!isRecord(held) && !ignoreMissing) throw new Refusal(`${field} is not defined in kustomization file`);
  return {
    edits: keys.map((key) => {
      if (!ignoreMissing && !(isRecord(held) && Object.hasOwn(held, key)))
        throw new Refusal(`${kind} ${key} is not defined in kustomization file`);
      return { type: 'remove', path: [field, key] };
    }),
  };
}

function addedPaths(
  kustomization: Fields,
  { field, paths }: Extract<KustomizationEdit, { type: 'addPaths' }>,
): Planned {
  const isResources = field === 'resources';
  const known = new Set(
    isResources ? joinedList(kustomization, field, 'bases') : listOf(kustomization, field),
  );
  const fresh = [...new Set(paths)].filter((path) => !known.has(path));
  const noun = field.replace(/s$/, '');
  return {
    edits: [
      ...(isResources && fresh.length > 0 ? movedList(kustomization, 'bases', field) : []),
      ...fresh.map((value): YamlEdit => ({ type: 'append', path: [field], value })),
    ],
    notes: paths
      .filter((path) => known.has(path))
      .map((path) => `${noun} ${path} already in kustomization file`),
  };
}

function matcherOf(patterns: readonly string[]): (item: unknown) => boolean {
  const tests = patterns.map((pattern) => [pattern, compileName(pattern)] as const);
  return (item) =>
    tests.some(([, test]) => {
      const fits = test(String(item));
      if (fits === undefined) throw new Refusal('syntax error in pattern');
      return fits;
    });
}

const targetFields = [
  'group',
  'version',
  'kind',
  'name',
  'namespace',
  'labelSelector',
  'annotationSelector',
] as const;

function patchOf(flags: PatchFlags): Fields {
  const target = Object.fromEntries(
    targetFields.filter((field) => (flags[field] ?? '') !== '').map((field) => [field, flags[field]]),
  );
  return {
    ...((flags.path ?? '') === '' ? {} : { path: flags.path }),
    ...((flags.patch ?? '') === '' ? {} : { patch: flags.patch }),
    ...(Object.keys(target).length === 0 ? {} : { target }),
  };
}

function samePatch(item: unknown, wanted: Fields): boolean {
  if (!isRecord(item) || isRecord(item['options'])) return false;
  const target = (from: unknown, field: string): string => (isRecord(from) ? textOf(from, field) : '');
  return (
    textOf(item, 'path') === textOf(wanted, 'path') &&
    textOf(item, 'patch') === textOf(wanted, 'patch') &&
    isRecord(item['target']) === isRecord(wanted['target']) &&
    targetFields.every((field) => target(item['target'], field) === target(wanted['target'], field))
  );
}

function addedPatch(kustomization: Fields, flags: PatchFlags): Planned {
  const patch = checkedPatch(flags);
  if ((flags.patch ?? '') === '' && (flags.path ?? '') === '')
    throw new Refusal('must provide either patch or path');
  const known = listOf(kustomization, 'patches').some((item) => samePatch(item, patch));
  if (known) return { edits: [], notes: [`patch ${flags.path ?? ''} already in kustomization file`] };
  return { edits: [{ type: 'append', path: ['patches'], value: patch }] };
}

function removedPatch(kustomization: Fields, flags: PatchFlags): Planned {
  const patch = checkedPatch(flags);
  const edits = removedItems('patches', listOf(kustomization, 'patches'), (item) => samePatch(item, patch));
  if (edits.length > 0) return { edits };
  return {
    edits: [],
    notes: [`patch ${flags.path ?? flags.patch ?? ''} doesn't exist in kustomization file`],
  };
}

function checkedPatch(flags: PatchFlags): Fields {
  if ((flags.patch ?? '') !== '' && (flags.path ?? '') !== '')
    throw new Refusal("patch and path can't be set at the same time");
  return patchOf(flags);
}
