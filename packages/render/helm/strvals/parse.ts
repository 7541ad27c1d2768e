import { GoError, GoInt } from '@plumbline/languages';
import type { GoMap, Value } from '@plumbline/languages';
import { jsonLength } from './json-prefix.ts';
import { scannerOf } from './scanner.ts';
import type { Scanned, Scanner } from './scanner.ts';

/** The highest index of a list, so that `a[9999999999]=x` cannot fill the memory. */
const indexMax = 65_536;
/** The deepest name. */
const nestingMax = 30;

/** How the value behind `=` is read. */
export type SetKind = 'typed' | 'string' | 'json' | 'literal' | 'file';

/** What `--set-file` needs. */
type ReadSetFile = (path: string) => string;

interface Parser {
  readonly scanner: Scanner;
  readonly kind: SetKind;
  readonly keyStops: string;
  readonly value: (text: string) => Value;
}

/** What only some readers need. */
export interface SetOptions {
  readonly readFile?: ReadSetFile;
  /** Helm 4 takes the end of a line in the middle of an index for the end of all. */
  readonly endsQuietly?: boolean;
}

/** The line ended inside of an index. */
class EndOfLine extends GoError {}

/** Reads a line of `--set`, `--set-string`, `--set-json`, `--set-literal` or `--set-file` into a table. Throws `GoError`. */
export function parseSetInto(
  line: string,
  into: GoMap,
  kind: SetKind,
  { readFile, endsQuietly = false }: SetOptions = {},
): void {
  const literal = kind === 'literal';
  const parser: Parser = {
    scanner: scannerOf(line, literal),
    kind,
    keyStops: literal ? '=[.' : '=[,.',
    value:
      kind === 'typed' ? typed : kind === 'file' ? (path) => readFile?.(path) ?? '' : (text: string) => text,
  };
  try {
    while (parseKey(parser, into, 0) === 'more');
  } catch (thrown) {
    if (!(thrown instanceof EndOfLine) || !endsQuietly) throw thrown;
  }
}

type Progress = 'more' | 'end';

function parseKey(parser: Parser, data: GoMap, level: number): Progress {
  const scanned = parser.scanner.until(parser.keyStops);
  const key = scanned.text;
  switch (scanned.stop) {
    case undefined:
      if (key === '') return 'end';
      throw new GoError(`key ${JSON.stringify(key)} has no value`);
    case '[':
      return parseIndexed(parser, data, key, level);
    case '=':
      return parser.kind === 'json'
        ? assignJson(parser, (value) => set(data, key, value))
        : assign(parser, (value) => set(data, key, value));
    case '.':
      return parseNested(parser, data, key, level + 1);
    default:
      set(data, key, '');
      throw new GoError(`key ${JSON.stringify(key)} has no value (cannot end with ,)`);
  }
}

function parseNested(parser: Parser, data: GoMap, key: string, level: number): Progress {
  if (level > nestingMax) {
    throw new GoError(
      `value name nested level is greater than maximum supported nested level of ${nestingMax}`,
    );
  }
  const existing = data.get(key);
  if (existing !== undefined && !(existing instanceof Map)) throw conversion(existing, 'map');
  const inner: GoMap = existing ?? new Map();
  try {
    const progress = parseKey(parser, inner, level);
    if (progress === 'more' && inner.size === 0) {
      throw new GoError(`key map ${JSON.stringify(key)} has no value`);
    }
    return progress;
  } finally {
    if (inner.size > 0) set(data, key, inner);
  }
}

function parseIndexed(parser: Parser, data: GoMap, key: string, level: number): Progress {
  const index = parseIndex(parser);
  const existing = data.get(key);
  if (existing !== undefined && !Array.isArray(existing)) throw conversion(existing, 'list');
  const list: Value[] = existing ?? [];
  try {
    return parseItem(parser, list, index, level);
  } finally {
    set(data, key, list);
  }
}

function parseIndex(parser: Parser): number {
  const { text, stop } = parser.scanner.until(']');
  if (stop === undefined) throw new EndOfLine('error parsing index: EOF');
  if (!/^[-+]?[0-9]+$/.test(text)) {
    throw new GoError(`error parsing index: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const index = Number(text);
  if (Number.isSafeInteger(index)) return index;
  throw new GoError(`error parsing index: strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`);
}

function parseItem(parser: Parser, list: Value[], index: number, level: number): Progress {
  if (index < 0) throw new GoError(`negative ${index} index not allowed`);
  const scanned: Scanned = parser.scanner.until('[.=');
  if (scanned.text !== '') {
    throw new GoError(`unexpected data at end of array index: ${runes(scanned.text)}`);
  }
  if (scanned.stop === undefined) return 'end';
  if (scanned.stop === '=') {
    return parser.kind === 'json'
      ? assignJson(parser, (value) => setIndex(list, index, value))
      : (assign(parser, (value) => setIndex(list, index, value)), 'more');
  }
  const existing = list[index];
  if (scanned.stop === '[') {
    const next = parseIndex(parser);
    if (existing !== undefined && existing !== null && !Array.isArray(existing))
      throw conversion(existing, 'list');
    const inner: Value[] = existing ?? [];
    const progress = parseItem(parser, inner, next, level);
    setIndex(list, index, inner);
    return progress;
  }
  const inner: GoMap = existing instanceof Map ? existing : new Map();
  if (index < list.length) list[index] = inner;
  const progress = parseKey(parser, inner, level);
  if (progress === 'more') setIndex(list, index, inner);
  return progress;
}

/** The value behind `=`: a list in braces, or everything up to the next comma. */
function assign(parser: Parser, store: (value: Value) => void): Progress {
  const { scanner } = parser;
  if (parser.kind === 'literal') {
    store(scanner.until('').text);
    return 'more';
  }
  const first = scanner.next();
  if (first === undefined) {
    store('');
    return 'end';
  }
  if (first === '{') {
    store(parseList(parser));
    return 'more';
  }
  scanner.back();
  store(parser.value(scanner.until(',').text));
  return 'more';
}

function parseList(parser: Parser): Value[] {
  const list: Value[] = [];
  for (;;) {
    const { text, stop } = parser.scanner.until(',}');
    if (stop === undefined) throw new GoError("list must terminate with '}'");
    list.push(parser.value(text));
    if (stop !== '}') continue;
    const after = parser.scanner.next();
    if (after !== ',') parser.scanner.back();
    return list;
  }
}

function assignJson(parser: Parser, store: (value: Value) => void): Progress {
  const { scanner } = parser;
  if (isEmptyValue(scanner)) {
    store(null);
    return 'more';
  }
  const found = jsonLength(scanner.rest());
  store(found.value);
  scanner.skip(found.length);
  isEmptyValue(scanner);
  return 'more';
}

/** Takes blanks and a comma (or the end); whatever else comes stays. */
function isEmptyValue(scanner: Scanner): boolean {
  for (;;) {
    const rune = scanner.next();
    if (rune === undefined || rune === ',') return true;
    if (/\s/.test(rune)) continue;
    scanner.back();
    return false;
  }
}

function set(data: GoMap, key: string, value: Value): void {
  if (key !== '') data.set(key, value);
}

function setIndex(list: Value[], index: number, value: Value): void {
  if (index > indexMax) {
    throw new GoError(`index of ${index} is greater than maximum supported index of ${indexMax}`);
  }
  while (list.length < index) list.push(null);
  list[index] = value;
}

/** `--set` knows truth values, null and whole numbers; leading zeros keep a text a text. */
function typed(text: string): Value {
  const lower = text.toLowerCase();
  if (lower === 'true') return true;
  if (lower === 'false') return false;
  if (lower === 'null') return null;
  if (text === '0') return new GoInt('int64', 0n);
  if (!/^[-+]?[0-9]+$/.test(text) || text.startsWith('0')) return text;
  const n = BigInt(text.replace('+', ''));
  return n === BigInt.asIntN(64, n) ? new GoInt('int64', n) : text;
}

/** A text as Go prints a slice of runes with `%q`. */
function runes(text: string): string {
  return `[${Array.from(text, (rune) => `'${rune}'`).join(' ')}]`;
}

function conversion(value: Value, wanted: 'map' | 'list'): GoError {
  const to = wanted === 'map' ? 'map[string]interface {}' : '[]interface {}';
  return new GoError(
    `unable to parse key: interface conversion: interface {} is ${typeWord(value)}, not ${to}`,
  );
}

function typeWord(value: Value): string {
  if (value === null) return 'nil';
  if (Array.isArray(value)) return '[]interface {}';
  if (value instanceof Map) return 'map[string]interface {}';
  if (value instanceof GoInt) return value.kind;
  return typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? 'float64' : 'string';
}
