import { equalData, isRecord } from '@plumbline/base';
import type { TypedNode } from '@plumbline/api/schema';

/** As Go's %v prints data: `map[a:1 b:[x y]]`, keys in order. */
export function goPlain(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goPlain).join(' ')}]`;
  if (!isRecord(value)) return String(value as string | number | boolean);
  const members = Object.keys(value)
    .toSorted()
    .map((key) => `${key}:${goPlain(value[key])}`);
  return `map[${members.join(' ')}]`;
}

/**
 * The JSON of a patched object as the real server shows it: parts that the patch touched have their members in order,
 * the rest is written as Go writes it. A custom resource, which has no type, is a map all the way down. `sent`: values
 * that are shown as they came.
 */
export function patchedJson(
  patched: unknown,
  live: unknown,
  typed: TypedNode | undefined,
  sent: ReadonlySet<unknown>,
): string {
  return JSON.stringify(ordered(patched, typed === undefined ? undefined : live, typed, sent));
}

function ordered(
  value: unknown,
  before: unknown,
  node: TypedNode | undefined,
  sent: ReadonlySet<unknown>,
): unknown {
  if (sent.has(value)) return value;
  if (node !== undefined && before !== undefined && (value === before || equalData(value, before)))
    return asGoWrites(node, value);
  if (Array.isArray(value)) {
    const items: readonly unknown[] = Array.isArray(before) ? before : [];
    return value.map((item, index) => ordered(item, items[index], node?.items, sent));
  }
  if (!isRecord(value)) return value;
  const members = isRecord(before) ? before : {};
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, ordered(value[key], members[key], node?.fields?.[key] ?? node?.items, sent)]),
  );
}

/** Structures in the order of their declaration, which their protobuf numbers follow; maps in that of their keys. */
function asGoWrites(node: TypedNode | undefined, value: unknown): unknown {
  if (node === undefined || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => asGoWrites(node.items, item));
  const place = (key: string): number => node.fields?.[key]?.numbers?.[0] ?? 0;
  const known = node.definition?.endsWith('.ObjectMeta') === true || node.fields === undefined;
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  const inOrder =
    node.type === 'map'
      ? entries.toSorted(([a], [b]) => (a < b ? -1 : 1))
      : known
        ? entries
        : entries.toSorted(([a], [b]) => place(a) - place(b));
  return Object.fromEntries(
    inOrder.map(([key, item]) => [key, asGoWrites(node.fields?.[key] ?? node.items, item)]),
  );
}

/** What a strategic merge patch complains of, with the data in it as Go prints it. */
export function strategicProblem(message: string): string {
  const typed = /^unknown patch type: ([^]*?) in map: ([^]*)$/.exec(message);
  if (typed !== null)
    return `unknown patch type: ${directive(typed[1] ?? '')} in map: ${printed(typed[2] ?? '')}`;
  return message
    .split('\n')
    .map((line) => line.replace(/\{.*\}|\[.*\]/, printed))
    .join('\n');
}

function printed(text: string): string {
  try {
    return goPlain(JSON.parse(text));
  } catch {
    return text;
  }
}

function directive(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'number') return `%!s(${Number.isInteger(value) ? 'int64' : 'float64'}=${value})`;
    return typeof value === 'boolean' ? `%!s(bool=${String(value)})` : goPlain(value);
  } catch {
    return text;
  }
}

const goKinds: Readonly<Record<string, string>> = {
  array: 'slice',
  object: 'map',
  number: 'int64',
};

/**
 * A strategic patch is merged as data and only then read into its type, by a reader that words mistakes differently
 * from that of JSON.
 */
export function conversionProblem(why: string): string {
  const match = /^json: cannot unmarshal (\w+)\S* ?(\S*) ?into Go struct field \S+ of type (\S+)$/.exec(why);
  if (match === null) return why;
  const [, given = '', , type = ''] = match;
  const kind = goKinds[given] ?? given;
  if (type.startsWith('[]')) return `cannot restore slice from ${kind}`;
  if (type.startsWith('map[')) return `cannot restore map from ${kind}`;
  return type.includes('.') ? `cannot restore struct from: ${kind}` : `unrecognized type: ${type}`;
}

const orderMark = '$setElementOrder/';

/** What the real server has left of a strategic patch when it speaks of it: lists that came with an order are used up. */
export function afterMerge(patch: unknown): unknown {
  if (Array.isArray(patch)) return patch.map(afterMerge);
  if (!isRecord(patch)) return patch;
  const used = new Set(
    Object.keys(patch)
      .filter((key) => key.startsWith(orderMark))
      .flatMap((key) => [key, key.slice(orderMark.length)]),
  );
  return Object.fromEntries(
    Object.entries(patch)
      .filter(([key]) => !used.has(key))
      .map(([key, value]) => [key, afterMerge(value)]),
  );
}
