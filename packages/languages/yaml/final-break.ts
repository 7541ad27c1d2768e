const header =
  /^((?: *- +)* *(?:--- +)?(?:[^#\n]*?: +)?(?:[!&][^\s]+ +)*[|>])[+-]?([0-9]?)[+-]?([ \t]*(?:#.*)?)$/;

/**
 * Go's library keeps the line breaks of a block scalar that are there; where a text ends in one without a break, the
 * value has none. The library below puts one in, so it is told to strip it.
 */
export function withoutFinalBreak(text: string): string {
  if (text.endsWith('\n') || !/[|>]/.test(text)) return text;
  const lines = text.split('\n');
  let indent = indentOf(lines.at(-1) ?? '');
  if (indent === undefined) return text;
  let found = -1;
  // What looks like a head inside of a block is text: the outermost counts.
  for (let at = lines.length - 2; at >= 0 && indent > 0; at--) {
    const line = lines[at] ?? '';
    const own = indentOf(line);
    if (own === undefined || own >= indent) continue;
    indent = own;
    if (header.test(line)) found = at;
  }
  if (found < 0) return text;
  const first =
    lines
      .slice(found + 1)
      .map(indentOf)
      .find((one) => one !== undefined) ?? 0;
  // A comment below the block is not part of it.
  if ((indentOf(lines.at(-1) ?? '') ?? 0) < first) return text;
  lines[found] = (lines[found] ?? '').replace(
    header,
    (_, head: string, digit: string, rest: string) => `${head}${digit}-${rest}`,
  );
  return lines.join('\n');
}

/** How deep a line is indented; nothing for one without content. */
function indentOf(line: string): number | undefined {
  const content = line.search(/[^ \t\r]/);
  return content < 0 ? undefined : content;
}
