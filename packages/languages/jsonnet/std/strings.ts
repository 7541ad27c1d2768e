import { checkSize, failure, force } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';
import { quote, valueText } from '../run/manifest.ts';
import { goText } from '../run/numbers.ts';
import { arrayOf, equals, integerOf, textOf } from '../run/operators.ts';
import { runeCount, runesOf } from '../run/text.ts';
import { isArray, typeName } from '../run/values.ts';
import type { Value } from '../run/values.ts';
import { arg, strict } from './define.ts';
import type { Library } from './define.ts';
import { fail, lengthOf } from './basics.ts';

const space = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const trimmed = new RegExp(`^${space}|${space}$`, 'g');

/** Whether a text or an array contains something. */
export function isMember(machine: Machine, list: Value, item: Value): boolean {
  if (typeof list === 'string') return list.includes(textOf(machine, item));
  if (!isArray(list)) throw failure(machine, 'std.member first argument must be an array or a string');
  return list.some((slot) => equals(machine, force(machine, slot), item));
}

function strip(machine: Machine, args: readonly Value[], left: boolean, right: boolean): Value {
  const [text = null, chars = null] = args;
  if (typeof text !== 'string') throw failure(machine, `Unexpected type ${typeName(text)}, expected string`);
  const runes = [...runesOf(machine, text)];
  let from = 0;
  let to = runes.length;
  while (left && from < to && isMember(machine, chars, runes[from] ?? '')) from++;
  while (right && to > from && isMember(machine, chars, runes[to - 1] ?? '')) to--;
  return runes.slice(from, to).join('');
}

function substring(machine: Machine, args: readonly Value[]): Value {
  const [text = null, from = null, length = null] = args;
  const refuse = (which: string, what: string, value: Value): Error =>
    failure(machine, `substr ${which} parameter should be a ${what}, got ${typeName(value)}`);
  if (typeof text !== 'string') throw refuse('first', 'string', text);
  if (typeof from !== 'number') throw refuse('second', 'number', from);
  const bad = (which: string, what: string, value: string): Error =>
    failure(machine, `substr ${which} parameter should be ${what}, got ${value}`);
  if (from % 1 !== 0) throw bad('second', 'an integer', from.toFixed(6));
  if (from < 0) throw bad('second', 'greater than zero', from.toFixed(6));
  if (typeof length !== 'number') throw refuse('third', 'number', length);
  if ((length | 0) !== length) throw bad('third', 'an integer', length.toFixed(6));
  if (length < 0) throw bad('third', 'greater than zero', String(length));
  return runesOf(machine, text)
    .slice(from, from + length)
    .join('');
}

/** `std.startsWith` and `std.endsWith`: what is no text fails as `std.substr` on it would. */
function affix(machine: Machine, args: readonly Value[], test: (a: string, b: string) => boolean): Value {
  const [a = null, b = null] = args;
  if (typeof a === 'string' && typeof b === 'string') return test(a, b);
  if (lengthOf(machine, a) < lengthOf(machine, b)) return false;
  if (typeof a === 'string') return false;
  throw failure(machine, `substr first parameter should be a string, got ${typeName(a)}`);
}

function splitParameters(
  machine: Machine,
  args: readonly Value[],
  name: string,
): { readonly text: string; readonly separator: string; readonly limit: number } {
  const text = textOf(machine, arg(args, 0));
  const separator = textOf(machine, arg(args, 1));
  const limit = integerOf(machine, arg(args, 2));
  if (limit < -1) {
    const message = `std.${name} third parameter should be -1 or non-negative, got ${limit}`;
    throw failure(machine, message);
  }
  if (separator === '')
    throw failure(machine, `std.${name} second parameter should have length 1 or greater, got 0`);
  return { text, separator, limit };
}

function splitLimit(machine: Machine, args: readonly Value[]): Value {
  const { text, separator, limit } = splitParameters(machine, args, 'splitLimit');
  const parts = text.split(separator);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  return [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

function splitLimitR(machine: Machine, args: readonly Value[]): Value {
  const { text, separator, limit } = splitParameters(machine, args, 'splitLimitR');
  const parts: string[] = [];
  let rest = text;
  const count = text.split(separator).length - 1;
  for (let left = limit < 0 ? count : Math.min(limit, count); left > 0; left--) {
    const at = rest.lastIndexOf(separator);
    parts.unshift(rest.slice(at + separator.length));
    rest = rest.slice(0, at);
  }
  return [rest, ...parts];
}

/** Digits of a base up to 16. */
function parseNatural(machine: Machine, text: string, base: number): number {
  let total = 0;
  for (const rune of text) {
    const code = rune.codePointAt(0) ?? 0;
    const digit = code >= 97 ? code - 87 : code >= 65 ? code - 55 : code - 48;
    if (digit < 0 || digit >= base) throw failure(machine, `${text} is not a base ${base} integer`);
    total = base * total + digit;
  }
  return total;
}

function parseDigits(machine: Machine, args: readonly Value[], base: number, empty: string): Value {
  const text = arg(args, 0);
  if (typeof text !== 'string') throw failure(machine, `Expected string, got ${typeName(text)}`);
  if (text === '') throw failure(machine, empty);
  return parseNatural(machine, text, base);
}

function replace(machine: Machine, args: readonly Value[]): Value {
  const text = textOf(machine, arg(args, 0));
  const from = textOf(machine, arg(args, 1));
  const to = textOf(machine, arg(args, 2));
  if (from === '') throw failure(machine, "'from' string must not be zero length.");
  const result = text.replaceAll(from, () => to);
  checkSize(machine, result.length, 'a text');
  return result;
}

const xmlEscapes: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
};

function fold(text: string): string {
  return text.toUpperCase().toLowerCase();
}

/** Texts. */
export const strings: Library = {
  toString: strict('a', (machine, args) => valueText(machine, arg(args, 0))),
  substr: strict('str from len', substring),
  startsWith: strict('a b', (machine, args) => affix(machine, args, (a, b) => a.startsWith(b))),
  endsWith: strict('a b', (machine, args) => affix(machine, args, (a, b) => a.endsWith(b))),
  lstripChars: strict('str chars', (machine, args) => strip(machine, args, true, false)),
  rstripChars: strict('str chars', (machine, args) => strip(machine, args, false, true)),
  stripChars: strict('str chars', (machine, args) => strip(machine, args, true, true)),
  trim: strict('str', (machine, args) => textOf(machine, arg(args, 0)).replace(trimmed, '')),
  isEmpty: strict('str', (machine, args) => textOf(machine, arg(args, 0)) === ''),
  stringChars: strict('str', (machine, args) => {
    const text = arg(args, 0);
    if (typeof text === 'string') return [...runesOf(machine, text)];
    if (isArray(text)) return text;
    return fail(machine, `Unexpected type ${typeName(text)}`);
  }),
  split: strict('str c', (machine, args) => {
    const [text = null, separator = null] = args;
    if (typeof text !== 'string')
      throw failure(machine, `std.split first parameter must be a String, got ${typeName(text)}`);
    if (typeof separator !== 'string')
      throw failure(machine, `std.split second parameter must be a String, got ${typeName(separator)}`);
    if (separator === '')
      throw failure(machine, 'std.split second parameter must have length 1 or greater, got 0');
    return text.split(separator);
  }),
  splitLimit: strict('str c maxsplits', splitLimit),
  splitLimitR: strict('str c maxsplits', splitLimitR),
  strReplace: strict('str from to', replace),
  asciiUpper: strict('str', (machine, args) =>
    asciiText(machine, arg(args, 0)).replace(/[a-z]+/g, (part) => part.toUpperCase()),
  ),
  asciiLower: strict('str', (machine, args) =>
    asciiText(machine, arg(args, 0)).replace(/[A-Z]+/g, (part) => part.toLowerCase()),
  ),
  equalsIgnoreCase: strict('str1 str2', (machine, args) => {
    const first = textOf(machine, arg(args, 0));
    return fold(first) === fold(textOf(machine, arg(args, 1)));
  }),
  parseInt: strict('str', (machine, args) => {
    const text = textOf(machine, arg(args, 0));
    const isInt64 = /^[-+]?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
    if (!isInt64) throw failure(machine, `${text} is not a base 10 integer`);
    return Number(text);
  }),
  parseOctal: strict('str', (machine, args) => parseDigits(machine, args, 8, 'Not an octal number: ""')),
  parseHex: strict('str', (machine, args) => parseDigits(machine, args, 16, 'Not hexadecimal: ""')),
  char: strict('n', (machine, args) => {
    const n = arg(args, 0);
    if (typeof n !== 'number') return fail(machine, `Unexpected type ${typeName(n)}, expected number`);
    if (n > 0x10ffff) throw failure(machine, `Invalid unicode codepoint, got ${goText(n)}`);
    if (n < 0) throw failure(machine, `Codepoints must be >= 0, got ${goText(n)}`);
    const code = Math.trunc(n);
    return code >= 0xd800 && code <= 0xdfff ? '\ufffd' : String.fromCodePoint(code);
  }),
  codepoint: strict('str', (machine, args) => {
    const text = textOf(machine, arg(args, 0));
    const length = runeCount(machine, text);
    if (length !== 1) throw failure(machine, `codepoint takes a string of length 1, got length ${length}`);
    return text.codePointAt(0) ?? 0;
  }),
  findSubstr: strict('pat str', (machine, args) => {
    const [pattern = null, text = null] = args;
    if (typeof pattern !== 'string')
      throw failure(machine, `findSubstr first parameter should be a string, got ${typeName(pattern)}`);
    if (typeof text !== 'string')
      throw failure(machine, `findSubstr second parameter should be a string, got ${typeName(text)}`);
    return findAll(machine, pattern, text);
  }),
  lines: strict('arr', (machine, args) => {
    const lines = arrayOf(machine, arg(args, 0)).map((slot) => force(machine, slot));
    const texts = lines.filter((line) => line !== null).map((line) => textOf(machine, line));
    return [...texts, ''].join('\n');
  }),
  deepJoin: strict('arr', (machine, args) => deepJoin(machine, arg(args, 0))),
  escapeStringJson: strict('str_', (machine, args) => quote(valueText(machine, arg(args, 0)))),
  escapeStringPython: strict('str', (machine, args) => quote(valueText(machine, arg(args, 0)))),
  escapeStringBash: strict(
    'str_',
    (machine, args) => `'${valueText(machine, arg(args, 0)).replaceAll("'", `'"'"'`)}'`,
  ),
  escapeStringDollars: strict('str_', (machine, args) =>
    valueText(machine, arg(args, 0)).replaceAll('$', () => '$$'),
  ),
  escapeStringXML: strict('str_', (machine, args) =>
    valueText(machine, arg(args, 0)).replace(/[<>&"']/g, (char) => xmlEscapes[char] ?? char),
  ),
};

function asciiText(machine: Machine, value: Value): string {
  if (typeof value === 'string') return value;
  if (isArray(value)) return value.map((slot) => textOf(machine, force(machine, slot))).join('');
  return textOf(machine, value);
}

function findAll(machine: Machine, pattern: string, text: string): Value {
  if (pattern === '') return [];
  const found: number[] = [];
  for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) {
    found.push(at);
  }
  // Places count characters, not halves of them.
  const isPlain = runeCount(machine, text) === text.length;
  return isPlain ? found : found.map((at) => Array.from(text.slice(0, at)).length);
}

/** All texts of nested arrays in one. */
export function deepJoin(machine: Machine, value: Value): string {
  if (typeof value === 'string') return value;
  if (isArray(value)) return value.map((slot) => deepJoin(machine, force(machine, slot))).join('');
  throw failure(machine, `Expected string or array, got ${typeName(value)}`);
}
