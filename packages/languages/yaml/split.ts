/** A part of a stream that holds one document: from after its `---` up to the next one. */
export interface Chunk {
  readonly text: string;
  /** The line of the file on which `text` starts, from 1. */
  readonly line: number;
  /** How many lines of the file Go's reader has consumed before the document's own first line. */
  readonly linesBefore: number;
}

/**
 * Cuts a stream at the lines that start a document. YAML forbids `---` at the start of a line inside any scalar, so
 * looking at line starts is enough, and an error in one document leaves those before it readable.
 */
export function splitDocuments(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let start = 0;
  let line = 1;
  let linesBefore = 0;
  let at = isSeparator(text, 0) ? 0 : nextSeparator(text, 0);
  while (at >= 0) {
    const part = text.slice(start, at);
    // Directives (`%YAML 1.1`) belong to the document that the separator opens.
    if (!/^%/m.test(part) || !/^(?:\s*(?:[%#].*)?\n)*$/.test(part))
      chunks.push({ text: part, line, linesBefore });
    line += countLines(text, start, at);
    linesBefore = line;
    start = at + 3;
    at = nextSeparator(text, start);
  }
  chunks.push({ text: start === 0 ? text : text.slice(start), line, linesBefore });
  return chunks;
}

function nextSeparator(text: string, from: number): number {
  for (let at = text.indexOf('\n---', from); at >= 0; at = text.indexOf('\n---', at + 1)) {
    if (isSeparator(text, at + 1)) return at + 1;
  }
  return -1;
}

function isSeparator(text: string, at: number): boolean {
  if (!text.startsWith('---', at)) return false;
  const after = text.charCodeAt(at + 3);
  return Number.isNaN(after) || after === 10 || after === 13 || after === 32 || after === 9;
}

function countLines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The offset of the first character that is neither blank nor in a comment; the text's length if there is none. */
export function contentStart(text: string): number {
  const blank = /(?:[ \t\r]*(?:#[^\n]*)?\n)*/y;
  blank.exec(text);
  const at = blank.lastIndex;
  return /^[ \t\r]*(?:#.*)?$/.test(text.slice(at)) ? text.length : at;
}
