import { load } from 'js-yaml';

/** A header of a block scalar at the end of a line, with what stands in front of it. */
const header = /^( *)((?:- +)*)(.*?)([|>])([-+]?[1-9]?[-+]?)[ \t]*(?:#.*)?$/;

/**
 * Kustomize writes every document and reads it again before it prints it, and go-yaml v3 does not write folded scalars (`>`)
 * so that they are read as they were: with lines that are indented deeper, breaks are added or lost. Here such scalars are put
 * into the text as they come out of that. Lines keep their numbers.
 */
export function withGoFolds(text: string): string {
  if (!/>[-+1-9]*[ \t]*(?:#.*)?$/m.test(text)) return text;
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const match = header.exec(lines[i] ?? '');
    if (match === null) continue;
    const [, blanks = '', dashes = '', before = '', style = '', marks = ''] = match;
    if (before !== '' && !/(?:^|[^\\]):\s+(?:[!&]\S*\s+)*$/.test(before)) continue;
    const indent =
      before === ''
        ? blanks.length + Math.max(0, dashes.trimEnd().length - 1)
        : blanks.length + dashes.length;
    const end = blockEnd(lines, i + 1, before === '' && dashes === '' ? -1 : indent);
    if (style === '>') {
      const value = readBlock(lines.slice(i + 1, end), marks);
      const written = value === undefined ? undefined : goFold(value);
      if (written !== undefined && written !== value) {
        lines[i] = `${blanks}${dashes}${before}${JSON.stringify(written)}`;
        lines.fill('', i + 1, end);
      }
    }
    i = end - 1;
  }
  return lines.join('\n');
}

/** The line behind a block: the first that is neither blank nor deeper than the indent of what the block belongs to. */
function blockEnd(lines: readonly string[], from: number, indent: number): number {
  for (let i = from; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line.trim() !== '' && (/^ */.exec(line)?.[0].length ?? 0) <= indent) return i;
  }
  return lines.length;
}

function readBlock(lines: readonly string[], marks: string): string | undefined {
  try {
    const value: unknown = load(`>${marks}\n${lines.join('\n')}\n`);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

const isBlank = (char: string | undefined): boolean => char === ' ' || char === '\t';

/** What is read back of a folded scalar that go-yaml v3 has written. */
function goFold(value: string): string {
  // Such texts it writes with quotes, which keep everything.
  // oxlint-disable-next-line no-control-regex
  if (/ $| \n|[\u0000-\u0008\u000b-\u001f\u007f\ufeff]|[\ud800-\udfff]/.test(value)) return value;
  const lines = value.replace(/\n+$/, '').split('\n');
  const ending = value.length - value.replace(/\n+$/, '').length;
  // It looks at the first character of the whole text where the one behind the break was meant.
  const first = value.replace(/^\n+/, '')[0];
  const extra = first === undefined || isBlank(first) ? 0 : 1;
  let result = lines[0] ?? '';
  let previous = result;
  for (let i = 1; i < lines.length;) {
    let breaks = 1;
    while (lines[i] === '' && i < lines.length - 1) {
      breaks++;
      i++;
    }
    const line = lines[i] ?? '';
    const written = breaks + (previous === '' || isBlank(previous[0]) ? 0 : extra);
    const folds = previous !== '' && !isBlank(previous[0]) && !isBlank(line[0]);
    result += (folds ? (written === 1 ? ' ' : '\n'.repeat(written - 1)) : '\n'.repeat(written)) + line;
    previous = line;
    i++;
  }
  const kept = ending >= 2 && !isBlank(previous[0]) ? ending + extra : ending;
  return result + '\n'.repeat(kept);
}
