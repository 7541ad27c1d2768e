import type { TypedNode } from '@plumbline/api/schema';
import { noteEmpty } from './given-empty.ts';
import { embeddedIn, textTypeOf } from './go-types.ts';

/** What decoding reports besides the value. */
export interface DecodeReport {
  /** Turns a quantity into its canonical form; undefined: not a quantity. */
  quantity(text: string): string | undefined;
  /** Paths of fields that the schema does not declare, in order of appearance. */
  readonly unknown: string[];
  /** The definition whose field is being read; kept by the decoder for its messages. */
  owner?: string | undefined;
  /** No paths are made: for a first reading, which is repeated with them where there is something to say. */
  readonly silent?: boolean;
}

/** A value of the wrong type: the request is refused with this text. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** Keys of maps are marked in paths, because messages about types leave them out. */
const keyStart = '\u0001';
const keyEnd = '\u0002';
/** Names of embedded structs are marked too: only messages about types have them. */
const structStart = '\u0003';
const structEnd = '\u0004';

function shownPath(path: string): string {
  // eslint-disable-next-line no-control-regex
  return path.replaceAll(keyStart, '.').replaceAll(/\u0002|\u0003[^\u0004]*\u0004/g, '');
}

/** The path of a field of an object. */
function fieldPath(node: TypedNode, path: string, name: string): string {
  const embedded = embeddedIn(node.definition, name);
  const shown = embedded === undefined ? name : `${structStart}${embedded}.${structEnd}${name}`;
  return path === '' ? shown : `${path}.${shown}`;
}

type Data = Readonly<Record<string, unknown>>;

/** A field that is written even where it is absent. */
interface Absent {
  readonly name: string;
  readonly make: (report: DecodeReport) => unknown;
}

/** What has to be there in an object even if nobody wrote it. */
interface Plan {
  readonly fields: ReadonlyMap<string, TypedNode>;
  readonly always: readonly Absent[];
}

const plans = new WeakMap<TypedNode, Plan>();

/**
 * Reads JSON data into a fresh value as Go's typed decoding and encoding would: unknown fields and nulls vanish, empty
 * lists, maps and zero scalars vanish unless their field is always written, structs are always there, quantities and
 * times get their canonical form. Nothing of `value` is changed; what is `anything` by its schema is shared with it.
 * `known`: what such a reading has made before of the same place. Parts of `value` that are the very same are taken
 * over as they are, so that a change of a few fields costs what those fields cost.
 */
export function decodeTyped(
  node: TypedNode,
  value: unknown,
  path: string,
  report: DecodeReport,
  known?: unknown,
): unknown {
  if (value === known && typeof value === 'object' && value !== null) return value;
  switch (node.type) {
    case 'object':
      return decodeObject(node, value, path, report, known);
    case 'map':
      return decodeMap(node, value, path, report, known);
    case 'list':
      return decodeList(node, value, path, report, known);
    default:
      return decodeScalar(node, value, path, report);
  }
}

/** A member of what is known, wherever that is no record. */
function memberOf(known: unknown, name: string): unknown {
  return isData(known) ? known[name] : undefined;
}

function planOf(node: TypedNode): Plan {
  // Nodes of one definition share their fields object, so it is the better key.
  const key = (node.fields ?? node) as TypedNode;
  const known = plans.get(key);
  if (known !== undefined) return known;
  const always: Absent[] = [];
  for (const [name, field] of Object.entries(node.fields ?? {})) {
    const make = absentValue(node, name, field);
    if (make !== undefined) always.push({ name, make });
  }
  const made: Plan = { fields: new Map(Object.entries(node.fields ?? {})), always };
  plans.set(key, made);
  return made;
}

/** How a field that is absent is written; undefined where it is left out. */
function absentValue(
  owner: TypedNode,
  name: string,
  field: TypedNode,
): ((report: DecodeReport) => unknown) | undefined {
  // The type of a whole object is written by who answers with it.
  if ((name === 'apiVersion' || name === 'kind') && owner.fields?.['metadata'] !== undefined)
    return undefined;
  if (field.pointer === true) return field.keepZero === true ? () => null : undefined;
  if (field.type === 'object') return (report) => decodeObject(field, {}, '', report);
  if (field.type === 'time') {
    // `omitzero`, since 1.34; every other time without a pointer is written as null.
    return owner.definition?.endsWith('.ObjectMeta') === true ? undefined : () => null;
  }
  if (field.keepZero !== true) return undefined;
  const zero = zeroOf(field);
  return () => zero;
}

function zeroOf(node: TypedNode): unknown {
  switch (node.type) {
    case 'string':
      return '';
    case 'integer':
    case 'number':
    case 'int-or-string':
      return 0;
    case 'quantity':
      return '0';
    case 'boolean':
      return false;
    case 'object':
      return {};
    default:
      return null;
  }
}

function decodeObject(
  node: TypedNode,
  value: unknown,
  path: string,
  report: DecodeReport,
  known?: unknown,
): unknown {
  if (!isData(value)) throw typeError(node, value, path, report);
  const plan = planOf(node);
  const result: Record<string, unknown> = {};
  const holder = report.owner;
  for (const name in value) {
    const field = plan.fields.get(name);
    const at = report.silent === true ? '' : fieldPath(node, path, name);
    if (field === undefined) {
      report.unknown.push(shownPath(at));
      continue;
    }
    const member = value[name];
    if (member === null || member === undefined) continue;
    report.owner = node.definition;
    const read = decodeTyped(field, member, at, report, memberOf(known, name));
    if (keeps(field, read)) result[name] = read;
    else if (typeof read === 'object') noteEmpty(result, name, read);
  }
  report.owner = holder;
  for (const one of plan.always) if (result[one.name] === undefined) result[one.name] = one.make(report);
  return result;
}

/** Whether a value that was given is written again. */
function keeps(field: TypedNode, value: unknown): boolean {
  if (field.keepZero === true || field.pointer === true || field.type === 'object' || field.type === 'any')
    return true;
  if (value === '' || value === 0 || value === false || value === null) return field.type === 'int-or-string';
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value !== 'object' || value === null) return true;
  for (const _ in value) return true;
  return false;
}

function decodeMap(
  node: TypedNode,
  value: unknown,
  path: string,
  report: DecodeReport,
  known?: unknown,
): unknown {
  if (!isData(value)) throw typeError(node, value, path, report);
  const result: Record<string, unknown> = {};
  const items = node.items ?? anything;
  for (const name in value) {
    const member = value[name];
    const at = report.silent === true ? '' : `${path}${keyStart}${name}${keyEnd}`;
    result[name] =
      member === null ? zeroOf(items) : decodeTyped(items, member, at, report, memberOf(known, name));
    if (items.type === 'quantity') result[name] = inThousandths(String(result[name]), report);
  }
  return result;
}

/** Amounts of resources have no finer steps than thousandths: what is less is rounded up, as upstream's defaults do. */
function inThousandths(text: string, report: DecodeReport): string {
  const match = /^(-?)(\d+)([un])$/.exec(text);
  if (match === null) return text;
  const count = Math.ceil(Number(match[2]) / (match[3] === 'u' ? 1000 : 1_000_000));
  return report.quantity(`${match[1] ?? ''}${count}m`) ?? text;
}

function decodeList(
  node: TypedNode,
  value: unknown,
  path: string,
  report: DecodeReport,
  known?: unknown,
): unknown {
  if (!Array.isArray(value)) throw typeError(node, value, path, report);
  const items = node.items ?? anything;
  const before: readonly unknown[] = Array.isArray(known) ? known : [];
  return value.map((item: unknown, index) => {
    if (item === null && items.type !== 'object') return zeroOf(items);
    const at = report.silent === true ? '' : `${path}[${index}]`;
    return decodeTyped(items, item ?? {}, at, report, before[index]);
  });
}

const anything: TypedNode = { type: 'any' };

function decodeScalar(node: TypedNode, value: unknown, path: string, report: DecodeReport): unknown {
  switch (node.type) {
    case 'string':
      if (typeof value !== 'string') throw typeError(node, value, path, report);
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw typeError(node, value, path, report);
      return value;
    case 'integer':
      return decodeInteger(node, value, path, report);
    case 'number':
      if (typeof value !== 'number') throw typeError(node, value, path, report);
      return value;
    case 'int-or-string':
      if (typeof value === 'string') return value;
      return decodeInteger({ type: 'integer', bits: 32 }, value, path, report);
    case 'quantity':
      return decodeQuantity(value, report);
    case 'time':
      return decodeTime(node, value, path, report);
    case 'bytes':
      return decodeBytes(node, value, path, report);
    default:
      return value;
  }
}

function decodeInteger(node: TypedNode, value: unknown, path: string, report: DecodeReport): number {
  if (typeof value !== 'number') throw typeError(node, value, path, report);
  const limit = node.bits === 32 ? 2 ** 31 : 2 ** 63;
  if (!Number.isInteger(value) || value >= limit || value < -limit)
    throw typeError(node, value, path, report);
  return value;
}

const quantityRule =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function decodeQuantity(value: unknown, report: DecodeReport): string {
  if (typeof value !== 'string' && typeof value !== 'number') throw new DecodeError(quantityRule);
  const text = String(value).trim();
  // The empty text is what Go's zero Quantity is read from.
  const read = text === '' ? undefined : report.quantity(text);
  if (read === undefined) throw new DecodeError(quantityRule);
  return read;
}

const timePattern = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;

function timeText(micro: boolean, value: string, rest: string): string {
  const layout = `2006-01-02T15:04:05${micro ? '.000000' : ''}Z07:00`;
  return `parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(rest)} as "2006"`;
}

function decodeTime(node: TypedNode, value: unknown, path: string, report: DecodeReport): string | null {
  if (typeof value !== 'string') throw typeError(node, value, path, report);
  if (value === '') throw new DecodeError(timeText(node.micro === true, '', ''));
  if (node.micro === true) {
    // Go reads these by a layout that has exactly six digits.
    const wrong = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d((?!\.\d{6}(?:Z|[+-]\d\d:\d\d)$).*)$/.exec(value);
    if (wrong !== null)
      throw new DecodeError(
        `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse ${JSON.stringify(wrong[1])} as ".000000"`,
      );
  } else if (isCanonicalTime(value)) return value;
  const match = timePattern.exec(value);
  const ms = match === null ? Number.NaN : Date.parse(value.replace(/[.,]\d+/, ''));
  if (match === null || Number.isNaN(ms)) {
    throw new DecodeError(timeText(node.micro === true, value, value));
  }
  const seconds = new Date(ms).toISOString().slice(0, 19);
  return node.micro === true ? `${seconds}.${(match[7] ?? '').padEnd(6, '0').slice(0, 6)}Z` : `${seconds}Z`;
}

/** `2006-01-02T15:04:05Z` of a day that every month has: nearly every time that is read, told without a pattern. */
function isCanonicalTime(text: string): boolean {
  if (text.length !== 20 || text.charCodeAt(19) !== 90 || text.charCodeAt(10) !== 84) return false;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return false;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return false;
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  return (
    twoDigits(text, 0) >= 0 &&
    twoDigits(text, 2) >= 0 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 28 &&
    isBelow(twoDigits(text, 11), 24) &&
    isBelow(twoDigits(text, 14), 60) &&
    isBelow(twoDigits(text, 17), 60)
  );
}

function isBelow(value: number, limit: number): boolean {
  return value >= 0 && value < limit;
}

/** The number that two digits make; -1 where they are none. */
function twoDigits(text: string, at: number): number {
  const high = text.charCodeAt(at) - 48;
  const low = text.charCodeAt(at + 1) - 48;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : -1;
}

function decodeBytes(node: TypedNode, value: unknown, path: string, report: DecodeReport): string {
  if (typeof value !== 'string') throw typeError(node, value, path, report);
  const text = value.replaceAll(/[\r\n]/g, '');
  const bad =
    /[^A-Za-z0-9+/=]/.exec(text)?.index ?? (text.length % 4 === 0 ? -1 : text.length - (text.length % 4));
  const padding = bad >= 0 ? bad : text.slice(0, -2).indexOf('=');
  if (padding >= 0) throw new DecodeError(`illegal base64 data at input byte ${padding}`);
  return text;
}

function isData(value: unknown): value is Data {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** As Go's encoding/json words it. */
function typeError(node: TypedNode, value: unknown, path: string, report: DecodeReport): DecodeError {
  const given = Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value;
  const shown = given === 'number' && node.type === 'integer' ? `number ${String(value)}` : given;
  return new DecodeError(
    `json: cannot unmarshal ${shown} into Go struct field ${goPath(path, report.owner)} of type ${typeAt(node, path, report.owner)}`,
  );
}

/** Go's type of the value at a path; the texts of some fields have types of their own. */
function typeAt(node: TypedNode, path: string, owner: string | undefined): string {
  const start = Math.max(...['.', keyStart, structEnd].map((mark) => path.lastIndexOf(mark))) + 1;
  const field = path.slice(start).replaceAll(/\[\d+\]/g, '');
  const named = textTypeOf(owner, field);
  if (named === undefined) return goType(node);
  return node.type === 'list' && node.items?.type === 'string'
    ? `[]${named}`
    : node.type === 'string'
      ? named
      : goType(node);
}

function goPath(path: string, owner: string | undefined): string {
  // eslint-disable-next-line no-control-regex
  const fields = path.replaceAll(/\[\d+\]|\u0001[^\u0002]*\u0002|[\u0003\u0004]/g, '');
  return `${owner?.split('.').at(-1) ?? ''}.${fields}`;
}

function goType(node: TypedNode): string {
  switch (node.type) {
    case 'integer':
      return node.bits === 32 ? 'int32' : 'int64';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'list':
      return `[]${goType(node.items ?? anything)}`;
    case 'map':
      if (node.items?.type === 'quantity') return 'v1.ResourceList';
      return `map[string]${goType(node.items ?? anything)}`;
    case 'object':
      return goName(node.definition ?? '');
    case 'bytes':
      return '[]uint8';
    default:
      return 'string';
  }
}

/** `io.k8s.api.core.v1.PodSpec` is `v1.PodSpec` in Go. */
function goName(definition: string): string {
  return definition.split('.').slice(-2).join('.');
}
