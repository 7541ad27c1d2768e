import { resolveScalar } from '@plumbline/languages';
import { isMapping, kindOf, putField } from '../merge/nodes.ts';
import { KustomizeError, TypeMismatch, withPrefix } from '../problem.ts';
import { gvkOf, idSelected, idText, metadataOf, nameOf, namespaceOf, previousIds } from '../resource.ts';
import type { JsonObject, Resource, ResId } from '../resource.ts';
import type { FieldOptions, Replacement, ReplacementSource, ReplacementTarget, Selector } from '../types.ts';
import { lookupPath } from './lookup.ts';
import { matchPath } from './match.ts';
import type { Place } from './match.ts';
import { parseFieldPath } from './path.ts';
import { withText } from './scalars.ts';
import { compileSelector } from './selector.ts';
import { replaceInText } from './structured.ts';
import { sourceTextOf, writePlace } from './write.ts';
import type { ScalarNotes, SourceValue } from './write.ts';

const defaultFieldPath = 'metadata.name';

/** Copies values from fields to other fields, one replacement after the other. Throws `KustomizeError` in upstream's words. */
export function applyReplacements(
  resources: readonly Resource[],
  replacements: readonly Replacement[],
): void {
  for (const replacement of replacements) applyReplacement(resources, replacement);
  refuseMismatches(resources);
}

/** One replacement; texts of a wrong type stay until `refuseMismatches` finds them. */
export function applyReplacement(resources: readonly Resource[], replacement: Replacement): void {
  const { source, sourceValue, targets } = replacement;
  if ((source === undefined && sourceValue === undefined) || targets.length === 0)
    throw new KustomizeError('replacements must specify a source and at least one target');
  if (source !== undefined && sourceValue !== undefined)
    throw new KustomizeError('value and resource selectors are mutually exclusive');
  // A value that is given as it is has no type: what it is written to decides.
  const value: SourceValue =
    source === undefined ? { node: sourceValue ?? '', typed: false } : readSource(resources, source);
  for (const target of targets) writeTarget(resources, target, value);
}

/** Throws what is wrong with a text that still stands where something of another type has to. */
export function refuseMismatches(resources: readonly Resource[]): void {
  for (const { object } of resources) refuseIn(object);
}

function refuseIn(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof TypeMismatch) throw value;
  for (const child of Object.values(value)) refuseIn(child);
}

function readSource(resources: readonly Resource[], source: ReplacementSource): SourceValue {
  const matches = resources.filter((resource) => idsOf(resource).some((id) => idSelected(id, source)));
  if (matches.length > 1) throw new KustomizeError(`multiple matches for selector ${sourceText(source)}`);
  const [match] = matches;
  if (match === undefined) throw new KustomizeError(`nothing selected by ${sourceText(source)}`);
  const fieldPath = source.fieldPath === '' ? defaultFieldPath : source.fieldPath;
  const found = withPrefix(
    () => 'error looking up replacement source',
    () => lookupPath(match.object, parseFieldPath(fieldPath)),
  );
  if (isNilOrEmpty(found))
    throw new KustomizeError(
      `fieldPath \`${fieldPath}\` is missing for replacement source ${idText(source)}`,
    );
  return refine(asWritten(match, fieldPath, found), source.options);
}

/** A number is copied as it is written: `1.10` as a text is `1.10`. */
function asWritten({ object, styles }: Resource, fieldPath: string, found: unknown): SourceValue {
  const value: SourceValue = { node: found, typed: true };
  if (typeof found !== 'number' || styles?.hasOddNumbers !== true) return value;
  const path = parseFieldPath(fieldPath);
  const holder = lookupPath(object, path.slice(0, -1));
  const text = isMapping(holder) ? styles.plainText(holder, path.at(-1) ?? '') : undefined;
  return text !== undefined && resolveScalar(text) === found ? { ...value, text } : value;
}

/** All that a resource is and was called. Upstream does not ask here whether its kind is cluster-scoped. */
function idsOf(resource: Resource): ResId[] {
  const { object } = resource;
  const current = { ...gvkOf(object), name: nameOf(object), namespace: namespaceOf(object) };
  return [current, ...previousIds(resource)];
}

function isNilOrEmpty(node: unknown): boolean {
  if (node === undefined || node === null) return true;
  return typeof node === 'object' && Object.keys(node).length === 0;
}

function refine(value: SourceValue, options: FieldOptions | undefined): SourceValue {
  if (options === undefined || options.delimiter === '') return value;
  const { node } = value;
  if (kindOf(node) !== 'ScalarNode')
    throw new KustomizeError('delimiter option can only be used with scalar nodes');
  const text = sourceTextOf(value);
  const part = options.index < 0 ? undefined : text.split(options.delimiter)[options.index];
  if (part === undefined)
    throw new KustomizeError(`options.index ${options.index} is out of bounds for value ${text}`);
  return { node: withText(node, part, value.text), typed: true };
}

function writeTarget(resources: readonly Resource[], target: ReplacementTarget, value: SourceValue): void {
  if (target.select === undefined) throw new KustomizeError('target must specify resources to select');
  const [select, rejects] = withPrefix(
    () => 'error creating target selector',
    () => [compileSelector(target.select as Selector), target.reject.map(rejectorOf)] as const,
  );
  const paths = target.fieldPaths.length === 0 ? [defaultFieldPath] : target.fieldPaths;
  for (const resource of resources) {
    if (!select.matchesMetadata(resource.object)) continue;
    const ids = idsOf(resource);
    if (rejects.some((rejects) => rejects(resource, ids))) continue;
    if (!ids.some((id) => select.matchesId(id))) continue;
    for (const path of paths) writePath(resource, path, value, target.options);
  }
}

/** A resource is rejected by its labels and annotations, or by any of its ids; each counts only where something is said of it. */
function rejectorOf(selector: Selector): (resource: Resource, ids: readonly ResId[]) => boolean {
  const compiled = compileSelector(selector);
  const byMetadata = selector.annotationSelector !== '' || selector.labelSelector !== '';
  const { group, version, kind, name, namespace } = selector;
  const byId = [group, version, kind, name, namespace].some((part) => part !== '');
  return (resource, ids) =>
    (byMetadata && compiled.matchesMetadata(resource.object)) ||
    (byId && ids.some((id) => compiled.matchesId(id)));
}

function writePath(
  resource: Resource,
  fieldPath: string,
  value: SourceValue,
  options: FieldOptions | undefined,
): void {
  const path = parseFieldPath(fieldPath);
  const create = options?.create === true ? (kindOf(value.node) ?? 'ScalarNode') : undefined;
  if (replaceInText(resource.object, path, value, options)) return;
  const notFound = `unable to find ${create === undefined ? '' : 'or create '}field ${JSON.stringify(fieldPath)} in replacement target`;
  const places = withPrefix(
    () => notFound,
    () => matchPath(resource.object, path, create),
  );
  if (places.length === 0) throw new KustomizeError(notFound);
  for (const place of places) {
    try {
      const untyped = writePlace(place, value, options, notesOf(resource, place));
      if (untyped !== undefined && place.field !== undefined) noteUntyped(resource, place.field, untyped);
    } catch (thrown) {
      if (!(thrown instanceof TypeMismatch)) throw thrown;
      place.write(thrown);
    }
  }
}

function notesOf(resource: Resource, { field, value }: Place): ScalarNotes {
  if (field === undefined) return {};
  const { untyped, styles } = resource;
  const { holder, key } = field;
  return {
    untyped: untyped?.get(holder)?.get(key) ?? affixedName(resource, holder, key),
    // Only asked where it counts: to answer, a file is read again.
    plain: typeof value === 'number' && Number.isInteger(value) ? styles?.plainText(holder, key) : undefined,
  };
}

/** A name that got a prefix or a suffix has no type any more, unless it stands in quotes. */
function affixedName(resource: Resource, holder: object, key: string): string | undefined {
  const { object, prefixes, suffixes, styles } = resource;
  if (key !== 'name' || prefixes.length + suffixes.length === 0 || holder !== metadataOf(object))
    return undefined;
  const name = nameOf(object);
  const isQuoted =
    styles === undefined || typeof resolveScalar(name) !== 'string' || styles.isQuoted(holder, key);
  return isQuoted ? undefined : name;
}

/** Upstream writes all annotations again, as the texts that they look like. */
function noteUntyped(resource: Resource, { holder, key }: NonNullable<Place['field']>, text: string): void {
  const annotations = metadataOf(resource.object)?.['annotations'];
  if (annotations === holder) return putField(annotations as JsonObject, key, text);
  const known = (resource.untyped ??= new Map<object, Map<string, string>>());
  const fields = known.get(holder) ?? new Map<string, string>();
  known.set(holder, fields.set(key, text));
}

function sourceText(source: ReplacementSource): string {
  const { options } = source;
  const parts = [idText(source)];
  if (source.fieldPath !== '') parts.push(source.fieldPath);
  if (options !== undefined && (options.delimiter !== '' || options.create))
    parts.push(`${options.delimiter}(${options.index}), create=${options.create}`);
  return parts.join(':');
}
