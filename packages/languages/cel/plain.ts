import { formatSeconds, formatTimestamp } from './time.ts';
import {
  CelList,
  CelMap,
  CelObject,
  Duration,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts';

/** The value as plain data, as it would be written to JSON; undefined for what JSON does not know. */
export function toPlain(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint) return Number(value.value);
  if (value instanceof Uint8Array) return base64(value);
  if (value instanceof Duration) return formatSeconds(value.nanos);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof CelList) return Array.from(value, toPlain);
  if (value instanceof CelMap)
    return Object.fromEntries(
      Array.from(value.keys(), (key) => [String(toPlain(key)), toPlain(value.get(key)!)]),
    );
  if (value instanceof CelObject)
    return Object.fromEntries(value.names().map((name) => [name, toPlain(value.get(name)!)]));
  if (value instanceof Optional) return value.value === undefined ? undefined : toPlain(value.value);
  if (value instanceof TypeValue) return value.typeName;
  return value instanceof Opaque ? String(value) : undefined;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** This room has no Buffer. */
function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]];
    text += alphabet[a >> 2];
    text += alphabet[((a & 3) << 4) | ((b ?? 0) >> 4)];
    text += b === undefined ? '=' : alphabet[((b & 15) << 2) | ((c ?? 0) >> 6)];
    text += c === undefined ? '=' : alphabet[c & 63];
  }
  return text;
}

/** Undefined where the text is not base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  const clean = text.replaceAll(/[\r\n]/g, '');
  if (clean.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(clean)) return undefined;
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  for (const character of clean.replace(/=+$/, '')) {
    bits = (bits << 6) | alphabet.indexOf(character);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push((bits >> count) & 255);
    bits &= (1 << count) - 1;
  }
  return Uint8Array.from(bytes);
}

/** A value in a message. */
export function shown(value: Value): string {
  const plain = toPlain(value);
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}
