import { quoteString } from '../go/index.ts';
import { unquoteCharacter } from './runes.ts';
import type { NumberNode } from './nodes.ts';

const int64Max = (1n << 63n) - 1n;
const uint64Max = (1n << 64n) - 1n;

/** A number of a template, or what is wrong with it. Its type is decided by who takes it, as with Go's constants. */
export function readNumber(pos: number, text: string, isCharacter: boolean): NumberNode | string {
  if (isCharacter) return readCharacter(pos, text);
  if (text.endsWith('i')) return readComplex(pos, text);
  const whole = parseInteger(text);
  if (whole !== undefined) {
    const signed = text.startsWith('-') || text.startsWith('+');
    const int = whole >= -int64Max - 1n && whole <= int64Max ? whole : undefined;
    const uint = (!signed || whole === 0n) && whole >= 0n && whole <= uint64Max ? whole : undefined;
    if (int === undefined && uint === undefined) return `integer overflow: ${quoteString(text)}`;
    return { type: 'number', pos, text, int, uint, float: Number(whole) };
  }
  const float = parseFloat64(text);
  if (float === undefined) return `illegal number syntax: ${quoteString(text)}`;
  if (!/[.eEpP]/.test(text)) return `integer overflow: ${quoteString(text)}`;
  const exact = Number.isInteger(float) ? BigInt(float) : undefined;
  const int = exact !== undefined && exact >= -int64Max - 1n && exact <= int64Max ? exact : undefined;
  const uint = exact !== undefined && exact >= 0n && exact <= uint64Max ? exact : undefined;
  return { type: 'number', pos, text, int, uint, float };
}

/** `1+2i` or `2i`. Nothing takes such a number but printing. */
function readComplex(pos: number, text: string): NumberNode | string {
  const match = /^(?:([+-]?[^+-]+?(?:[eEpP][+-]?\d+)?)(?=[+-]))?([+-]?[^+-]+(?:[eEpP][+-]?\d+)?)i$/.exec(
    text,
  );
  const imaginary = parseReal(match?.[2] ?? '');
  const real = match?.[1] === undefined || match[1] === '' ? 0 : parseReal(match[1]);
  if (imaginary === undefined || real === undefined) return `illegal number syntax: ${quoteString(text)}`;
  return {
    type: 'number',
    pos,
    text,
    int: undefined,
    uint: undefined,
    float: undefined,
    complex: { real, imaginary },
  };
}

function parseReal(text: string): number | undefined {
  const whole = parseInteger(text);
  return whole === undefined ? parseFloat64(text) : Number(whole);
}

function readCharacter(pos: number, text: string): NumberNode | string {
  const one = unquoteCharacter(text, 1, "'");
  if (one === undefined) return 'invalid syntax';
  if (one.end !== text.length - 1) return `malformed character constant: ${text}`;
  const rune = one.text.codePointAt(0) ?? 0;
  const byte = rune >= 0xdc80 && rune <= 0xdcff ? rune - 0xdc00 : rune;
  return { type: 'number', pos, text, int: BigInt(byte), uint: BigInt(byte), float: byte };
}

const integerShape =
  /^([+-]?)(0[xX]_?[\da-fA-F]+(?:_[\da-fA-F]+)*|0[oO]_?[0-7]+(?:_[0-7]+)*|0[bB]_?[01]+(?:_[01]+)*|0(?:_?[0-7]+)*|[1-9]\d*(?:_\d+)*)$/;

/** strconv.ParseInt with base 0. */
function parseInteger(text: string): bigint | undefined {
  const match = integerShape.exec(text);
  if (match === null) return undefined;
  const digits = (match[2] ?? '').replaceAll('_', '').toLowerCase();
  const octal = /^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits;
  const size = BigInt(octal);
  return match[1] === '-' ? -size : size;
}

const decimalShape = /^[+-]?(?:\d+(?:_\d+)*)?(?:\.(?:\d+(?:_\d+)*)?)?(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const hexShape = /^([+-]?)0[xX]_?([\da-fA-F_]*)(?:\.([\da-fA-F_]*))?[pP]([+-]?\d+)$/;

/** strconv.ParseFloat. */
function parseFloat64(text: string): number | undefined {
  const hex = hexShape.exec(text);
  if (hex !== null) return parseHexFloat(hex);
  const plain = text.replaceAll('_', '');
  if (!decimalShape.test(text) || !/^[+-]?(?:\d|\.\d)/.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

function parseHexFloat(match: RegExpExecArray): number | undefined {
  const whole = (match[2] ?? '').replaceAll('_', '');
  const fraction = (match[3] ?? '').replaceAll('_', '');
  if (whole === '' && fraction === '') return undefined;
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  const value = mantissa * 2 ** (Number(match[4]) - 4 * fraction.length);
  if (!Number.isFinite(value)) return undefined;
  return match[1] === '-' ? -value : value;
}
