/** A line that holds nothing but the head of a block scalar. */
const head = /^( *)[|>][-+0-9]{0,2}[ \t]*(?:#.*)?\r?$/;
/** A key without a value, perhaps behind the dashes of lists. */
const openKey = /^( *(?:- +)*)[^\s#-][^\n]*:[ \t]*\r?$/;

/**
 * Go's library takes the head of a block scalar on a line of its own below the key, at the key's own indent; the parser here
 * wants it one column further in. The text with such heads moved, or undefined when there are none.
 */
export function indentBlockHeads(text: string): string | undefined {
  const lines = text.split('\n');
  let moved = false;
  for (let i = 1; i < lines.length; i++) {
    const indent = head.exec(lines[i] ?? '')?.[1];
    if (indent === undefined) continue;
    const key = openKey.exec(lines[i - 1] ?? '')?.[1];
    if (key?.length !== indent.length) continue;
    lines[i] = ` ${lines[i]}`;
    moved = true;
  }
  return moved ? lines.join('\n') : undefined;
}
