import { endLine, giveUp, isColon, isDash, skipBlankLines, uncommon } from './common-cursor.ts';
import type { Cursor } from './common-cursor.ts';
import { beginsPlain, readLiteral, readPlain, readQuoted } from './common-scalars.ts';
import { NotJsonNumber, resolvePlain } from './resolve.ts';

/** What is told of the places of values on the way, by JSON Pointer. */
export interface CommonPlaces {
  /** Values without fields of their own, as offsets. */
  readonly values?: Map<string, { readonly start: number; readonly end: number }>;
  /** Keys of mappings and items of lists, as offsets. */
  readonly keys?: Map<string, number>;
}

interface Reading extends Cursor {
  readonly places: CommonPlaces | undefined;
}

const newline = 10;
const space = 32;
const hash = 35;
/** Deeper ones are left to the library, which counts. */
export const commonDepthMax = 60;
/** Anything but printable ASCII has the text looked at more closely. */
const unusual = /[^\n\x20-\x7e]/;
const unprintable =
  // oxlint-disable-next-line no-control-regex
  /[\t\r\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?:[^\ud800-\udbff]|^)[\udc00-\udfff]/;

/**
 * Reads the YAML that nearly all manifests and files of values are written in, several times as fast as the library: mappings
 * and lists in blocks, plain and quoted text, `|` blocks, lists and mappings in brackets on one line. Undefined for all
 * else, whether right or wrong: tags, anchors, `>` blocks, repeated keys, tabs. The library then reads it or says what is wrong.
 */
export function readCommon(text: string, places?: CommonPlaces): { readonly value: unknown } | undefined {
  if (unusual.test(text) && unprintable.test(text)) return undefined;
  const reading: Reading = { text, at: 0, column: -1, places };
  try {
    skipBlankLines(reading);
    if (startsElsewhere(reading)) return undefined;
    const value = readNode(reading, -1, '', 0);
    return isDone(reading) ? { value } : undefined;
  } catch (thrown) {
    if (thrown === uncommon || thrown instanceof NotJsonNumber) return undefined;
    throw thrown;
  }
}

const startsElsewhere = ({ column }: Reading): boolean => column !== 0;
const isDone = ({ column }: Reading): boolean => column === -1;

/** What begins at the cursor, which stands on content at `column`; `parent` is the indent of what it belongs to. */
function readNode(reading: Reading, parent: number, pointer: string, depth: number): unknown {
  if (depth > commonDepthMax) giveUp();
  const { text, at, column } = reading;
  if (isDash(text, at)) return readList(reading, column, pointer, depth);
  if (isKey(text, at)) return readMapping(reading, column, pointer, depth);
  // Text that stands alone in a document, or below its key, is rare.
  if (parent < 0) giveUp();
  const value = readValue(reading, parent, pointer);
  skipBlankLines(reading);
  return value;
}

function readMapping(reading: Reading, column: number, pointer: string, depth: number): unknown {
  const { text, places } = reading;
  const mapping: Record<string, unknown> = {};
  for (;;) {
    if (column === 0 && /^(?:---|\.\.\.|%)/.test(text.slice(reading.at, reading.at + 3))) giveUp();
    const start = reading.at;
    const key = readKey(reading);
    if (Object.hasOwn(mapping, key)) giveUp();
    const below = places === undefined ? '' : `${pointer}/${escaped(key)}`;
    places?.keys?.set(below, start);
    mapping[key] = readMember(reading, column, below, depth);
    if (reading.column < column) return mapping;
    if (reading.column > column || isDash(text, reading.at)) giveUp();
  }
}

/** What belongs to a key: behind the colon, or on the lines below. Ends on the next content. */
function readMember(reading: Reading, column: number, pointer: string, depth: number): unknown {
  const { text } = reading;
  while (text.charCodeAt(reading.at) === space) reading.at++;
  const code = text.charCodeAt(reading.at);
  const isEmpty = code === newline || reading.at >= text.length || code === hash;
  if (!isEmpty) {
    const value = readValue(reading, column, pointer);
    skipBlankLines(reading);
    return value;
  }
  const behind = reading.at;
  endLine(reading);
  skipBlankLines(reading);
  if (reading.column > column) return readNode(reading, column, pointer, depth + 1);
  if (reading.column === column && isDash(text, reading.at))
    return readList(reading, column, pointer, depth + 1);
  reading.places?.values?.set(pointer, { start: behind, end: behind });
  return null;
}

function readList(reading: Reading, column: number, pointer: string, depth: number): unknown {
  const { text, places } = reading;
  const list: unknown[] = [];
  for (;;) {
    const below = places === undefined ? '' : `${pointer}/${list.length}`;
    list.push(readItem(reading, column, below, depth));
    if (reading.column !== column) {
      if (reading.column > column) giveUp();
      return list;
    }
    if (!isDash(text, reading.at)) return list;
  }
}

function readItem(reading: Reading, column: number, pointer: string, depth: number): unknown {
  const { text, places } = reading;
  const dash = reading.at;
  reading.at++;
  while (text.charCodeAt(reading.at) === space) reading.at++;
  const code = text.charCodeAt(reading.at);
  if (code === newline || reading.at >= text.length || code === hash) {
    const behind = reading.at;
    endLine(reading);
    skipBlankLines(reading);
    if (reading.column > column) {
      places?.keys?.set(pointer, reading.at);
      return readNode(reading, column, pointer, depth + 1);
    }
    places?.keys?.set(pointer, behind);
    places?.values?.set(pointer, { start: behind, end: behind });
    return null;
  }
  places?.keys?.set(pointer, reading.at);
  if (isDash(text, reading.at) || isKey(text, reading.at)) {
    reading.column = column + (reading.at - dash);
    return readNode(reading, column, pointer, depth + 1);
  }
  const value = readValue(reading, column, pointer);
  skipBlankLines(reading);
  return value;
}

/** A scalar, or a collection in brackets. Ends at the start of a line. */
function readValue(reading: Reading, parent: number, pointer: string): unknown {
  const { text, places } = reading;
  const start = reading.at;
  const code = text.charCodeAt(start);
  if (code === 34 || code === 39) {
    const value = readQuoted(reading, parent);
    places?.values?.set(pointer, { start, end: reading.at });
    endLine(reading);
    return value;
  }
  if (code === 124) {
    const value = readLiteral(reading, parent);
    places?.values?.set(pointer, { start, end: reading.at });
    return value;
  }
  if (code === 123 || code === 91) {
    const value = readBrackets(reading, pointer, 0);
    endLine(reading);
    return value;
  }
  if (!beginsPlain(text, start)) giveUp();
  const { value, end } = readPlain(reading, parent);
  places?.values?.set(pointer, { start, end });
  return resolvePlain(value);
}

/** Whether a key begins here: text and a colon on one line. */
function isKey(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === 34 || code === 39) {
    const end = text.indexOf('\n', at);
    const match = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*') *:(?: |$)/;
    return match.test(text.slice(at, end < 0 ? text.length : end));
  }
  if (!beginsPlain(text, at)) return false;
  for (let i = at; i < text.length; i++) {
    const next = text.charCodeAt(i);
    if (next === newline) return false;
    if (next === 58 && isColon(text, i)) return true;
    if (next === hash && i > at && text.charCodeAt(i - 1) === space) return false;
  }
  return false;
}

/** A key and its colon. */
function readKey(reading: Reading): string {
  const { text } = reading;
  const start = reading.at;
  const code = text.charCodeAt(start);
  let key: string;
  if (code === 34 || code === 39) {
    if (!isKey(text, start)) giveUp();
    key = readQuoted(reading, 0);
    while (text.charCodeAt(reading.at) === space) reading.at++;
  } else {
    if (!beginsPlain(text, start)) giveUp();
    let at = start;
    while (!isColon(text, at)) {
      const next = text.charCodeAt(at);
      if (next === newline || at >= text.length || (next === hash && text.charCodeAt(at - 1) === space))
        giveUp();
      at++;
    }
    reading.at = at;
    key = text.slice(start, at).trimEnd();
    // `yes: 1` and `1: 1` have keys that are made into text first.
    if (key === '<<' || typeof resolvePlain(key) !== 'string') giveUp();
  }
  if (key === '__proto__') giveUp();
  reading.at++;
  return key;
}

function escaped(key: string): string {
  return key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;
}

const plainInBrackets = /[^\s,[\]{}&*!|>'"%@`#?:-](?:[^,[\]{}\n:#]|:(?=[^\s,[\]{}])|#)*/y;

/** A list or a mapping in brackets, on one line. Ends behind the bracket. */
function readBrackets(reading: Reading, pointer: string, depth: number): unknown {
  if (depth > commonDepthMax) giveUp();
  const { text, places } = reading;
  const start = reading.at;
  const isList = text.charCodeAt(start) === 91;
  const close = isList ? 93 : 125;
  const list: unknown[] = [];
  const mapping: Record<string, unknown> = {};
  reading.at++;
  skipSpaces(reading);
  if (text.charCodeAt(reading.at) === close) {
    reading.at++;
    places?.values?.set(pointer, { start, end: reading.at });
    return isList ? list : mapping;
  }
  for (;;) {
    const at = reading.at;
    if (isList) {
      const below = places === undefined ? '' : `${pointer}/${list.length}`;
      places?.keys?.set(below, at);
      list.push(readInBrackets(reading, below, depth));
    } else {
      const key = keyInBrackets(reading);
      if (Object.hasOwn(mapping, key)) giveUp();
      const below = places === undefined ? '' : `${pointer}/${escaped(key)}`;
      places?.keys?.set(below, at);
      mapping[key] = readInBrackets(reading, below, depth);
    }
    skipSpaces(reading);
    const code = text.charCodeAt(reading.at);
    if (code !== 44 && code !== close) giveUp();
    reading.at++;
    if (code === close) return isList ? list : mapping;
    skipSpaces(reading);
  }
}

function readInBrackets(reading: Reading, pointer: string, depth: number): unknown {
  const { text, places } = reading;
  const start = reading.at;
  const code = text.charCodeAt(start);
  if (code === 123 || code === 91) return readBrackets(reading, pointer, depth + 1);
  let value: unknown;
  let end: number;
  if (code === 34 || code === 39) {
    const line = text.indexOf('\n', start);
    value = readQuoted(reading, 0);
    end = reading.at;
    if (line >= 0 && line < end) giveUp();
  } else {
    const words = plainAt(reading);
    value = resolvePlain(words);
    end = start + words.length;
  }
  places?.values?.set(pointer, { start, end });
  return value;
}

function keyInBrackets(reading: Reading): string {
  const { text } = reading;
  const code = text.charCodeAt(reading.at);
  const isQuoted = code === 34 || code === 39;
  const line = text.indexOf('\n', reading.at);
  const key = isQuoted ? readQuoted(reading, 0) : plainAt(reading);
  if (line >= 0 && line < reading.at) giveUp();
  if (key === '__proto__' || (!isQuoted && (key === '<<' || typeof resolvePlain(key) !== 'string'))) giveUp();
  skipSpaces(reading);
  if (text.charCodeAt(reading.at) !== 58) giveUp();
  const next = text.charCodeAt(reading.at + 1);
  if (next !== space) giveUp();
  reading.at++;
  skipSpaces(reading);
  return key;
}

function plainAt(reading: Reading): string {
  plainInBrackets.lastIndex = reading.at;
  const match = plainInBrackets.exec(reading.text);
  if (match === null || match[0].includes(' #')) giveUp();
  reading.at = plainInBrackets.lastIndex;
  return match[0].trimEnd();
}

function skipSpaces(reading: Reading): void {
  while (reading.text.charCodeAt(reading.at) === space) reading.at++;
}
