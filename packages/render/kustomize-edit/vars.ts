import { err, isRecord, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';
import { kustomizationFileNames } from '../kustomize/index.ts';
import { joinGo } from '../paths.ts';
import { listOf, Refusal, textOf } from './lists.ts';
import type { Fields } from './lists.ts';

/** The files around a kustomization file, by paths as it writes them. */
export interface NearbyFiles {
  /** Undefined: there is no file. */
  read(path: string): string | undefined;
  /** The names in a folder; undefined: there is none. */
  list(path: string): readonly string[] | undefined;
}

/** What becomes of the variables of a kustomization. */
export interface ConvertedVars {
  readonly replacements: readonly Readonly<Record<string, unknown>>[];
  /** Files that change: `$(NAME)` becomes `NAME_PLACEHOLDER`. */
  readonly files: ReadonlyMap<string, string>;
}

/** Kustomizations within each other end here; a deeper one names itself. */
const depthMax = 50;

/**
 * Replacements for the `vars` of a kustomization, as `kustomize edit fix --vars` finds them: each variable becomes a
 * replacement with a target for every place where it is used, in the resources and patches below.
 */
export function convertVars(kustomization: Fields, nearby: NearbyFiles): Result<ConvertedVars, Problem> {
  try {
    return ok(converted(kustomization, nearby));
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return err(problem('kustomization-edit', thrown.message));
  }
}

const fileNames: readonly string[] = kustomizationFileNames;

interface Touched {
  readonly path: string;
  /** The entry of `patches` that names it. */
  readonly patch?: Fields;
}

function converted(kustomization: Fields, nearby: NearbyFiles): ConvertedVars {
  const touched = touchedFiles(kustomization, '', nearby, 0);
  const files = new Map<string, string>();
  const textOfFile = (path: string): string | undefined => files.get(path) ?? nearby.read(path);
  const replacements = listOf(kustomization, 'vars')
    .filter(isRecord)
    .map((variable) => {
      const name = textOf(variable, 'name');
      const targets = touched.flatMap((file) => targetsIn(file, name, textOfFile(file.path)));
      for (const { path } of touched) {
        const before = textOfFile(path);
        if (before?.includes(`$(${name})`) === true)
          files.set(path, before.replaceAll(`$(${name})`, `${name}_PLACEHOLDER`));
      }
      return { source: sourceOf(variable), ...(targets.length === 0 ? {} : { targets }) };
    });
  return { replacements, files };
}

function touchedFiles(kustomization: Fields, folder: string, nearby: NearbyFiles, depth: number): Touched[] {
  const found: Touched[] = [];
  if (depth > depthMax) throw new Refusal('the kustomizations lie within each other without end');
  for (const resource of [...listOf(kustomization, 'resources'), ...listOf(kustomization, 'bases')]) {
    const path = joinGo(folder, String(resource));
    const name = nearby.list(path)?.find((one) => fileNames.includes(one));
    if (name === undefined) {
      found.push({ path });
      continue;
    }
    const below = readYaml(nearby.read(joinGo(path, name)) ?? '', { file: name, duplicateKeys: 'last' });
    const value = below.ok ? below.value[0]?.value : undefined;
    if (isRecord(value)) found.push(...touchedFiles(value, path, nearby, depth + 1));
  }
  for (const patch of listOf(kustomization, 'patches').filter(isRecord))
    if (textOf(patch, 'path') !== '') found.push({ path: joinGo(folder, textOf(patch, 'path')), patch });
  return found;
}

function sourceOf(variable: Fields): Record<string, unknown> {
  const objref = isRecord(variable['objref']) ? variable['objref'] : {};
  const fieldref = isRecord(variable['fieldref']) ? variable['fieldref'] : {};
  const path = textOf(fieldref, 'fieldPath') || textOf(fieldref, 'fieldpath') || 'metadata.name';
  return filled({
    ...groupAndVersion(textOf(objref, 'apiVersion')),
    kind: textOf(objref, 'kind'),
    name: textOf(objref, 'name'),
    namespace: textOf(objref, 'namespace'),
    // Variables name items of lists in brackets, replacements behind a dot. Upstream leaves that to the reader.
    fieldPath: path.replace(/\[(\d+)\]/g, '.$1'),
  });
}

function groupAndVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return { group: apiVersion.slice(0, Math.max(0, slash)), version: apiVersion.slice(slash + 1) };
}

/** Without what is empty, in the order of names, as upstream writes it. */
function filled(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const said = Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined);
  return Object.fromEntries(said.sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Use {
  readonly fieldPath: string;
  readonly options?: { readonly delimiter: string; readonly index?: number };
}

function targetsIn({ path, patch }: Touched, name: string, text: string | undefined): Fields[] {
  const read = readYaml(text ?? '', { file: path, duplicateKeys: 'last' });
  if (!read.ok) return [];
  const objects = read.value.flatMap(({ value }) => itemsOf(value)).filter(isRecord);
  return objects.flatMap((object) =>
    usesIn(object, name, [], path).map(({ fieldPath, options }) => ({
      fieldPaths: [fieldPath],
      ...(options === undefined ? {} : { options }),
      select: selectOf(object, patch),
    })),
  );
}

function itemsOf(value: unknown): readonly unknown[] {
  if (!isRecord(value)) return [];
  return value['kind'] === 'List' && Array.isArray(value['items']) ? (value['items'] as unknown[]) : [value];
}

/** What a patch is for may be called otherwise than the patch. */
function selectOf(object: Fields, patch: Fields | undefined): Fields {
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  const own = { kind: textOf(object, 'kind'), name: textOf(metadata, 'name') };
  const namespace = textOf(metadata, 'namespace');
  const options = isRecord(patch?.['options']) ? patch['options'] : {};
  const keepsAll = options['allowNameChange'] === true && options['allowKindChange'] === true;
  if (!isRecord(patch?.['target']) || keepsAll)
    return filled({ ...groupAndVersion(textOf(object, 'apiVersion')), ...own, namespace });
  return filled({
    ...patch['target'],
    ...(options['allowNameChange'] === true ? { name: own.name } : {}),
    ...(options['allowKindChange'] === true ? { kind: own.kind } : {}),
    ...(namespace === '' ? {} : { namespace }),
  });
}

function usesIn(value: unknown, name: string, path: readonly string[], file: string): Use[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => usesIn(item, name, [...path, String(i)], file));
  if (isRecord(value))
    return Object.entries(value).flatMap(([key, item]) =>
      usesIn(item, name, [...path, key.includes('.') ? `[${key}]` : key], file),
    );
  const variable = `$(${name})`;
  if (typeof value !== 'string' || !value.includes(variable)) return [];
  return [{ fieldPath: path.join('.'), ...partOf(value, variable, file) }];
}

/** Which part of a text the variable is, by the character beside it. */
function partOf(text: string, variable: string, file: string): Pick<Use, 'options'> {
  if (text === variable) return {};
  const at = text.indexOf(variable);
  const before = text.charAt(at - 1);
  const after = text.charAt(at + variable.length);
  const delimiter = at === 0 ? after : before;
  const parts = text.split(delimiter);
  const isLast = at + variable.length >= text.length;
  const index = at === 0 ? 0 : isLast ? parts.length - 1 : before === after ? parts.indexOf(variable) : -1;
  if (index < 0)
    throw new Refusal(
      `error with ${file}: cannot convert all vars to replacements; ${variable} is not delimited`,
    );
  return { options: { delimiter, ...(index === 0 ? {} : { index }) } };
}
