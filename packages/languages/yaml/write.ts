import { isRecord } from '@plumbline/base';
import { compareKeys } from './key-order.ts';
import { analyseScalar } from './scalar-analysis.ts';
import type { ScalarAnalysis } from './scalar-analysis.ts';
import { needsQuotes } from './resolve.ts';

/**
 * Prints plain data byte for byte as sigs.k8s.io/yaml does: keys in go-yaml's natural order, two spaces, lists not
 * indented below their key, long scalars folded at the first blank after column 80.
 */
export function writeYaml(value: unknown): string {
  const out: Output = { text: '', column: 0 };
  writeNode(out, value, { indent: -1, inMapping: false, compact: true });
  return `${out.text}\n`;
}

const indentStep = 2;
/** libyaml's default; a scalar is broken at the first blank behind it. */
const widthBest = 80;
/** libyaml writes longer keys with `?`. */
const simpleKeyLengthMax = 128;

interface Output {
  text: string;
  column: number;
}

interface Place {
  /** The indent of the collection around; -1 at the top. */
  readonly indent: number;
  readonly inMapping: boolean;
  /** The node may start on the current line: top level, or right behind `- `. */
  readonly compact: boolean;
}

function put(out: Output, text: string): void {
  out.text += text;
  const line = text.lastIndexOf('\n');
  out.column = line < 0 ? out.column + text.length : text.length - line - 1;
}

function newLine(out: Output, indent: number): void {
  put(out, `\n${' '.repeat(Math.max(0, indent))}`);
}

function writeNode(out: Output, value: unknown, place: Place): void {
  if (Array.isArray(value)) return writeList(out, value, place);
  if (isRecord(value)) return writeMapping(out, value, place);
  if (place.inMapping || !atStart(out)) put(out, out.column > 0 && !out.text.endsWith(' ') ? ' ' : '');
  writeScalar(out, value, place.indent < 0 ? indentStep : place.indent + indentStep, false);
}

function atStart(out: Output): boolean {
  return out.text === '';
}

function writeList(out: Output, items: readonly unknown[], place: Place): void {
  if (items.length === 0) return put(out, place.inMapping ? ' []' : '[]');
  const indent = place.indent < 0 ? 0 : place.inMapping ? place.indent : place.indent + indentStep;
  items.forEach((item, i) => {
    if (i > 0 || !place.compact) newLine(out, indent);
    put(out, '- ');
    writeNode(out, item, { indent, inMapping: false, compact: true });
  });
}

function writeMapping(out: Output, mapping: Readonly<Record<string, unknown>>, place: Place): void {
  const keys = Object.keys(mapping)
    .filter((key) => mapping[key] !== undefined)
    .sort(compareKeys);
  if (keys.length === 0) return put(out, place.inMapping ? ' {}' : '{}');
  const indent = place.indent < 0 ? 0 : place.indent + indentStep;
  keys.forEach((key, i) => {
    if (i > 0 || !place.compact) newLine(out, indent);
    const simple = key.length <= simpleKeyLengthMax && !key.includes('\n');
    if (!simple) put(out, '? ');
    writeScalar(out, key, indent + indentStep, simple);
    if (!simple) newLine(out, indent);
    put(out, ':');
    writeNode(out, mapping[key], { indent, inMapping: true, compact: false });
  });
}

function writeScalar(out: Output, value: unknown, indent: number, isKey: boolean): void {
  if (typeof value !== 'string')
    return put(out, typeof value === 'number' ? formatNumber(value) : (JSON.stringify(value) ?? 'null'));
  const analysis = analyseScalar(value);
  switch (styleOf(value, analysis, isKey)) {
    case 'plain':
      return writeFolded(out, value, indent, isKey, 0);
    case 'single':
      put(out, "'");
      writeFolded(out, value.replaceAll("'", "''"), indent, isKey, 1);
      return put(out, "'");
    case 'double':
      return writeDouble(out, value, indent, isKey);
    case 'literal':
      return writeLiteral(out, value, indent);
  }
}

function styleOf(
  value: string,
  analysis: ScalarAnalysis,
  isKey: boolean,
): 'plain' | 'single' | 'double' | 'literal' {
  if (value.includes('\n')) return analysis.block && !isKey ? 'literal' : 'double';
  if (needsQuotes(value)) return 'double';
  if (analysis.plain) return 'plain';
  return analysis.single ? 'single' : 'double';
}

/** Go's `%g` for fractions; whole numbers stay whole. */
function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString();
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  // Go's shortest %g turns to exponents from 1e6 on.
  if (exponent >= -4 && exponent < 6) return decimalText(value);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function decimalText(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/0+$/, '') : text;
}

/** Plain and single quoted: a single blank behind the best width becomes a line break. `edge` blanks at the ends stay. */
function writeFolded(out: Output, text: string, indent: number, isKey: boolean, edge: number): void {
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== ' ' || isKey || text[i - 1] === ' ' || text[i + 1] === ' ') continue;
    if (i < edge || i > text.length - 1 - edge || i === text.length - 1) continue;
    if (out.column + (i - from) <= widthBest) continue;
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
  runes.forEach((rune, i) => {
    const code = rune.codePointAt(0) ?? 0;
    const breaks = rune === ' ' && !isKey && i > 0 && i < runes.length - 1 && runes[i - 1] !== ' ';
    if (breaks && out.column > widthBest) {
      newLine(out, indent);
      if (runes[i + 1] === ' ') put(out, '\\');
      return;
    }
    put(out, isPlainRune(code) ? rune : escapeOf(code));
  });
  put(out, '"');
}

function isPlainRune(code: number): boolean {
  if (escapes.has(code) || code === 0xfeff) return false;
  return (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && (code < 0xd800 || code > 0xdfff));
}

function escapeOf(code: number): string {
  const named = escapes.get(code);
  if (named !== undefined) return `\\${named}`;
  const [letter, width] = code <= 0xff ? ['x', 2] : code <= 0xffff ? ['u', 4] : ['U', 8];
  return `\\${letter}${code.toString(16).toUpperCase().padStart(Number(width), '0')}`;
}

function writeLiteral(out: Output, value: string, indent: number): void {
  const hint = /^[ \n]/.test(value) ? String(indentStep) : '';
  const chomp = !value.endsWith('\n') ? '-' : value === '\n' || value.endsWith('\n\n') ? '+' : '';
  put(out, `|${hint}${chomp}`);
  const body = value.endsWith('\n') ? value.slice(0, -1) : value;
  const lines = body.split('\n').map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
  put(out, `\n${lines.join('\n')}`);
}
