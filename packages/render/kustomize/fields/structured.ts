import { isRecord } from '@plumbline/base';
import { readKyaml, writeYaml } from '@plumbline/languages';
import { kindOf } from '../merge/nodes.ts';
import { KustomizeError } from '../problem.ts';
import { scalarText } from '../resource.ts';
import type { JsonObject } from '../resource.ts';
import type { FieldOptions } from '../types.ts';
import { lookupPath } from './lookup.ts';
import { matchPath } from './match.ts';
import type { Place } from './match.ts';
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
    const root = { document: split.document };
    const create = options?.create === true ? (kindOf(value.node) ?? 'ScalarNode') : undefined;
    const places: Place[] = matchPath(root.document, split.inner, create);
    if (holder === undefined || places.length === 0) return false;
    for (const place of places) writePlace(place, value, options);
    holder.write(print(root.document, split.text));
    return true;
  } catch (thrown) {
    if (thrown instanceof KustomizeError) return false;
    throw thrown;
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

/** JSON stays JSON (on one line or on many), anything else is printed as YAML. */
function print(document: unknown, before: string): string {
  if (!/^[{[]/.test(before.trim())) return writeYaml(document).trim();
  const pretty = before.includes('\n') && before.includes('  ');
  return goJson(sorted(document), pretty ? 2 : 0);
}

/** Go's JSON has sorted keys and escapes what would matter in HTML. */
function sorted(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(sorted);
  if (!isRecord(node)) return node;
  return Object.fromEntries(
    Object.keys(node)
      .sort()
      .map((key) => [key, sorted(node[key])]),
  );
}

function goJson(node: unknown, indent: number): string {
  const text = JSON.stringify(
    node,
    (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value),
    indent,
  );
  return text.replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
