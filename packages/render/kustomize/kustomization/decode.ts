import { isRecord } from '@plumbline/base';
import { KustomizeError } from '../problem.ts';

/** The type of a Go field that JSON is decoded into. */
export type Shape =
  | 'string'
  | 'bool'
  | 'int'
  | 'int64'
  | 'any'
  | { readonly list: Shape }
  | { readonly map: Shape }
  | Struct;

/** A Go struct: its name as messages say it, and its fields. */
export interface Struct {
  /** With its package where that is not `types`. */
  readonly struct: string;
  /** Lists hold pointers to it. */
  readonly isPointer?: boolean;
  /** The embedded structs that some of its fields are in, as messages name them (`GeneratorArgs.`). */
  readonly embedded?: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, Shape>>;
}

/** How strictly values are decoded. */
export interface DecodeMode {
  /** A field that the struct does not have is an error. */
  readonly unknownFields: 'error' | 'ignore';
  /** sigs.k8s.io/yaml turns numbers and booleans into text where the target is a string, when it knows the target. */
  readonly textFromScalars: boolean;
}

/** As the fields of a kustomization file are decoded. */
export const strict: DecodeMode = { unknownFields: 'error', textFromScalars: false };
/** As the configuration of a plugin is decoded. */
export const lenient: DecodeMode = { unknownFields: 'ignore', textFromScalars: true };
/** As transformer configurations are decoded. */
export const strictText: DecodeMode = { unknownFields: 'error', textFromScalars: true };

/**
 * Decodes plain data into a struct as Go's encoding/json does: names of fields in any case, null leaves a field as it is,
 * the first value of a wrong type is an error. Fields that are absent are absent in the result.
 */
export function decodeStruct(value: unknown, shape: Struct, mode: DecodeMode): Record<string, unknown> {
  const decoded = decode(value, shape, { mode, struct: shape.struct, path: '' });
  return isRecord(decoded) ? decoded : {};
}

/** Decodes plain data into a list of structs. */
export function decodeList(value: unknown, shape: Struct, mode: DecodeMode): Record<string, unknown>[] {
  const decoded = decode(value, { list: shape }, { mode, struct: '', path: '' });
  return Array.isArray(decoded) ? (decoded as Record<string, unknown>[]) : [];
}

interface At {
  readonly mode: DecodeMode;
  readonly struct: string;
  readonly path: string;
}

function decode(value: unknown, shape: Shape, at: At): unknown {
  if (value === null || value === undefined) return undefined;
  if (shape === 'any') return value;
  if (shape === 'string') return decodeText(value, at);
  if (shape === 'bool') return typeof value === 'boolean' ? value : mismatch(value, 'bool', at);
  if (shape === 'int' || shape === 'int64') return decodeInt(value, shape, at);
  if ('list' in shape) return decodeItems(value, shape, at);
  if ('map' in shape) return decodeEntries(value, shape, at);
  return decodeFields(value, shape, at);
}

function decodeText(value: unknown, at: At): string {
  if (typeof value === 'string') return value;
  if (
    at.mode.textFromScalars &&
    (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
  )
    return String(value);
  return mismatch(value, 'string', at);
}

function decodeInt(value: unknown, type: string, at: At): number {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'number') return mismatch(value, type, at);
  if (!Number.isInteger(value)) return mismatch(value, type, at, `number ${value}`);
  return value;
}

function decodeItems(value: unknown, shape: { readonly list: Shape }, at: At): unknown {
  if (!Array.isArray(value)) return mismatch(value, typeName(shape), at);
  return value.map((item: unknown) => decode(item, shape.list, at) ?? zeroOf(shape.list));
}

function decodeEntries(value: unknown, shape: { readonly map: Shape }, at: At): unknown {
  if (!isRecord(value)) return mismatch(value, typeName(shape), at);
  const entries: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort())
    entries[key] = decode(value[key], shape.map, at) ?? zeroOf(shape.map);
  return entries;
}

function decodeFields(value: unknown, shape: Struct, at: At): unknown {
  if (!isRecord(value)) return mismatch(value, goName(shape), at);
  const decoded: Record<string, unknown> = {};
  // In the order that the keys have in JSON, so that the first mistake is upstream's.
  for (const key of Object.keys(value).sort()) {
    const name = fieldNamed(shape, key);
    if (name === undefined) {
      if (at.mode.unknownFields === 'ignore') continue;
      throw new KustomizeError(`json: unknown field "${key}"`, { code: 'kustomization-invalid' });
    }
    const own = `${shape.embedded?.[name] ?? ''}${name}`;
    const path = at.path === '' ? own : `${at.path}.${own}`;
    const field = decode(value[key], shape.fields[name] ?? 'any', { ...at, struct: shape.struct, path });
    if (field !== undefined) decoded[name] = field;
  }
  return decoded;
}

/** The field of a name: exactly, else in any case. */
function fieldNamed(shape: Struct, key: string): string | undefined {
  if (Object.hasOwn(shape.fields, key)) return key;
  const folded = key.toLowerCase();
  return Object.keys(shape.fields).find((name) => name.toLowerCase() === folded);
}

function zeroOf(shape: Shape): unknown {
  if (shape === 'string') return '';
  if (shape === 'bool') return false;
  if (shape === 'int' || shape === 'int64') return 0;
  if (shape === 'any') return null;
  if ('list' in shape) return [];
  return {};
}

function typeName(shape: Shape): string {
  if (typeof shape === 'string') return shape === 'any' ? 'interface {}' : shape;
  if ('list' in shape) return `[]${typeName(shape.list)}`;
  if ('map' in shape) return `map[string]${typeName(shape.map)}`;
  return `${shape.isPointer === true ? '*' : ''}${goName(shape)}`;
}

function goName(shape: Struct): string {
  return shape.struct.includes('.') ? shape.struct : `types.${shape.struct}`;
}

function mismatch(value: unknown, type: string, at: At, found = jsonType(value)): never {
  const where =
    at.path === '' ? `Go value of type ${type}` : `Go struct field ${at.struct}.${at.path} of type ${type}`;
  throw new KustomizeError(`json: cannot unmarshal ${found} into ${where}`, {
    code: 'kustomization-invalid',
  });
}

/** What JSON calls a value of its own. */
export function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' || typeof value === 'bigint') return 'number';
  return typeof value === 'string' ? 'string' : 'object';
}
