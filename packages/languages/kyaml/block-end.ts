/**
 * A text without a line end behind its last line, whose last scalar is a block (`|`, `>`): Go's parser gives that scalar no
 * line end either, js-yaml always does. The header of such a block is rewritten so that it says what Go reads.
 */
export function withoutFinalBreak(text: string): string {
  if (text.endsWith('\n') || !/[|>]/.test(text)) return text;
  let least = Infinity;
  let found = text;
  for (let end = text.length; end > 0;) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(start, end);
    end = start - 1;
    if (line.trim() === '') continue;
    const header = headerOf(line);
    // What looks like a header in a block is text of it: the topmost one counts.
    if (header !== undefined && header.indent < least && least < Infinity)
      found = text.slice(0, start) + header.stripped + text.slice(start + line.length);
    least = Math.min(least, /^ */.exec(line)?.[0].length ?? 0);
    if (least === 0) return found;
  }
  return found;
}

/** The header of a block scalar: the indent that its lines have to exceed, and the line with `-` for what comes at the end. */
function headerOf(line: string): { readonly indent: number; readonly stripped: string } | undefined {
  const match = /^( *)((?:- +)*)(.*?)([|>])([-+]?[1-9]?[-+]?)([ \t]*(?:#.*)?)$/.exec(line);
  if (match === null) return undefined;
  const [, blanks = '', dashes = '', before = '', style = '', marks = '', rest = ''] = match;
  // Without a key in front the block belongs to the dash.
  const indent =
    before === '' ? blanks.length + Math.max(0, dashes.trimEnd().length - 1) : blanks.length + dashes.length;
  if (before !== '' && !/[:\s]$/.test(before)) return undefined;
  return { indent, stripped: `${blanks}${dashes}${before}${style}${marks.replace(/[-+]/, '')}-${rest}` };
}
