/** A text of Jsonnet and the name that messages call it by. */
export interface Source {
  /** Where imports start from; empty for what is in no file. */
  readonly path: string;
  readonly name: string;
  readonly text: string;
}

/** A stretch of a source: offsets in UTF-16 units, the end is exclusive. Lines and columns are counted when asked for. */
export interface Span {
  readonly source: Source;
  readonly begin: number;
  readonly end: number;
}

/** A place in a source, from 1; columns count bytes of UTF-8, as go-jsonnet does. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The line and column of an offset. */
export function placeOf(source: Source, offset: number): Place {
  let line = 1;
  let start = 0;
  for (let at = source.text.indexOf('\n'); at >= 0 && at < offset; at = source.text.indexOf('\n', at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, column: byteLength(source.text.slice(start, offset)) + 1 };
}

/** `file:1:2-5` on one line, `file:(1:2)-(3:4)` over several. */
export function spanText({ source, begin, end }: Span): string {
  const from = placeOf(source, begin);
  const to = placeOf(source, end);
  const prefix = source.name === '' ? '' : `${source.name}:`;
  const first = `${from.line}:${from.column}`;
  if (from.line !== to.line) return `${prefix}(${first})-(${to.line}:${to.column})`;
  return from.column === to.column ? prefix + first : `${prefix}${first}-${to.column}`;
}

/** The whole lines that a span touches, as messages show them. */
export function linesOf({ source, begin, end }: Span): string {
  const { text } = source;
  const from = begin === 0 ? 0 : text.lastIndexOf('\n', begin - 1) + 1;
  const to = text.indexOf('\n', end);
  return text.slice(from, to < 0 ? text.length : to);
}

function byteLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Each half of a surrogate pair stands for two of the four bytes.
    if (code >= 0x800) length += code >= 0xd800 && code <= 0xdfff ? 1 : 2;
    else if (code >= 0x80) length++;
  }
  return length;
}
