import { needsQuotes } from './resolve.ts';
import { analyseScalar } from './scalar-analysis.ts';

/** The text that is being written, and where its last line stands. */
export interface Output {
  text: string;
  column: number;
  /** A plain or quoted scalar is broken at the first blank behind this column. */
  readonly width: number;
  /** Further texts that have to be quoted. */
  readonly alsoQuoted?: (text: string) => boolean;
}

/** Appends text and keeps count of the column. */
export function put(out: Output, text: string): void {
  out.text += text;
  const line = text.lastIndexOf('\n');
  out.column = line < 0 ? out.column + text.length : text.length - line - 1;
}

/** Starts a line at an indent. */
export function newLine(out: Output, indent: number): void {
  out.text += `\n${' '.repeat(Math.max(0, indent))}`;
  out.column = Math.max(0, indent);
}

/** Nearly every text of a manifest is one of these: nothing in them has to be looked at twice. */
const harmless = /^[A-Za-z_/][A-Za-z0-9_./-]*$/;
/** The longest word that means something else than itself: `false`. */
const wordLengthMax = 5;

/** Writes a text in the style that go-yaml takes for it. `indent` is that of its continuation lines. */
export function writeText(out: Output, value: string, indent: number, isKey: boolean): void {
  if (harmless.test(value) && (value.length > wordLengthMax || !quoted(out, value))) {
    out.text += value;
    out.column += value.length;
    return;
  }
  switch (styleOf(out, value, isKey)) {
    case 'plain':
      return writeFolded(out, value, indent, isKey, 0);
    case 'single':
      put(out, "'");
      if (otherBreak.test(value)) writeBroken(out, value.replaceAll("'", "''"), indent);
      else writeFolded(out, value.replaceAll("'", "''"), indent, isKey, 1);
      return put(out, "'");
    case 'double':
      return writeDouble(out, value, indent, isKey);
    case 'literal':
      return writeLiteral(out, value, indent);
  }
}

function quoted(out: Output, value: string): boolean {
  return needsQuotes(value) || out.alsoQuoted?.(value) === true;
}

function styleOf(out: Output, value: string, isKey: boolean): 'plain' | 'single' | 'double' | 'literal' {
  const analysis = analyseScalar(value);
  if (value.includes('\n')) return analysis.block && !isKey ? 'literal' : 'double';
  if (quoted(out, value)) return 'double';
  if (analysis.plain) return 'plain';
  return analysis.single ? 'single' : 'double';
}

const otherBreak = /[\u2028\u2029]/;

/** Line and paragraph separators stay as they are, and what follows them is indented like a line of its own. */
function writeBroken(out: Output, text: string, indent: number): void {
  put(out, text.replace(/([\u2028\u2029])(?![\u2028\u2029])/g, `$1${' '.repeat(indent)}`));
}

/** Plain and single quoted: a single blank behind the best width becomes a line break. `edge` blanks at the ends stay. */
function writeFolded(out: Output, text: string, indent: number, isKey: boolean, edge: number): void {
  if (isKey || out.column + text.length <= out.width) return put(out, text);
  let from = 0;
  for (let i = text.indexOf(' '); i >= 0; i = text.indexOf(' ', i + 1)) {
    if (text[i - 1] === ' ' || text[i + 1] === ' ') continue;
    if (i < edge || i > text.length - 1 - edge || i === text.length - 1) continue;
    if (out.column + (i - from) <= out.width) continue;
    put(out, text.slice(from, i));
    newLine(out, indent);
    from = i + 1;
  }
  put(out, text.slice(from));
}

const escapes = new Map([
  [0, '0'],
  [7, 'a'],
  [8, 'b'],
  [9, 't'],
  [10, 'n'],
  [11, 'v'],
  [12, 'f'],
  [13, 'r'],
  [27, 'e'],
  [34, '"'],
  [92, '\\'],
  [0x85, 'N'],
  [0x2028, 'L'],
  [0x2029, 'P'],
]);

function writeDouble(out: Output, value: string, indent: number, isKey: boolean): void {
  put(out, '"');
  const runes = Array.from(value);
  const marked = value.startsWith('\ufeff');
  runes.forEach((rune, i) => {
    const code = rune.codePointAt(0) ?? 0;
    const breaks = rune === ' ' && !isKey && i > 0 && i < runes.length - 1 && runes[i - 1] !== ' ';
    if (breaks && out.column > out.width) {
      newLine(out, indent);
      if (runes[i + 1] === ' ') put(out, '\\');
      return;
    }
    // A byte order mark at the start makes libyaml escape everything behind it, too.
    put(out, isPlainRune(code) && !marked ? rune : escapeOf(code));
  });
  put(out, '"');
}

/** libyaml's "printable" ends with the basic plane: everything above it is escaped. */
function isPlainRune(code: number): boolean {
  if (escapes.has(code) || code === 0xfeff || code > 0xfffd) return false;
  return (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && (code < 0xd800 || code > 0xdfff));
}

function escapeOf(code: number): string {
  const named = escapes.get(code);
  if (named !== undefined) return `\\${named}`;
  const [letter, width] = code <= 0xff ? ['x', 2] : code <= 0xffff ? ['u', 4] : ['U', 8];
  return `\\${letter}${code.toString(16).toUpperCase().padStart(Number(width), '0')}`;
}

const indentStep = 2;

function writeLiteral(out: Output, value: string, indent: number): void {
  const hint = /^[ \n]/.test(value) ? String(indentStep) : '';
  const chomp = !value.endsWith('\n') ? '-' : value === '\n' || value.endsWith('\n\n') ? '+' : '';
  const body = value.endsWith('\n') ? value.slice(0, -1) : value;
  const lead = `\n${' '.repeat(indent)}`;
  // Empty lines have no indent.
  put(out, `|${hint}${chomp}${(lead + body.replaceAll('\n', lead)).replace(/\n +(?=\n|$)/g, emptied(lead))}`);
}

/** Takes the indent off lines that hold nothing else; lines that are blank by themselves keep what is theirs. */
function emptied(lead: string): (match: string) => string {
  return (match) => (match === lead ? '\n' : match);
}
