export interface Figures {
  readonly apps: number;
  readonly startMs: number;
  readonly readyMs: number;
  readonly pushP50: number;
  readonly pushP99: number;
  readonly rendersPerPush: number;
  readonly healP50: number;
  readonly healP99: number;
  readonly massHealMs: number;
  readonly idlePercent: number;
  readonly residentMb: number;
  readonly loopDelayP99Ms: number;
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

const rows: readonly { readonly title: string; cell(figures: Figures): string }[] = [
  { title: 'applications of 10 objects', cell: (f) => String(f.apps) },
  { title: 'start to ready, ms', cell: (f) => f.startMs.toFixed(0) },
  { title: 'created to all Synced and Healthy, ms', cell: (f) => f.readyMs.toFixed(0) },
  { title: 'git push to applied, ms, p50', cell: (f) => f.pushP50.toFixed(0) },
  { title: 'git push to applied, ms, p99', cell: (f) => f.pushP99.toFixed(0) },
  { title: 'renders per push', cell: (f) => f.rendersPerPush.toFixed(2) },
  { title: 'edit to healed, ms, p50', cell: (f) => f.healP50.toFixed(1) },
  { title: 'edit to healed, ms, p99', cell: (f) => f.healP99.toFixed(1) },
  { title: '1,000 deletions (at most) to all healed, ms', cell: (f) => f.massHealMs.toFixed(0) },
  { title: 'idle, % of a core', cell: (f) => f.idlePercent.toFixed(2) },
  { title: 'resident memory, MB', cell: (f) => f.residentMb.toFixed(0) },
  { title: 'event loop delay over the run, ms, p99', cell: (f) => f.loopDelayP99Ms.toFixed(1) },
];

/** A Markdown table, a column per size. */
export function formatResults(results: readonly Figures[]): string {
  const width = Math.max(...rows.map((row) => row.title.length));
  const [head, ...rest] = rows.map(
    (row) => `| ${row.title.padEnd(width)} | ${results.map((f) => row.cell(f).padStart(8)).join(' | ')} |`,
  );
  return `${head}\n|${'-'.repeat(width + 2)}|${results.map(() => `${'-'.repeat(9)}:|`).join('')}\n${rest.join('\n')}\n`;
}
