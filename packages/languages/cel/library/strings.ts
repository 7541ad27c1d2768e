import { global, member, type Overload } from '../functions.ts';
import { dynType, intType, listType, stringType } from '../types.ts';
import { ArrayList, CelError, type CelList, type Value } from '../values.ts';
import { shown } from '../plain.ts';
import { regexOf } from './conversions.ts';
import { formatText } from './format-text.ts';
import { quote } from './quote.ts';

type Table = Record<string, readonly Overload[]>;

const outOfRange = (index: bigint): CelError => new CelError(`index out of range: ${index}`);
const texts = listType(stringType);

/** CEL counts code points; most texts are plain and are counted as they are. */
function points(text: string): readonly string[] | string {
  // oxlint-disable-next-line no-control-regex -- the range of plain characters
  return /^[\u0000-\u007f]*$/.test(text) ? text : Array.from(text);
}

function slice(from: readonly string[] | string, start: number, end?: number): string {
  return typeof from === 'string' ? from.slice(start, end) : from.slice(start, end).join('');
}

function charAt(text: string, index: bigint): string {
  const all = points(text);
  if (index < 0n || index > BigInt(all.length)) throw outOfRange(index);
  return all[Number(index)] ?? '';
}

function indexOf(text: string, part: string, from = 0n): bigint {
  if (part === '') return from;
  const all = points(text);
  if (from < 0n) throw outOfRange(from);
  if (from >= BigInt(all.length)) return -1n;
  const rest = slice(all, Number(from));
  const at = rest.indexOf(part);
  return at < 0 ? -1n : from + BigInt(points(rest.slice(0, at)).length);
}

function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const all = points(text);
  const length = BigInt(all.length);
  if (from !== undefined && from < 0n) throw outOfRange(from);
  if (part === '') return from ?? length;
  if (from !== undefined && from >= length) return -1n;
  const start = from === undefined ? length : from;
  const wanted = points(part).length;
  for (let at = Number(start > length - BigInt(wanted) ? length - BigInt(wanted) : start); at >= 0; at--)
    if (slice(all, at, at + wanted) === part) return BigInt(at);
  return -1n;
}

function substring(text: string, start: bigint, end?: bigint): string {
  const all = points(text);
  const length = BigInt(all.length);
  if (end === undefined) {
    if (start < 0n || start > length) throw outOfRange(start);
    return slice(all, Number(start));
  }
  if (start > end) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  if (start < 0n || start > length) throw outOfRange(start);
  if (end < 0n || end > length) throw outOfRange(end);
  return slice(all, Number(start), Number(end));
}

function replace(text: string, from: string, to: string, limit = -1n): string {
  if (limit < 0n) return from === '' ? interleave(text, to, Infinity) : text.replaceAll(from, () => to);
  if (from === '') return interleave(text, to, Number(limit));
  const parts = text.split(from);
  const count = Math.min(Number(limit), parts.length - 1);
  let result = parts[0] ?? '';
  for (let i = 1; i < parts.length; i++) result += (i <= count ? to : from) + parts[i]!;
  return result;
}

/** Go replaces the empty text before each character and at the end. */
function interleave(text: string, to: string, limit: number): string {
  let left = limit;
  let result = '';
  for (const character of text) {
    if (left-- > 0) result += to;
    result += character;
  }
  return left > 0 ? result + to : result;
}

function split(text: string, separator: string, limit = -1n): Value {
  if (limit === 0n) return new ArrayList([]);
  if (limit === 1n) return new ArrayList([text]);
  const parts = separator === '' ? Array.from(text) : text.split(separator);
  if (limit < 0n || parts.length <= Number(limit)) return new ArrayList(parts);
  const kept = parts.slice(0, Number(limit) - 1);
  return new ArrayList([...kept, parts.slice(Number(limit) - 1).join(separator)]);
}

function joinTexts(list: CelList, separator = ''): string {
  return Array.from(list, (item) => {
    if (typeof item !== 'string') throw new CelError(`join: invalid input: ${shown(item)}`);
    return item;
  }).join(separator);
}

const lower = (text: string): string => text.replaceAll(/[A-Z]+/g, (part) => part.toLowerCase());
const upper = (text: string): string => text.replaceAll(/[a-z]+/g, (part) => part.toUpperCase());
/** Go's idea of white space lacks the byte order mark. */
const trim = (text: string): string =>
  text.replaceAll(/^[\s\u0085]+|[\s\u0085]+$/g, (part) => part.replaceAll(/[^\uFEFF]/g, ''));

/** cel-go's string extension in its version 2, which Kubernetes uses. */
export const strings: Table = {
  charAt: [member('string_char_at_int', [stringType, intType], stringType, charAt)],
  indexOf: [
    member('string_index_of_string', [stringType, stringType], intType, indexOf),
    member('string_index_of_string_int', [stringType, stringType, intType], intType, indexOf),
  ],
  lastIndexOf: [
    member('string_last_index_of_string', [stringType, stringType], intType, lastIndexOf),
    member('string_last_index_of_string_int', [stringType, stringType, intType], intType, lastIndexOf),
  ],
  lowerAscii: [member('string_lower_ascii', [stringType], stringType, lower)],
  upperAscii: [member('string_upper_ascii', [stringType], stringType, upper)],
  replace: [
    member('string_replace_string_string', [stringType, stringType, stringType], stringType, replace),
    member(
      'string_replace_string_string_int',
      [stringType, stringType, stringType, intType],
      stringType,
      replace,
    ),
  ],
  split: [
    member('string_split_string', [stringType, stringType], texts, split),
    member('string_split_string_int', [stringType, stringType, intType], texts, split),
  ],
  substring: [
    member('string_substring_int', [stringType, intType], stringType, substring),
    member('string_substring_int_int', [stringType, intType, intType], stringType, substring),
  ],
  trim: [member('string_trim', [stringType], stringType, trim)],
  join: [
    member('list_join', [texts], stringType, joinTexts),
    member('list_join_string', [texts, stringType], stringType, joinTexts),
  ],
  format: [member('string_format', [stringType, listType(dynType)], stringType, formatText)],
  'strings.quote': [global('strings_quote', [stringType], stringType, quote)],
};

function find(text: string, pattern: string): string {
  const matcher = regexOf(pattern, 'Illegal regex: ').matcher(text);
  return matcher.find() ? (matcher.group() ?? '') : '';
}

function findAll(text: string, pattern: string, limit = -1n): Value {
  const matcher = regexOf(pattern, 'Illegal regex: ').matcher(text);
  const found: Value[] = [];
  while ((limit < 0n || BigInt(found.length) < limit) && matcher.find()) found.push(matcher.group() ?? '');
  return new ArrayList(found);
}

/** Kubernetes' own functions over patterns. */
export const patterns: Table = {
  find: [member('string_find_string', [stringType, stringType], stringType, find)],
  findAll: [
    member('string_find_all_string', [stringType, stringType], texts, findAll),
    member('string_find_all_string_int', [stringType, stringType, intType], texts, findAll),
  ],
};
