import { endLine, giveUp, isColon } from './common-cursor.ts';
import type { Cursor } from './common-cursor.ts';

const space = 32;
const newline = 10;
const hash = 35;

/** Characters that begin something else than plain text. */
const indicators = new Set('& * ! % @ ` ? | > { } [ ] , " \' #'.split(' ').map((sign) => sign.charCodeAt(0)));

/** Plain text may not begin with an indicator; `-` and `:` only before other text. */
export function beginsPlain(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code > 96 && code < 123) return true;
  if (indicators.has(code)) return false;
  if (code !== 45 && code !== 58) return true;
  const next = text.charCodeAt(at + 1);
  return next !== space && next !== newline && at + 1 < text.length;
}

/** The end of plain text on one line, without blanks behind it. A key in it, or a comment right behind it, is told of. */
function plainEnd(
  text: string,
  from: number,
): { readonly end: number; readonly next: number; readonly comment: boolean } {
  let at = from;
  let end = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === newline) break;
    if (code === space) continue;
    if (code === 9) giveUp();
    if (code === hash && at > from && text.charCodeAt(at - 1) === space)
      return { end, next: at, comment: true };
    if (code === 58 && isColon(text, at)) giveUp();
    end = at + 1;
  }
  return { end, next: at, comment: false };
}

/** Plain text, perhaps over several lines that are indented deeper than `parent`. Ends at the start of a line. */
export function readPlain(cursor: Cursor, parent: number): { readonly value: string; readonly end: number } {
  const { text } = cursor;
  const first = plainEnd(text, cursor.at);
  let value = text.slice(cursor.at, first.end);
  let { end } = first;
  cursor.at = first.next;
  endLine(cursor);
  if (first.comment) {
    if (continues(text, cursor.at, parent) !== undefined) giveUp();
    return { value, end };
  }
  for (;;) {
    const more = continues(text, cursor.at, parent);
    if (more === undefined) return { value, end };
    const line = plainEnd(text, more.at);
    if (line.comment) giveUp();
    const glue = more.blank === 0 ? ' ' : '\n'.repeat(more.blank);
    value += glue + text.slice(more.at, line.end);
    ({ end } = line);
    cursor.at = line.next + 1;
  }
}

/** Where the next line with content goes on with a scalar, and how many blank lines are before it. */
function continues(
  text: string,
  from: number,
  parent: number,
): { readonly at: number; readonly blank: number } | undefined {
  let start = from;
  for (let blank = 0; start < text.length; blank++) {
    let at = start;
    while (text.charCodeAt(at) === space) at++;
    if (at >= text.length) return undefined;
    const code = text.charCodeAt(at);
    if (code === newline) {
      start = at + 1;
      continue;
    }
    if (at - start <= parent) return undefined;
    // A comment ends plain text, and what comes behind it is no longer a part.
    if (code === hash || code === 9) giveUp();
    return { at, blank };
  }
  return undefined;
}

const escapes: Readonly<Record<string, string>> = {
  0: '\0',
  a: '\u0007',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\u001b',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};

/** Text in quotes; it may be folded over lines that are indented deeper than `parent`. Ends behind the quote. */
export function readQuoted(cursor: Cursor, parent: number): string {
  const { text } = cursor;
  const quote = text.charCodeAt(cursor.at) === 34 ? '"' : "'";
  let close = cursor.at;
  for (;;) {
    close = text.indexOf(quote, close + 1);
    if (close < 0) giveUp();
    if (quote === '"') {
      let before = close - 1;
      while (text.charCodeAt(before) === 92) before--;
      if ((close - before) % 2 === 1) break;
    } else if (text.charCodeAt(close + 1) === 39) close++;
    else break;
  }
  const raw = text.slice(cursor.at + 1, close);
  cursor.at = close + 1;
  const flat = raw.includes('\n') ? fold(raw, parent) : raw;
  if (quote === "'") return flat.includes("''") ? flat.replaceAll("''", "'") : flat;
  return flat.includes('\\') ? unescape(flat) : flat;
}

function fold(raw: string, parent: number): string {
  // A backslash at the end of a line joins it with the next; that is left to the library.
  if (raw.includes('\\\n') || raw.includes('\t')) giveUp();
  const lines = raw.split('\n');
  let folded = (lines[0] ?? '').replace(/ +$/, '');
  let blank = 0;
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const words = line.replace(/^ +/, '');
    const isLast = i === lines.length - 1;
    if (words === '' && !isLast) {
      blank++;
      continue;
    }
    if (line.length - words.length <= parent) giveUp();
    folded += (blank === 0 ? ' ' : '\n'.repeat(blank)) + (isLast ? words : words.replace(/ +$/, ''));
    blank = 0;
  }
  return folded;
}

function unescape(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.)|)/g,
    (_, two?: string, four?: string, sign?: string) => {
      const code = two ?? four;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      return escapes[sign ?? ''] ?? giveUp();
    },
  );
}

/** The text of a `|` block below a line of the indent `parent`. Ends at the start of a line. */
export function readLiteral(cursor: Cursor, parent: number): string {
  const { text } = cursor;
  const head = /\|([+-]?) *(?: #[^\n]*)?(?:\n|$)/y;
  head.lastIndex = cursor.at;
  const match = head.exec(text);
  if (match === null) giveUp();
  cursor.at = head.lastIndex;
  const chomp = match[1] ?? '';
  const lines: string[] = [];
  let indent = -1;
  let trailing = 0;
  let at = cursor.at;
  while (at < text.length) {
    let from = at;
    while (text.charCodeAt(from) === space && (indent < 0 || from - at < indent)) from++;
    const newlineAt = text.indexOf('\n', from);
    const end = newlineAt < 0 ? text.length : newlineAt;
    if (from === end) {
      // Blank lines before the first one with content may not be longer than its indent.
      if (indent < 0 && from - at > parent + 1) giveUp();
      // Blanks before the end of the text are no line.
      if (newlineAt < 0) break;
      lines.push('');
      trailing++;
    } else {
      if (text.charCodeAt(from) === 9 && from - at <= Math.max(parent, indent)) giveUp();
      if (indent < 0) {
        if (from - at <= parent) break;
        indent = from - at;
      } else if (from - at < indent) break;
      lines.push(text.slice(from, end));
      trailing = 0;
    }
    at = end + 1;
  }
  cursor.at = Math.min(at, text.length);
  if (indent < 0) return chomp === '+' ? '\n'.repeat(lines.length) : '';
  const content = lines.slice(0, lines.length - trailing).join('\n');
  // A text that ends within its last line has no line break there that could be kept.
  const isCut = trailing === 0 && at > text.length;
  if (chomp === '-' || isCut) return content;
  return chomp === '+' ? `${content}${'\n'.repeat(trailing + 1)}` : `${content}\n`;
}
