/** A place in a text that is read by `readCommon`. */
export interface Cursor {
  readonly text: string;
  at: number;
  /** The column of the content at `at` after blank lines were skipped; -1 at the end. */
  column: number;
}

/** Thrown where a text is more than what is read here; the whole library then reads it. */
export const uncommon = new Error('this needs the whole of YAML');

/** Ends the reading: never returns. */
export function giveUp(): never {
  throw uncommon;
}

const space = 32;
const newline = 10;
const hash = 35;
const tab = 9;

/** Goes to the next content from the start of a line on: over blank lines and comments. */
export function skipBlankLines(cursor: Cursor): void {
  const { text } = cursor;
  let lineStart = cursor.at;
  for (;;) {
    let at = lineStart;
    while (text.charCodeAt(at) === space) at++;
    const code = text.charCodeAt(at);
    if (code === newline) {
      lineStart = at + 1;
      continue;
    }
    if (code === hash) {
      const end = text.indexOf('\n', at);
      if (end >= 0) {
        lineStart = end + 1;
        continue;
      }
      at = text.length;
    }
    if (code === tab) giveUp();
    cursor.at = at;
    cursor.column = at >= text.length ? -1 : at - lineStart;
    return;
  }
}

/** Goes to the start of the next line; anything but blanks and a comment before it is too much. */
export function endLine(cursor: Cursor): void {
  const { text } = cursor;
  let at = cursor.at;
  while (text.charCodeAt(at) === space) at++;
  const code = text.charCodeAt(at);
  if (code === hash && (at === cursor.at || text.charCodeAt(at - 1) !== space)) giveUp();
  if (code !== newline && code !== hash && at < text.length) giveUp();
  const end = code === newline ? at : text.indexOf('\n', at);
  cursor.at = end < 0 ? text.length : end + 1;
}

/** Whether a colon at this place ends a key: blanks or the end of the line follow. */
export function isColon(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== 58) return false;
  const next = text.charCodeAt(at + 1);
  return next === space || next === newline || at + 1 >= text.length;
}

/** Whether a dash at this place opens an item of a list. */
export function isDash(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== 45) return false;
  const next = text.charCodeAt(at + 1);
  return next === space || next === newline || at + 1 >= text.length;
}
