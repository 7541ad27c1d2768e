import { definitionFor, schemaFor } from '@plumbline/api/schema';
import type { TypedNode } from '@plumbline/api/schema';
import { parseApiVersion } from '@plumbline/api';
import { errors } from '../registry/index.ts';

const magic = [0x6b, 0x38, 0x73, 0x00];
const text = new TextDecoder();

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

function varint(reader: Reader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw malformed();
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw malformed();
}

function malformed(): Error {
  return errors.badRequest('the body is not valid protobuf');
}

type Field = { readonly number: number; readonly value: bigint | Uint8Array };

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const reader: Reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const tag = Number(varint(reader));
    const [number, wire] = [tag >>> 3, tag & 7];
    if (wire === 0) yield { number, value: varint(reader) };
    else if (wire === 2) yield { number, value: take(reader, Number(varint(reader))) };
    else if (wire === 1) yield { number, value: take(reader, 8) };
    else if (wire === 5) yield { number, value: take(reader, 4) };
    else throw malformed();
  }
}

function take(reader: Reader, length: number): Uint8Array {
  const end = reader.at + length;
  if (length < 0 || end > reader.bytes.length) throw malformed();
  const part = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return part;
}

/** Reads Kubernetes' protobuf envelope (magic, TypeMeta, raw object) into the JSON form of a built-in kind. */
export function readProtobuf(bytes: Uint8Array): unknown {
  if (!magic.every((byte, index) => bytes[index] === byte)) throw malformed();
  let [apiVersion, kind] = ['', ''];
  let raw = new Uint8Array();
  for (const { number, value } of fieldsOf(bytes.subarray(4))) {
    if (typeof value === 'bigint') continue;
    if (number === 1) {
      for (const field of fieldsOf(value)) {
        if (typeof field.value === 'bigint') continue;
        if (field.number === 1) apiVersion = text.decode(field.value);
        if (field.number === 2) kind = text.decode(field.value);
      }
    }
    if (number === 2) raw = value as Uint8Array<ArrayBuffer>;
  }
  const node =
    kind === 'DeleteOptions'
      ? definitionFor('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions')
      : schemaFor({ ...parseApiVersion(apiVersion), kind });
  if (node === undefined) {
    throw errors.failure(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format: no protobuf form of ${apiVersion}, Kind=${kind} is known`,
    );
  }
  return { apiVersion, kind, ...message(node, raw) };
}

/** Fields by protobuf number; a number that stands for a flattened struct leads to the numbers inside it. */
type Index = ReadonlyMap<number, Entry>;
type Entry = { readonly name: string; readonly node: TypedNode } | { readonly inner: Map<number, Entry> };
const indexes = new WeakMap<object, Index>();

function indexOf(node: TypedNode): Index {
  const fields = node.fields ?? {};
  const known = indexes.get(fields);
  if (known !== undefined) return known;
  const made = new Map<number, Entry>();
  for (const [name, field] of Object.entries(fields)) {
    const numbers = field.numbers ?? [];
    let level = made;
    for (const [depth, number] of numbers.entries()) {
      if (depth === numbers.length - 1) {
        level.set(number, { name, node: field });
        break;
      }
      const entry = level.get(number);
      const inner = entry !== undefined && 'inner' in entry ? entry.inner : new Map<number, Entry>();
      level.set(number, { inner });
      level = inner;
    }
  }
  indexes.set(fields, made);
  return made;
}

function message(node: TypedNode, bytes: Uint8Array): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  readInto(result, indexOf(node), bytes);
  return result;
}

function readInto(result: Record<string, unknown>, index: Index, bytes: Uint8Array): void {
  for (const { number, value } of fieldsOf(bytes)) {
    const entry = index.get(number);
    if (entry === undefined) continue;
    if ('inner' in entry) {
      if (typeof value !== 'bigint') readInto(result, entry.inner, value);
      continue;
    }
    put(result, entry.name, entry.node, value);
  }
}

function put(
  result: Record<string, unknown>,
  name: string,
  node: TypedNode,
  value: bigint | Uint8Array,
): void {
  const items = node.items ?? { type: 'any' };
  if (node.type === 'list') {
    const list = (result[name] ??= []) as unknown[];
    const packed = typeof value !== 'bigint' && (items.type === 'integer' || items.type === 'boolean');
    if (packed) {
      const reader: Reader = { bytes: value, at: 0 };
      while (reader.at < value.length) list.push(scalar(items, varint(reader)));
    } else list.push(single(items, value));
    return;
  }
  if (node.type === 'map') {
    if (typeof value === 'bigint') throw malformed();
    const map = (result[name] ??= {}) as Record<string, unknown>;
    let key = '';
    let member: unknown = items.type === 'string' ? '' : items.type === 'bytes' ? '' : undefined;
    for (const part of fieldsOf(value)) {
      if (part.number === 1 && typeof part.value !== 'bigint') key = text.decode(part.value);
      if (part.number === 2) member = single(items, part.value);
    }
    map[key] = member;
    return;
  }
  result[name] = single(node, value);
}

function single(node: TypedNode, value: bigint | Uint8Array): unknown {
  if (typeof value === 'bigint') return scalar(node, value);
  switch (node.type) {
    case 'object':
      return message(node, value);
    case 'string':
      return text.decode(value);
    case 'bytes':
      return Buffer.from(value).toString('base64');
    case 'quantity':
      return firstText(value);
    case 'time':
      return timeOf(node, value);
    case 'int-or-string':
      return intOrString(value);
    case 'number':
      return new DataView(value.buffer, value.byteOffset, value.byteLength).getFloat64(0, true);
    case 'any':
      return anyOf(value);
    default:
      throw malformed();
  }
}

function scalar(node: TypedNode, value: bigint): unknown {
  if (node.type === 'boolean') return value !== 0n;
  return Number(BigInt.asIntN(64, value));
}

function firstText(bytes: Uint8Array): string {
  for (const { number, value } of fieldsOf(bytes))
    if (number === 1 && typeof value !== 'bigint') return text.decode(value);
  return '';
}

function timeOf(node: TypedNode, bytes: Uint8Array): string | null {
  let [seconds, nanos] = [0n, 0n];
  for (const { number, value } of fieldsOf(bytes)) {
    if (typeof value !== 'bigint') continue;
    if (number === 1) seconds = BigInt.asIntN(64, value);
    if (number === 2) nanos = value;
  }
  // Go's zero time.
  if (bytes.length === 0 || seconds === -62_135_596_800n) return null;
  const shown = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return node.micro === true ? `${shown}.${String(nanos / 1000n).padStart(6, '0')}Z` : `${shown}Z`;
}

function intOrString(bytes: Uint8Array): unknown {
  let [kind, number, string] = [0n, 0n, ''];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1 && typeof field.value === 'bigint') kind = field.value;
    if (field.number === 2 && typeof field.value === 'bigint') number = BigInt.asIntN(64, field.value);
    if (field.number === 3 && typeof field.value !== 'bigint') string = text.decode(field.value);
  }
  return kind === 0n ? Number(number) : string;
}

/** RawExtension, FieldsV1 and JSON carry JSON text as their first field. */
function anyOf(bytes: Uint8Array): unknown {
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1 && typeof value !== 'bigint') return JSON.parse(text.decode(value));
  }
  return undefined;
}
