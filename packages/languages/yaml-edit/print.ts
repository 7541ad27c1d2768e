import { isSeq, stringify, visit } from 'yaml';
import type { Document, Scalar } from 'yaml';

const plainOptions = { lineWidth: 0, minContentWidth: 0, version: '1.1', nullStr: 'null' } as const;

/**
 * A scalar on one line. Where it takes the place of one that is quoted it is quoted in the same way. Texts that any YAML
 * reader could take for something else are quoted.
 */
export function printScalar(value: unknown, before?: Scalar): string {
  if (typeof value === 'string') {
    if (before?.type === 'QUOTE_DOUBLE') return JSON.stringify(value);
    if (before?.type === 'QUOTE_SINGLE' && !/[\n\t]/.test(value)) return `'${value.replaceAll("'", "''")}'`;
    if (value.includes('\n')) return JSON.stringify(value);
  }
  return stringify(value, plainOptions).trim();
}

/** A value on one line. */
export function printFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printFlow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return printInFlow(value);
  const fields = Object.entries(value).map(([key, inner]) => `${printInFlow(key)}: ${printFlow(inner)}`);
  return `{${fields.join(', ')}}`;
}

/** Within brackets a comma or a bracket would end a plain text. */
function printInFlow(value: unknown): string {
  const printed = printScalar(value);
  return typeof value === 'string' && /^[^"']/.test(printed) && /[,[\]{}]/.test(printed)
    ? JSON.stringify(value)
    : printed;
}

/** The lines of an entry: `key: value`, or `- value` where the key is a number. All but the first line are indented. */
export function printEntry(
  key: string | number,
  value: unknown,
  indent: number,
  document: Document.Parsed,
): string {
  const entry = typeof key === 'number' ? [value] : { [key]: value };
  const lines = stringify(entry, { ...plainOptions, indentSeq: listsAreIndented(document) })
    .trimEnd()
    .split('\n');
  const blanks = ' '.repeat(indent);
  return `${lines.map((line, i) => (i === 0 || line === '' ? line : blanks + line)).join('\n')}\n`;
}

/** Whether the document indents its lists below their key; kustomize does not. */
function listsAreIndented(document: Document.Parsed): boolean {
  let indented: boolean | undefined;
  visit(document, {
    Pair(_, { key, value }) {
      if (!isSeq(value) || value.flow === true || value.srcToken?.type !== 'block-seq') return;
      const keyToken = (key as { readonly srcToken?: { readonly indent?: number } }).srcToken;
      indented ??= value.srcToken.indent > (keyToken?.indent ?? 0);
      return visit.BREAK;
    },
  });
  return indented ?? false;
}
