/** Picks one chart's entries out of the index of a Helm repository while the text comes in. */
export interface IndexScanner {
  /** Lines of the index in their order, in pieces of any size. */
  push(text: string): void;
  /** The entries as a YAML list; undefined: the index does not name the chart. */
  end(): string | undefined;
}

/** The entries of one chart: hundreds of versions of about 1 kB each. */
const entriesCharactersMax = 16 * 1024 * 1024;
/** Longer lines are no index. */
const lineCharactersMax = 4 * 1024 * 1024;

/**
 * Indexes of tens of megabytes are common, and one chart of them is wanted, so only that part is kept: the lines
 * between the chart's key below `entries:` and the next key of the same indent. Block scalars and folded strings are
 * always indented deeper.
 */
export function createIndexScanner(chart: string): IndexScanner {
  let rest = '';
  let inEntries = false;
  let indent: number | undefined;
  let taking = false;
  let found = false;
  let kept = 0;
  const lines: string[] = [];

  function line(text: string): void {
    const trimmed = text.trimStart();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    const depth = text.length - trimmed.length;
    if (depth === 0 && !trimmed.startsWith('- ')) {
      inEntries = /^(?:entries|"entries"|'entries')\s*:/.test(trimmed);
      indent = undefined;
      taking = false;
      return;
    }
    if (!inEntries) return;
    indent ??= depth;
    if (depth === indent && !trimmed.startsWith('-')) {
      taking = keyOf(trimmed) === chart;
      found ||= taking;
      const inline = taking ? trimmed.slice(trimmed.indexOf(':') + 1).trim() : '';
      if (inline !== '') take(inline);
      return;
    }
    if (taking) take(text);
  }

  function take(text: string): void {
    kept += text.length + 1;
    if (kept > entriesCharactersMax)
      throw new Error(`the entries of ${chart} are longer than ${entriesCharactersMax} characters`);
    lines.push(text);
  }

  return {
    push(text) {
      rest += text;
      let from = 0;
      for (let at = rest.indexOf('\n'); at >= 0; at = rest.indexOf('\n', from)) {
        line(rest.slice(from, at).replace(/\r$/, ''));
        from = at + 1;
      }
      rest = rest.slice(from);
      if (rest.length > lineCharactersMax)
        throw new Error(`the index has a line of more than ${lineCharactersMax} characters`);
    },
    end() {
      if (rest !== '') line(rest);
      return found ? lines.join('\n') : undefined;
    },
  };
}

/** `name:`, `"name":` or `'name':`. */
function keyOf(line: string): string | undefined {
  const match = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|([^\s:#][^:]*?))\s*:(?:\s|$)/.exec(line);
  return match?.[1] ?? match?.[2] ?? match?.[3];
}
