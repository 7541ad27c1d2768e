/**
 * Columns as kubectl and argocd print them: each as wide as its widest cell plus two spaces (tabwriter with padding 2),
 * nothing after the last.
 */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = header.length > 0 ? [header, ...rows] : rows;
  const columns = Math.max(0, ...all.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  return all
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + 2)))
        .join(''),
    )
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** `Name:               value` with the value in column 20, as argocd prints a resource. */
export function formatField(name: string, value: string): string {
  return `${`${name}:`.padEnd(20)}${value}`.trimEnd() + '\n';
}
