import { fromByteText, toByteText } from './bytes.ts';
import { BadPattern, matchPattern } from './glob.ts';
import { EnvsubstError } from './parse.ts';

/** Removing by a glob tries every length; longer values would stall a build. */
const trimmedBytesMax = 64 * 1024;

/** What `${var<name>args}` makes of a value. Names that mean nothing stand for the default, as upstream has it. */
export function applyFunction(name: string, value: string, args: readonly string[]): string {
  switch (name) {
    case ',':
      return withFirst(value, lower);
    case ',,':
      return mapRunes(value, lower);
    case '^':
      return withFirst(value, upper);
    case '^^':
      return mapRunes(value, upper);
    case '#':
      return args.length === 0 ? String(toByteText(value).length) : trimStart(value, args[0] ?? '', false);
    case '##':
      return trimStart(value, args[0] ?? '', true);
    case '%':
      return trimEnd(value, args[0] ?? '', false);
    case '%%':
      return trimEnd(value, args[0] ?? '', true);
    case ':':
      return part(value, args);
    case '/#':
      return args.length === 2 ? replaceStart(value, args[0] ?? '', args[1] ?? '') : value;
    case '/%':
      return args.length === 2 ? replaceEnd(value, args[0] ?? '', args[1] ?? '') : value;
    case '/':
      return replaceFirst(value, args[0] ?? '', args[1] ?? '');
    case '//':
      return replaceAll(value, args[0] ?? '', args[1] ?? '');
    default:
      return value === '' ? args.join('') : value;
  }
}

/** Go changes the case of one character into one character. */
function lower(char: string): string {
  return single(char, char.toLowerCase());
}

function upper(char: string): string {
  return single(char, char.toUpperCase());
}

function single(char: string, changed: string): string {
  return Array.from(changed).length === 1 ? changed : char;
}

function mapRunes(value: string, map: (char: string) => string): string {
  return Array.from(value, map).join('');
}

function withFirst(value: string, map: (char: string) => string): string {
  const [first] = value;
  return first === undefined ? value : map(first) + value.slice(first.length);
}

/** Whole numbers as Go's Atoi reads them. */
function atoi(text: string): number | undefined {
  return /^[-+]?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function part(value: string, [from = '', count]: readonly string[]): string {
  const named = atoi(from);
  if (named === undefined) return value;
  const bytes = toByteText(value);
  const start = named < 0 ? Math.max(0, bytes.length + named) : named;
  if (count === undefined) return fromByteText(bytes.slice(start));
  const length = atoi(count);
  if (length === undefined) return value;
  const end = start + length;
  if (end >= bytes.length) return fromByteText(bytes.slice(start));
  if (end < start) throw new EnvsubstError(`slice bounds out of range [${start}:${end}]`);
  return fromByteText(bytes.slice(start, end));
}

function replaceFirst(value: string, old: string, by: string): string {
  const at = value.indexOf(old);
  return at < 0 ? value : value.slice(0, at) + by + value.slice(at + old.length);
}

function replaceAll(value: string, old: string, by: string): string {
  if (old !== '') return value.split(old).join(by);
  return by + Array.from(value, (char) => char + by).join('');
}

function replaceStart(value: string, old: string, by: string): string {
  return value.startsWith(old) ? by + value.slice(old.length) : value;
}

function replaceEnd(value: string, old: string, by: string): string {
  return value.endsWith(old) ? value.slice(0, value.length - old.length) + by : value;
}

function trimStart(value: string, pattern: string, longest: boolean): string {
  return fromByteText(trimmed(toByteText(value), toByteText(pattern), longest));
}

/** The end is the start of the text read backwards; so is the pattern, brackets and all. */
function trimEnd(value: string, pattern: string, longest: boolean): string {
  return reversed(trimStart(reversed(value), reversed(pattern), longest));
}

function reversed(text: string): string {
  return Array.from(text).toReversed().join('');
}

function trimmed(bytes: string, pattern: string, longest: boolean): string {
  if (bytes.length > trimmedBytesMax)
    throw new EnvsubstError(`values of more than ${trimmedBytesMax} bytes cannot be trimmed`);
  let found = 0;
  try {
    for (let length = bytes.length; length > 0; length--) {
      if (!matchPattern(pattern, bytes.slice(0, length))) continue;
      found = length;
      if (longest) break;
    }
  } catch (thrown) {
    if (thrown instanceof BadPattern) return bytes;
    throw thrown;
  }
  return bytes.slice(found);
}
