import { fromBytes, sortedKeys } from './bytes.ts';
import { formatDuration } from './duration.ts';
import { GoError, GoInt, GoObject } from './values.ts';
import type { Value } from './values.ts';

/** Deeper values are cycles; Go's own printing would overflow its stack there. */
export const valueDepthMax = 1000;

/** A value as `%v` prints it. */
export function printValue(value: Value, depth = 0): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return printFloat(value);
  if (value === null) return '<nil>';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value instanceof GoInt) return value.kind === 'duration' ? formatDuration(value.n) : value.n.toString();
  if (depth > valueDepthMax) throw new GoError('the value contains itself', { panic: true });
  if (Array.isArray(value)) return `[${value.map((item) => printValue(item, depth + 1)).join(' ')}]`;
  if (value instanceof Map) {
    return `map[${sortedKeys(value)
      .map((key) => `${key}:${printValue(value.get(key) ?? null, depth + 1)}`)
      .join(' ')}]`;
  }
  if (value instanceof GoObject) return value.print();
  return `[${value.join(' ')}]`;
}

/** What `toString` makes of a value: bytes are text, everything else is `%v`. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? fromBytes(value) : printValue(value);
}

/** strconv's 'g' with the shortest digits writes an exponent from here on, and below -4. */
const decimalExponentMax = 6;

/** A float64 as `%v` prints it, with the shortest digits. */
export function printFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < decimalExponentMax) return String(value);
  const size = Math.abs(exponent);
  return `${digits}e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`;
}

const plainQuoted = /^[ !#-[\]-~]*$/;
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
const escapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** A string as `%q` prints it (strconv.Quote). */
export function quoteString(text: string): string {
  if (plainQuoted.test(text)) return `"${text}"`;
  const parts: string[] = ['"'];
  for (const character of text) parts.push(escapes[character] ?? quoteRune(character));
  parts.push('"');
  return parts.join('');
}

function quoteRune(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return character;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  if (printable.test(character)) return character;
  return code < 0x10000
    ? `\\u${code.toString(16).padStart(4, '0')}`
    : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** A string as `%+q` prints it: everything beyond ASCII is escaped. */
export function quoteAscii(text: string): string {
  return quoteString(text).replace(/[\u0080-\u{10ffff}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x10000
      ? `\\u${code.toString(16).padStart(4, '0')}`
      : `\\U${code.toString(16).padStart(8, '0')}`;
  });
}
