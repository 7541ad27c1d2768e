import { md5 } from '../hash/md5.ts';
import { sha1 } from '../hash/sha1.ts';
import { sha256 } from '../hash/sha256.ts';
import { sha3 } from '../hash/sha3.ts';
import { sha512 } from '../hash/sha512.ts';
import { failure, force } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';
import { arrayOf, integerOf, textOf } from '../run/operators.ts';
import { isArray, typeName } from '../run/values.ts';
import type { JsonnetFunction, Value } from '../run/values.ts';
import { fail } from './basics.ts';
import { arg, strict } from './define.ts';
import type { Library } from './define.ts';

function hash(digest: (bytes: Uint8Array) => Uint8Array): JsonnetFunction {
  return strict('s', (machine, args) => {
    const bytes = new TextEncoder().encode(textOf(machine, arg(args, 0)));
    return Array.from(digest(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
  });
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes in base64. */
function encodeBase64(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = bytes.subarray(i, i + 3);
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    out += alphabet.charAt(bits >> 18) + alphabet.charAt((bits >> 12) & 63);
    out += b === undefined ? '=' : alphabet.charAt((bits >> 6) & 63);
    out += c === undefined ? '=' : alphabet.charAt(bits & 63);
  }
  return out;
}

function sourceBytes(machine: Machine, value: Value): Uint8Array {
  const check = (code: number): number => {
    if (code >= 0 && code <= 255) return code;
    const rule = 'base64 encountered invalid codepoint value in the array (must be 0 <= X <= 255)';
    return fail(machine, `${rule}, got ${code}`);
  };
  if (typeof value === 'string') {
    for (const rune of value) check(rune.codePointAt(0) ?? 0);
    return new TextEncoder().encode(value);
  }
  if (!isArray(value)) {
    const rule = 'base64 can only base64 encode strings / arrays of single bytes';
    return fail(machine, `${rule}, got ${typeName(value)}`);
  }
  const codes = value.map((slot) => {
    const item = force(machine, slot);
    if (typeof item === 'number' && (item | 0) === item) return check(item);
    return fail(machine, `base64 encountered a non-integer value in the array, got ${typeName(item)}`);
  });
  return Uint8Array.from(codes);
}

function decodeBase64(machine: Machine, value: Value): Uint8Array {
  if (typeof value !== 'string')
    return fail(machine, `base64DecodeBytes requires a string, got ${typeName(value)}`);
  const length = new TextEncoder().encode(value).length;
  if (length % 4 !== 0) {
    const rule = 'input string appears not to be a base64 encoded string. Wrong length found';
    return fail(machine, `${rule} (${length})`);
  }
  // Go's decoder skips line breaks.
  const body = value.replace(/[\r\n]/g, '');
  const bad = /[^A-Za-z0-9+/]/.exec(body.replace(/={0,2}$/, ''));
  if (bad !== null || body.length % 4 !== 0)
    return fail(machine, `failed to decode: illegal base64 data at input byte ${bad?.index ?? body.length}`);
  const bytes: number[] = [];
  for (let i = 0; i < body.length; i += 4) {
    const part = body.slice(i, i + 4).replaceAll('=', '');
    let bits = 0;
    for (const char of part) bits = (bits << 6) | alphabet.indexOf(char);
    bits <<= 6 * (4 - part.length);
    for (let k = 0; k < part.length - 1; k++) bytes.push((bits >> (16 - 8 * k)) & 255);
  }
  return Uint8Array.from(bytes);
}

function decodeUtf8(machine: Machine, value: Value): string {
  const bytes = arrayOf(machine, value).map((slot) => {
    const byte = integerOf(machine, force(machine, slot));
    if (byte < 0 || byte > 255)
      throw failure(machine, `Bytes must be integers in range [0, 255], got ${byte}`);
    return byte;
  });
  return utf8Text(Uint8Array.from(bytes));
}

/** Text of bytes as Go makes it: each byte that fits nowhere becomes U+FFFD, a mark at the start stays. */
export function utf8Text(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** Base64, UTF-8 and hashes. */
export const encoding: Library = {
  base64: strict('input', (machine, args) => encodeBase64(sourceBytes(machine, arg(args, 0)))),
  base64Decode: strict('str', (machine, args) => utf8Text(decodeBase64(machine, arg(args, 0)))),
  base64DecodeBytes: strict('str', (machine, args) => [...decodeBase64(machine, arg(args, 0))]),
  encodeUTF8: strict('str', (machine, args) => [...new TextEncoder().encode(textOf(machine, arg(args, 0)))]),
  decodeUTF8: strict('arr', (machine, args) => decodeUtf8(machine, arg(args, 0))),
  md5: hash(md5),
  sha1: hash(sha1),
  sha256: hash(sha256),
  sha512: hash(sha512),
  sha3: hash(sha3),
};
