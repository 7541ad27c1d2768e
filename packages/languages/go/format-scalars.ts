import { toBytes } from './bytes.ts';
import { pad, padSpaces, truncateRunes } from './format-flags.ts';
import { formatFloat } from './floats.ts';
import { quoteAscii, quoteString } from './print.ts';
import type { Flags } from './format-flags.ts';
import type { FloatVerb } from './floats.ts';

const uint64 = 1n << 64n;
const runeMax = 0x10ffffn;

/** A whole number under a verb; undefined: a verb that whole numbers do not know. */
export function formatInteger(n: bigint, signed: boolean, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      if (flags.sharpV && !signed) return digitsOf(n, 16, false, 'v', { ...flags, sharp: true });
      return digitsOf(n, 10, signed, verb, flags);
    case 'd':
      return digitsOf(n, 10, signed, verb, flags);
    case 'b':
      return digitsOf(n, 2, signed, verb, flags);
    case 'o':
    case 'O':
      return digitsOf(n, 8, signed, verb, flags);
    case 'x':
    case 'X':
      return digitsOf(n, 16, signed, verb, flags);
    case 'c':
      return pad(runeOf(n), flags);
    case 'q':
      return pad(quoteCharacter(runeOf(n), flags.plus), flags);
    case 'U':
      return unicode(n, flags);
    default:
      return undefined;
  }
}

function runeOf(n: bigint): string {
  const code = BigInt.asUintN(64, n);
  if (code > runeMax || (code >= 0xd800n && code <= 0xdfffn)) return '\ufffd';
  return String.fromCodePoint(Number(code));
}

function quoteCharacter(character: string, ascii: boolean): string {
  if (character === "'") return `'\\''`;
  if (character === '"') return `'"'`;
  const quoted = ascii ? quoteAscii(character) : quoteString(character);
  return `'${quoted.slice(1, -1)}'`;
}

function unicode(n: bigint, flags: Flags): string {
  const code = n < 0n ? uint64 + n : n;
  const digits = code
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(flags.precision ?? 4, 4), '0');
  const character = code <= runeMax ? runeOf(code) : '';
  const shown =
    flags.sharp && character !== '' && !quoteString(character).includes('\\') ? ` '${character}'` : '';
  const slashes = flags.sharp && (character === '\\' || character === '"') ? ` '${character}'` : shown;
  return padSpaces(`U+${digits}${slashes}`, flags);
}

function digitsOf(n: bigint, base: number, signed: boolean, verb: string, flags: Flags): string {
  const negative = signed && n < 0n;
  const size = n < 0n ? (signed ? -n : uint64 + n) : n;
  if (flags.precision === 0 && size === 0n) return ' '.repeat(flags.width ?? 0);
  const text = size.toString(base);
  const upper = verb === 'X' ? text.toUpperCase() : text;
  const hasSign = negative || flags.plus || flags.space;
  // The flag 0 means leading zeros up to the width, and nothing where a precision says how many digits there are.
  const zeros = flags.zero && !flags.minus && flags.width !== undefined ? flags.width - (hasSign ? 1 : 0) : 0;
  const digits = upper.padStart(flags.precision ?? zeros, '0');
  const sign = negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  return padSpaces(`${sign}${prefix(digits, base, verb, flags)}${digits}`, flags);
}

function prefix(digits: string, base: number, verb: string, flags: Flags): string {
  if (verb === 'O') return flags.sharp && !digits.startsWith('0') ? '0o0' : '0o';
  if (!flags.sharp) return '';
  if (base === 2) return '0b';
  if (base === 8) return digits.startsWith('0') ? '' : '0';
  if (base === 16) return verb === 'X' ? '0X' : '0x';
  return '';
}

/** A float64 under a verb; undefined: a verb that floats do not know. */
export function formatFloatVerb(value: number, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      return float(value, 'g', flags, undefined, verb);
    case 'b':
    case 'g':
    case 'G':
    case 'x':
    case 'X':
      return float(value, verb, flags, undefined, verb);
    case 'f':
    case 'e':
    case 'E':
      return float(value, verb, flags, 6, verb);
    case 'F':
      return float(value, 'f', flags, 6, 'f');
    default:
      return undefined;
  }
}

function float(
  value: number,
  format: FloatVerb,
  flags: Flags,
  usual: number | undefined,
  verb: string,
): string {
  const precision = flags.precision ?? usual ?? 'shortest';
  const text = formatFloat(value, format, precision);
  const negative = text.startsWith('-');
  let size = text.replace(/^[+-]/, '');
  let sign = negative ? '-' : '+';
  if (flags.space && sign === '+' && !flags.plus) sign = ' ';
  if (!Number.isFinite(value)) {
    // An infinity always shows its sign.
    const showsSign = !Number.isNaN(value) || flags.space || flags.plus;
    return padSpaces(`${showsSign ? sign : ''}${size}`, flags);
  }
  if (flags.sharp && verb !== 'b') size = keepPoint(size, format, precision === 'shortest' ? -1 : precision);
  if (!flags.plus && sign === '+') return pad(size, flags);
  const width = flags.width ?? 0;
  if (flags.zero && !flags.minus && width > size.length + 1) return sign + size.padStart(width - 1, '0');
  return pad(sign + size, flags);
}

/** The flag # keeps the point, and with %g the zeros at the end. */
function keepPoint(size: string, format: FloatVerb, precision: number): string {
  const isHex = format === 'x' || format === 'X';
  const cut = size.search(isHex ? /[pP]/ : /[eEpP]/);
  let head = cut < 0 ? size : size.slice(0, cut);
  const tail = cut < 0 ? '' : size.slice(cut);
  let missing = format === 'g' || format === 'G' || format === 'x' ? (precision === -1 ? 6 : precision) : 0;
  missing -= head.replace('.', '').replace(/^0+/, '').length;
  if (!head.includes('.')) {
    if (head === '0') missing -= 1;
    head += '.';
  }
  return head + '0'.repeat(Math.max(missing, 0)) + tail;
}

/** Text under a verb; undefined: a verb that texts do not know. */
export function formatString(text: string, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      return flags.sharpV ? quoted(text, flags) : pad(truncateRunes(text, flags.precision), flags);
    case 's':
      return pad(truncateRunes(text, flags.precision), flags);
    case 'x':
    case 'X':
      return hexBytes(toBytes(text), verb === 'X', flags);
    case 'q':
      return quoted(text, flags);
    default:
      return undefined;
  }
}

function quoted(text: string, flags: Flags): string {
  const cut = truncateRunes(text, flags.precision);
  // eslint-disable-next-line no-control-regex -- Go quotes texts with control characters by escapes even under %#q.
  if (flags.sharp && !/[\u0000-\u0008\u000a-\u001f\u007f`\ufeff\udc80-\udcff]/u.test(cut))
    return pad(`\`${cut}\``, flags);
  return pad(flags.plus ? quoteAscii(cut) : quoteString(cut), flags);
}

/** Bytes as hexadecimal digits. */
export function hexBytes(bytes: Uint8Array, upper: boolean, flags: Flags): string {
  const count = Math.min(flags.precision ?? bytes.length, bytes.length);
  if (count === 0) return pad('', flags);
  const digits = Array.from(bytes.subarray(0, count), (byte) => byte.toString(16).padStart(2, '0'));
  const cased = upper ? digits.map((pair) => pair.toUpperCase()) : digits;
  const mark = flags.sharp ? (upper ? '0X' : '0x') : '';
  return pad(flags.space ? cased.map((pair) => mark + pair).join(' ') : mark + cased.join(''), flags);
}
