/** How a line of a block ends that has the head of a block scalar. */
const opensScalar = /(?:^|[\s:-])[|>][-+0-9]{0,2}[ \t]*(?:\s#.*)?\r?$/;

interface Scan {
  /** Brackets that are open. */
  depth: number;
  /** The quote that is open, or nothing. */
  quote: string;
}

/**
 * Go's library does not care how far lines inside of brackets are indented; the parser here wants them further in than what is
 * around. The text with such lines moved, or undefined when there are none (or the brackets do not end).
 */
export function indentFlowLines(text: string): string | undefined {
  if (!/[[{]/.test(text)) return undefined;
  const lines = text.split('\n');
  const scan: Scan = { depth: 0, quote: '' };
  let moved = false;
  let lead = 0;
  let scalarAbove = -1;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const indent = /^ */.exec(line)?.[0].length ?? 0;
    if (scan.depth > 0) {
      // Here a document would end, brackets or not.
      if (/^(?:---|\.\.\.)(?:\s|$)/.test(line)) return undefined;
      if (line.trim() !== '' && indent < lead) {
        lines[at] = `${' '.repeat(lead - indent)}${line}`;
        moved = true;
      }
      scanLine(line, scan);
      continue;
    }
    if (line.trim() === '' || (scalarAbove >= 0 && indent > scalarAbove)) continue;
    scalarAbove = -1;
    if (scan.quote === '' && opensScalar.test(line)) {
      scalarAbove = indent;
      continue;
    }
    scanLine(line, scan);
    // As far in as any block on this line may begin.
    if (scan.depth > 0) lead = (/^[ -]*/.exec(line)?.[0].length ?? 0) + 1;
  }
  return moved && scan.depth === 0 && scan.quote === '' ? lines.join('\n') : undefined;
}

/** Goes through a line: quotes and brackets count where a value may begin, comments end it. */
function scanLine(line: string, scan: Scan): void {
  let begins = scan.quote === '';
  for (let at = 0; at < line.length; at++) {
    const c = line.charAt(at);
    if (scan.quote !== '') {
      if (c === '\\' && scan.quote === '"') at += 1;
      else if (c === "'" && scan.quote === "'" && line.charAt(at + 1) === "'") at += 1;
      else if (c === scan.quote) scan.quote = '';
      continue;
    }
    const isInside = scan.depth > 0;
    if (c === ' ' || c === '\t' || c === '\r') continue;
    if (c === '#' && (at === 0 || /\s/.test(line.charAt(at - 1)))) return;
    // Anchors and tags stand in front of a value.
    if (begins && (c === '&' || c === '!')) {
      while (at + 1 < line.length && !/\s/.test(line.charAt(at + 1))) at += 1;
      continue;
    }
    if (begins && (c === '"' || c === "'")) scan.quote = c;
    else if ((begins || isInside) && (c === '[' || c === '{')) scan.depth += 1;
    else if (isInside && (c === ']' || c === '}')) scan.depth -= 1;
    begins = beginsBehind(c, line.charAt(at + 1), isInside, begins);
  }
}

/** Whether a value may begin behind a character. */
function beginsBehind(c: string, next: string, isInside: boolean, began: boolean): boolean {
  if (c === '[' || c === '{' || (isInside && c === ',')) return true;
  const isSign = c === ':' || ((c === '-' || c === '?') && began);
  return isSign && (next === '' || /\s/.test(next));
}
