import { isRecord } from '@plumbline/base';
import { readKyaml, rewriteYaml } from '@plumbline/languages';
import type { YamlWrite } from '@plumbline/languages';
import { copyOf, kindOf } from '../merge/nodes.ts';
import { KustomizeError, TypeMismatch } from '../problem.ts';
import { scalarText } from '../resource.ts';
import type { JsonObject } from '../resource.ts';
import type { FieldOptions } from '../types.ts';
import { lookupPath } from './lookup.ts';
import { matchPath } from './match.ts';
import type { Place } from './match.ts';
import { goJson } from './go-json.ts';
import { writePlace } from './write.ts';
import type { SourceValue } from './write.ts';

/**
 * Writes a value into the YAML or JSON document that the text of a field is, where a path leads through such a field.
 * False: it does not, or nothing could be written; upstream then takes the path as an ordinary one.
 */
export function replaceInText(
  object: JsonObject,
  path: readonly string[],
  value: SourceValue,
  options: FieldOptions | undefined,
): boolean {
  const split = splitAtText(object, path);
  if (split === undefined) return false;
  try {
    const [holder] = matchPath(object, split.outer);
    const root = copyOf(split.document);
    const create = options?.create === true ? (kindOf(value.node) ?? 'ScalarNode') : undefined;
    const places: Place[] = matchPath(root, split.inner, create);
    if (holder === undefined || places.length === 0) return false;
    for (const place of places) writeTagged(place, value, options);
    const printed = print(split, root);
    if (printed !== undefined) holder.write(printed);
    return printed !== undefined;
  } catch (thrown) {
    if (thrown instanceof KustomizeError) return false;
    throw thrown;
  }
}

/** A text that stands where another type has to: YAML can say so with a tag, JSON cannot. */
class Tagged {
  readonly text: string;
  readonly tag: string;

  constructor(text: string, tag: string) {
    this.text = text;
    this.tag = tag;
  }
}

function writeTagged(place: Place, value: SourceValue, options: FieldOptions | undefined): void {
  try {
    writePlace(place, value, options);
  } catch (thrown) {
    if (!(thrown instanceof TypeMismatch)) throw thrown;
    place.write(new Tagged(thrown.text, thrown.tag));
  }
}

interface Split {
  readonly outer: readonly string[];
  readonly inner: readonly string[];
  readonly text: string;
  readonly document: unknown;
}

/** The first scalar on a path that is not its end and reads as YAML. */
function splitAtText(object: JsonObject, path: readonly string[]): Split | undefined {
  for (let i = 1; i < path.length; i++) {
    const outer = path.slice(0, i);
    const found = lookupQuietly(object, outer);
    if (kindOf(found) !== 'ScalarNode') continue;
    const text = scalarText(found);
    const read = readKyaml(text, '');
    if (read.ok) return { outer, inner: path.slice(i), text, document: read.value[0]?.value };
  }
  return undefined;
}

function lookupQuietly(object: JsonObject, path: readonly string[]): unknown {
  try {
    return lookupPath(object, path);
  } catch (thrown) {
    if (thrown instanceof KustomizeError) return undefined;
    throw thrown;
  }
}

/** JSON stays JSON (on one line or on many); YAML keeps its comments and its order. */
function print({ text, document }: Split, after: unknown): string | undefined {
  const writes = differences(document, after, []);
  if (/^[{[]/.test(text.trim())) {
    const isPretty = text.includes('\n') && text.includes('  ');
    return writes.some(({ tag }) => tag !== undefined) ? undefined : goJson(after, isPretty);
  }
  const rewritten = rewriteYaml(text, writes);
  return rewritten.ok ? rewritten.value.trim() : undefined;
}

/** What has to be written to make `after` of `before`. Nothing is ever removed here, and lists only grow. */
function differences(before: unknown, after: unknown, path: readonly (string | number)[]): YamlWrite[] {
  if (after instanceof Tagged) return [{ path, value: after.text, tag: after.tag }];
  if (isRecord(before) && isRecord(after))
    return Object.keys(after).flatMap((key) =>
      differences(Object.hasOwn(before, key) ? before[key] : undefined, after[key], [...path, key]),
    );
  if (Array.isArray(before) && Array.isArray(after))
    return after.flatMap((item: unknown, i) => differences((before as unknown[])[i], item, [...path, i]));
  return before === after ? [] : [{ path, value: after }];
}
