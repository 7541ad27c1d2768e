import { isRecord } from '@plumbline/base';
import { sha256 } from '@plumbline/languages';
import { KustomizeError } from '../problem.ts';
import { scalarText } from '../resource.ts';
import type { JsonObject } from '../resource.ts';

/** The part of a hash that becomes part of a name. */
const hashLength = 10;
/** Up to so many bytes are hashed at once, without a thread. */
const smallContent = 8 * 1024;
/** Letters that could make a rude word, or be mistaken, have others in their places. */
const replaced: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' };

/**
 * The hash that a generated resource has behind its name: of its kind and what it holds. Its name would belong to it, but
 * upstream looks for it in the wrong place and always finds an empty one.
 */
export async function contentHash(object: JsonObject): Promise<string> {
  const kind = scalarText(object['kind']);
  let content: JsonObject;
  if (kind === 'ConfigMap') {
    content = { data: part(object, 'data'), kind, name: '' };
    if (isRecord(object['binaryData'])) content['binaryData'] = object['binaryData'];
  } else if (kind === 'Secret') {
    content = { data: part(object, 'data'), kind, name: '', type: part(object, 'type') };
    if (isRecord(object['stringData'])) content['stringData'] = object['stringData'];
  } else {
    throw new KustomizeError(`only ConfigMaps and Secrets can have a hash in their names, not a ${kind}`);
  }
  const digest = await digestOf(encoder.encode(goJson(content)));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.slice(0, hashLength).replace(/./g, (digit) => replaced[digit] ?? digit);
}

/** The platform's digest has to be waited for; what most ConfigMaps hold is done sooner. */
async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (bytes.length <= smallContent) return sha256(bytes);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** A mapping or a scalar's text; what is absent counts as an empty text. */
function part(object: JsonObject, field: string): unknown {
  const value = object[field];
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? value : scalarText(value);
}

/** JSON as Go's encoder writes it: sorted keys, and nothing that HTML would take for its own. */
export function goJson(value: unknown): string {
  if (typeof value === 'string') return goString(value);
  if (typeof value === 'bigint') return goNumber(Number(value));
  if (typeof value === 'number') return goNumber(value);
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null';
  const keys = Object.keys(value).sort(compareBytes);
  return `{${keys.map((key) => `${goString(key)}:${goJson(value[key])}`).join(',')}}`;
}

const encoder = new TextEncoder();

/** Go sorts by bytes; above the basic plane that is not the order of UTF-16. */
function compareBytes(a: string, b: string): number {
  // oxlint-disable-next-line no-control-regex
  if (/^[\u0000-\ud7ff]*$/.test(a + b)) return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [encoder.encode(a), encoder.encode(b)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return (x[i] ?? 0) - (y[i] ?? 0);
  return x.length - y.length;
}

function goString(text: string): string {
  return JSON.stringify(text)
    .replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/\\ud[89a-f][0-9a-f]{2}/g, '\\ufffd');
}

function goNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e21)) return value.toExponential().replace('e-0', 'e-');
  return size >= 1e15 ? BigInt(value).toString() : String(value);
}
