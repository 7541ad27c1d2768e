import { allKeys } from './trace-text.ts';
import { isContainer } from './trace-values.ts';
import type { Value } from '../go/index.ts';
import type { KeySet, Segment } from './trace.ts';
import type { TracedValues } from './trace-values.ts';

interface Line {
  readonly start: number;
  readonly end: number;
  /** What comes before the first key or item of this level. */
  readonly indent: number;
  readonly text: string;
}

/**
 * Which line of a value's YAML came from which slot, by walking both together: every block of lines of a level belongs
 * to one entry. What cannot be matched has the keys of the whole.
 */
export function traceYaml(
  values: TracedValues,
  yaml: string,
  value: Value[] | Map<string, Value>,
  around: KeySet,
): readonly Segment[] {
  const segments: Segment[] = [];
  walk(linesOf(yaml), value, around);
  return segments;

  function walk(lines: readonly Line[], container: Value[] | Map<string, Value>, keys: KeySet): void {
    const blocks = blocksOf(lines, Array.isArray(container));
    blocks.forEach((block, at) => {
      const slot = Array.isArray(container) ? at : keyOf(block[0], container);
      const item = slot === undefined ? undefined : itemOf(container, slot);
      if (slot === undefined || item === undefined) return emit(block, keys);
      const trace = values.slot(container, slot);
      const own = trace === undefined ? keys : allKeys(trace);
      const inner = isContainer(item) && sizeOf(item) > 0 ? innerLines(block, Array.isArray(container)) : [];
      if (inner.length === 0 || !isContainer(item)) return emit(block, own);
      const [first] = block;
      const [innerFirst] = inner;
      if (first !== undefined && innerFirst !== undefined) emitRange(first.start, innerFirst.start, own);
      return walk(inner, item, own);
    });
  }

  function emit(block: readonly Line[], keys: KeySet): void {
    const first = block[0];
    const last = block.at(-1);
    if (first !== undefined && last !== undefined) emitRange(first.start, last.end, keys);
  }

  function emitRange(start: number, end: number, keys: KeySet): void {
    if (end > start) segments.push({ start, end, keys, origin: undefined, at: -1 });
  }
}

function linesOf(yaml: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const text of yaml.split('\n')) {
    lines.push({
      start,
      end: start + text.length,
      indent: text.length - text.trimStart().length,
      text: text.trimStart(),
    });
    start += text.length + 1;
  }
  return lines;
}

/** The lines of each entry: it begins where the indent is that of the first line (an item of a list: with a dash). */
function blocksOf(lines: readonly Line[], isList: boolean): Line[][] {
  const [first] = lines;
  if (first === undefined) return [];
  const blocks: Line[][] = [];
  for (const line of lines) {
    const begins = line.text !== '' && line.indent === first.indent && line.text.startsWith('-') === isList;
    const block = blocks.at(-1);
    if (begins || block === undefined) blocks.push([line]);
    else block.push(line);
  }
  return blocks;
}

function keyOf(line: Line | undefined, table: Value[] | Map<string, Value>): string | undefined {
  if (line === undefined || Array.isArray(table)) return undefined;
  const plain = /^([^\s"':][^:]*?):(?:\s|$)/.exec(line.text)?.[1];
  if (plain !== undefined && table.has(plain)) return plain;
  for (const key of table.keys()) {
    if (line.text.startsWith(`${key}:`)) return key;
    if (line.text.startsWith(`"${key}":`) || line.text.startsWith(`'${key}':`)) return key;
  }
  return undefined;
}

function itemOf(container: Value[] | Map<string, Value>, slot: string | number): Value | undefined {
  return container instanceof Map ? container.get(String(slot)) : container[Number(slot)];
}

function sizeOf(container: Value[] | Map<string, Value>): number {
  return container instanceof Map ? container.size : container.length;
}

/** The lines of what an entry holds. In an item of a list the first of them stands behind the dash. */
function innerLines(block: readonly Line[], isItem: boolean): Line[] {
  const [first, ...others] = block;
  if (first === undefined) return [];
  if (!isItem) return others;
  const behind = first.text.slice(1);
  const lead = 1 + behind.length - behind.trimStart().length;
  const text = first.text.slice(lead);
  const indent = first.indent + lead;
  return [{ start: first.end - text.length, end: first.end, indent, text }, ...others];
}
