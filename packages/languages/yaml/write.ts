import { isRecord } from '@plumbline/base';
import { printFloat } from '../go/print.ts';
import { isNilList, isNilMap } from '../go/typed.ts';
import { GoInt, GoObject } from '../go/values.ts';
import type { GoMap, Value } from '../go/values.ts';
import { isOldBoolean } from './resolve.ts';
import { compareKeys, compareKeysV3 } from './key-order.ts';
import { newLine, put, writeText } from './scalars.ts';
import type { Output } from './scalars.ts';

const indentStep = 2;
/** libyaml's default; a scalar is broken at the first blank behind it. */
const widthBest = 80;
/** libyaml writes longer keys with `?`. */
const simpleKeyLengthMax = 128;

const lineBreak = /[\n\r\u2028\u2029]/;

/** How numbers are written and whether lists stand deeper than their key. */
interface Writer extends Output {
  readonly number: (value: number) => string;
  readonly deepLists: boolean;
  /** What becomes of a text before it is written. */
  readonly prepare?: (text: string) => string;
}

/**
 * Prints plain data byte for byte as sigs.k8s.io/yaml does: keys in go-yaml's natural order, two spaces, lists not
 * indented below their key, long scalars folded at the first blank after column 80.
 */
export function writeYaml(value: unknown): string {
  const out: Writer = { text: '', column: 0, width: widthBest, number: plainNumber, deepLists: false };
  writeNode(out, value, -1, false, true);
  return `${out.text}\n`;
}

/**
 * Prints values of Go as sigs.k8s.io/yaml does, which goes through JSON: bytes become base64, objects what their fields
 * say. Throws `GoUnwritable` where JSON has no word for a value.
 */
export function writeGoYaml(value: Value): string {
  const out: Writer = {
    text: '',
    column: 0,
    width: widthBest,
    number: jsonNumber,
    deepLists: false,
    prepare: throughJson,
  };
  writeNode(out, value, -1, false, true);
  return `${out.text}\n`;
}

/** Prints values of Go as goyaml v3 does with an indent of 2: lists stand below their keys, nothing is folded. */
export function writeGoYamlPretty(value: Value): string {
  const out: Writer = {
    text: '',
    column: 0,
    width: Infinity,
    number: shortestG,
    deepLists: true,
    alsoQuoted: isOldBoolean,
  };
  writeNode(out, value, -1, false, true);
  return `${out.text}\n`;
}

/** A value that JSON cannot hold. */
export class GoUnwritable extends Error {}

/**
 * Writes a node. `indent` is that of the collection around (-1 at the top); `inMapping`: it is the value of a key;
 * `compact`: it may start on the current line.
 */
function writeNode(out: Writer, value: unknown, indent: number, inMapping: boolean, compact: boolean): void {
  if (typeof value === 'string') {
    if (inMapping) put(out, ' ');
    const text = out.prepare?.(value) ?? value;
    return writeText(out, text, indent < 0 ? indentStep : indent + indentStep, false);
  }
  if (value === null || typeof value !== 'object') {
    if (inMapping) put(out, ' ');
    return put(out, scalar(out, value));
  }
  if (Array.isArray(value)) return writeList(out, value, indent, inMapping, compact);
  if (value instanceof Map) {
    if (value.size === 0 && isNilMap(value as GoMap)) return put(out, inMapping ? ' null' : 'null');
    const keys: string[] = [...value.keys()];
    return writeMapping(out, keys, (key) => value.get(key), indent, inMapping, compact);
  }
  if (value instanceof GoInt) return put(out, (inMapping ? ' ' : '') + value.n.toString());
  if (value instanceof GoObject)
    return writeNode(out, value.asJson?.() ?? new Map(), indent, inMapping, compact);
  if (value instanceof Uint8Array) return writeNode(out, base64(value), indent, inMapping, compact);
  if (!isRecord(value)) return put(out, inMapping ? ' null' : 'null');
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  writeMapping(out, keys, (key) => value[key], indent, inMapping, compact);
}

function scalar(out: Writer, value: unknown): string {
  if (typeof value === 'number') return out.number(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return 'null';
}

function writeList(
  out: Writer,
  items: readonly unknown[],
  around: number,
  inMapping: boolean,
  compact: boolean,
): void {
  if (items.length === 0) {
    // A nil slice is null in JSON.
    const empty = isNilList(items as Value[]) && !out.deepLists ? 'null' : '[]';
    return put(out, inMapping ? ` ${empty}` : empty);
  }
  const indent = around < 0 ? 0 : inMapping && !out.deepLists ? around : around + indentStep;
  items.forEach((item, i) => {
    if (i > 0 || !compact) newLine(out, indent);
    put(out, '- ');
    writeNode(out, item, indent, false, true);
  });
}

function writeMapping(
  out: Writer,
  keys: string[],
  get: (key: string) => unknown,
  around: number,
  inMapping: boolean,
  compact: boolean,
): void {
  if (keys.length === 0) return put(out, inMapping ? ' {}' : '{}');
  if (keys.length > 1) keys.sort(out.prepare === undefined ? compareKeysV3 : compareKeys);
  const indent = around < 0 ? 0 : around + indentStep;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? '';
    if (i > 0 || !compact) newLine(out, indent);
    const simple = key.length <= simpleKeyLengthMax && !lineBreak.test(key);
    if (!simple) put(out, '? ');
    writeText(out, out.prepare?.(key) ?? key, indent + indentStep, simple);
    if (!simple) newLine(out, indent);
    put(out, ':');
    writeNode(out, get(key), indent, true, false);
  }
}

/** Go's `%g` for fractions; whole numbers stay whole. */
function plainNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString();
  return shortestG(value);
}

/** A float64 after its way through JSON: whole numbers that an integer of Go can hold are read back as such. */
function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) throw new GoUnwritable(`json: unsupported value: ${infinity(value)}`);
  const whole = Number.isInteger(value) && value < 2 ** 64 && value >= -(2 ** 63);
  return whole ? String(value + 0) : shortestG(value);
}

/** Go's `FormatFloat(value, 'g', -1, 64)` as YAML words it. */
function shortestG(value: number): string {
  if (Number.isFinite(value)) return printFloat(value);
  return value === Infinity ? '.inf' : value === -Infinity ? '-.inf' : '.nan';
}

const strange = /[\u007f-\u009f\ud800-\udfff\ufffe\uffff]/;

/**
 * A text after its way through JSON and back: bytes that are no UTF-8 are replaced, a NEL has become a blank, and some
 * control characters are refused by the reader of YAML.
 */
function throughJson(text: string): string {
  if (!strange.test(text)) return text;
  if (/[\u007f-\u0084\u0086-\u009f\ufffe\uffff]/.test(text)) {
    throw new GoUnwritable('yaml: control characters are not allowed');
  }
  return text.replace(/\p{Surrogate}/gu, '\ufffd').replace(/ *\u0085 */g, ' ');
}

function infinity(value: number): string {
  return value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : 'NaN';
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
