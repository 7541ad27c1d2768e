import { err, isRecord, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { expandVariables } from '../context.ts';
import type { RenderContext } from '../context.ts';
import { decodeKustomization } from './kustomization/read.ts';
import type { ImageArgs, Kustomization, LabelArgs, PatchArgs, ReplicaArgs } from './kustomization/types.ts';
import { KustomizeError } from './problem.ts';
import { splitImage } from './transformers/images.ts';

/** `spec.source.kustomize` of an Application, and how the build itself is to go. */
export interface KustomizeParameters {
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  /** `name=new:tag`, `name=new`, `name:tag`, `name@digest`; `*` keeps what the kustomization says. */
  readonly images?: readonly string[];
  readonly commonLabels?: Readonly<Record<string, string>>;
  readonly labelWithoutSelector?: boolean;
  readonly labelIncludeTemplates?: boolean;
  readonly forceCommonLabels?: boolean;
  readonly commonAnnotations?: Readonly<Record<string, string>>;
  readonly commonAnnotationsEnvsubst?: boolean;
  readonly forceCommonAnnotations?: boolean;
  readonly namespace?: string;
  readonly replicas?: readonly { readonly name: string; readonly count: number | string }[];
  readonly patches?: readonly ArgoPatch[];
  readonly components?: readonly string[];
  readonly ignoreMissingComponents?: boolean;
  readonly version?: string;
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
}

/** A patch as an Application holds it: the options are a mapping. */
interface ArgoPatch extends Omit<PatchArgs, 'options'> {
  readonly options?: Readonly<Record<string, boolean>>;
}

/** Whether a source changes the kustomization at all. */
export function changesKustomization(parameters: KustomizeParameters): boolean {
  const { namePrefix, nameSuffix, namespace, images, replicas, patches, components } = parameters;
  const { commonLabels, commonAnnotations } = parameters;
  const texts = [namePrefix, nameSuffix, namespace];
  const lists = [images, replicas, patches, components];
  const maps = [commonLabels, commonAnnotations];
  return (
    texts.some((text) => text !== undefined && text !== '') ||
    lists.some((list) => list !== undefined && list.length > 0) ||
    maps.some((map) => map !== undefined && Object.keys(map).length > 0)
  );
}

/**
 * What Argo CD does to the kustomization of an Application with `kustomize edit` before it builds, done in memory: in the same
 * order, with the same complaints.
 */
export function argoOverlay(
  parameters: KustomizeParameters,
  context: RenderContext,
  file: string,
): (read: unknown) => Result<unknown> {
  return (read) => {
    if (read === undefined)
      return err(problem('kustomization-missing', "Missing kustomization file 'kustomization.yaml'.\n"));
    try {
      return ok(edited(decodeKustomization(read, file), parameters, context));
    } catch (thrown) {
      if (!(thrown instanceof KustomizeError)) throw thrown;
      return err(
        problem(thrown.code, thrown.message, thrown.hint === undefined ? {} : { hint: thrown.hint }),
      );
    }
  };
}

function edited(read: Kustomization, parameters: KustomizeParameters, context: RenderContext): Kustomization {
  const { namePrefix = '', nameSuffix = '', namespace = '', images = [], replicas = [] } = parameters;
  const { patches = [], components = [] } = parameters;
  let result: Kustomization = read;
  if (namePrefix !== '') result = { ...result, namePrefix };
  if (nameSuffix !== '') result = { ...result, nameSuffix };
  if (images.length > 0)
    result = withImages(
      result,
      images.map((image) => parseImage(expandVariables(image, context))),
    );
  if (replicas.length > 0)
    result = { ...result, replicas: mergeByName(result.replicas ?? [], replicas.map(replicaOf)) };
  result = withLabels(result, parameters, context);
  result = withAnnotations(result, parameters, context);
  if (namespace !== '') result = { ...result, namespace };
  if (patches.length > 0)
    result = { ...result, patches: [...(result.patches ?? []), ...patches.map(patchOf)] };
  if (components.length > 0)
    result = { ...result, components: [...new Set([...(result.components ?? []), ...components])] };
  return result;
}

const badImage = new KustomizeError(
  [
    'invalid format of image, use one of the following options:',
    '- <image>=<newimage>:<newtag>',
    '- <image>=<newimage>@<digest>',
    '- <image>=<newimage>:<newtag>@<digest>',
    '- <image>=<newimage>',
    '- <image>:<newtag>',
    '- <image>:<newtag>@<digest>',
    '- <image>@<digest>',
  ].join('\n'),
  { code: 'image-invalid' },
);

/** An image as `kustomize edit set image` reads it. */
function parseImage(text: string): ImageArgs {
  const cut = text.indexOf('=');
  const value = cut < 0 ? text : text.slice(cut + 1);
  const { name, tag, digest } = splitImage(value);
  if (name === text) throw badImage;
  const named = cut < 0 ? { name } : { name: text.slice(0, cut), newName: name };
  return { ...named, newTag: tag, digest };
}

/** The asterisk stands for what the kustomization says already. */
const keep = '*';

function withImages(read: Kustomization, wanted: readonly ImageArgs[]): Kustomization {
  const { imageTags = [], images = [], ...rest } = read;
  const known = [...images, ...imageTags];
  const merged = wanted.map((image) => {
    const before = known.find(({ name }) => (name ?? '') === image.name);
    const kept = (field: 'newName' | 'newTag' | 'digest'): string =>
      (image[field] === keep ? before?.[field] : image[field]) ?? '';
    return {
      name: image.name ?? '',
      newName: kept('newName'),
      newTag: kept('newTag'),
      digest: kept('digest'),
    };
  });
  return { ...rest, images: mergeByName(known, merged) };
}

/** New entries take the place of old ones of the same name; the result is sorted by name, as the edit commands write it. */
function mergeByName<T extends { readonly name?: string }>(old: readonly T[], wanted: readonly T[]): T[] {
  const byName = new Map<string, T>();
  for (const entry of [...old, ...wanted]) byName.set(entry.name ?? '', entry);
  return [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function replicaOf({ name, count }: { readonly name: string; readonly count: number | string }): ReplicaArgs {
  const number = typeof count === 'number' ? count : /^[-+]?\d+$/.test(count) ? Number(count) : undefined;
  if (number === undefined)
    throw new KustomizeError(`expected integer value for count. Received: ${count}`, {
      code: 'replicas-invalid',
    });
  return { name, count: number };
}

function patchOf(patch: ArgoPatch): PatchArgs {
  const { options, ...rest } = patch;
  if (!isRecord(options)) return rest;
  const { allowNameChange, allowKindChange } = options;
  return {
    ...rest,
    options: { allowNameChange: allowNameChange === true, allowKindChange: allowKindChange === true },
  };
}

function withLabels(
  read: Kustomization,
  parameters: KustomizeParameters,
  context: RenderContext,
): Kustomization {
  const {
    labelWithoutSelector = false,
    labelIncludeTemplates = false,
    forceCommonLabels: force = false,
  } = parameters;
  const wanted = expanded(parameters.commonLabels ?? {}, context);
  if (Object.keys(wanted).length === 0) return read;
  if (!labelWithoutSelector && labelIncludeTemplates)
    throw new KustomizeError('--without-selector flag must be specified for --include-templates to work', {
      code: 'labels-invalid',
      hint: 'set labelWithoutSelector as well',
    });
  if (!labelWithoutSelector)
    return { ...read, commonLabels: withEntries(read.commonLabels ?? {}, wanted, force, 'label') };
  const labels = [...(read.labels ?? [])];
  const isOurs = (label: LabelArgs): boolean =>
    label.includeSelectors !== true && (label.includeTemplates === true) === labelIncludeTemplates;
  const at = labels.findIndex(isOurs);
  const before = labels[at] ?? (labelIncludeTemplates ? { includeTemplates: true } : {});
  const changed = { ...before, pairs: withEntries(before.pairs ?? {}, wanted, force, 'label') };
  return { ...read, labels: at < 0 ? [...labels, changed] : labels.with(at, changed) };
}

function withAnnotations(
  read: Kustomization,
  parameters: KustomizeParameters,
  context: RenderContext,
): Kustomization {
  const {
    commonAnnotations = {},
    commonAnnotationsEnvsubst = false,
    forceCommonAnnotations: force = false,
  } = parameters;
  if (Object.keys(commonAnnotations).length === 0) return read;
  const wanted = commonAnnotationsEnvsubst ? expanded(commonAnnotations, context) : commonAnnotations;
  return {
    ...read,
    commonAnnotations: withEntries(read.commonAnnotations ?? {}, wanted, force, 'annotation'),
  };
}

function expanded(entries: Readonly<Record<string, string>>, context: RenderContext): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries).map(([key, value]) => [key, expandVariables(value, context)]),
  );
}

function withEntries(
  old: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
  force: boolean,
  kind: 'label' | 'annotation',
): Record<string, string> {
  const result = { ...old };
  for (const key of Object.keys(wanted).sort()) {
    if (Object.hasOwn(result, key) && !force)
      throw new KustomizeError(`${kind} ${key} already in kustomization file. Use --force to override.`, {
        code: `${kind}-exists`,
        hint: `set ${kind === 'label' ? 'forceCommonLabels' : 'forceCommonAnnotations'}`,
      });
    result[key] = unquoted(wanted[key] ?? '');
  }
  return result;
}

/** The edit commands take one pair of double quotes off a value. */
function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
