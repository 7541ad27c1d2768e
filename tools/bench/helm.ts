// npm run bench -- --helm [--charts DIR]... [--times N]: warm renders of charts, side by side with Helm's library in one
// process of Go and with a process of helm per render. Needs `node tools/oracles/install.mjs helm3 helm-harness`.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createHelmEngine } from '@plumbline/render';
import type { HelmRequest } from '@plumbline/render';
import { memoryTree } from '@plumbline/testkit';
import { percentile } from './table.ts';

const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');
const programs = join(root, '.cache/oracles/bin');
const corpus = join(
  process.env['PLUMBLINE_CONFORMANCE'] ?? join(root, '.cache/conformance'),
  'rendering/charts',
);
/** Renders before what is measured: the compilers of both sides have then seen the chart. */
const warmUps = 8;
const memoryRenders = 1_000;

interface ChartTimes {
  readonly name: string;
  readonly ours: number;
  /** A release of a name that was not rendered before. */
  readonly fresh: number;
  readonly traced: number;
  /** Traced, and every field asked where it comes from. */
  readonly told: number;
  readonly go: number;
  readonly fork: number;
}

interface GoAnswer {
  readonly path: string;
  readonly ok: boolean;
  readonly cpuMs: number;
}

export async function benchHelm(args: readonly string[]): Promise<void> {
  const all = (name: string): string[] =>
    args.flatMap((arg, i) => (arg === `--${name}` ? [args[i + 1] ?? ''] : []));
  const missing = ['helm3', 'helm-harness'].filter((name) => !existsSync(join(programs, name)));
  if (missing.length > 0) {
    process.stdout.write(`skipped: node tools/oracles/install.mjs ${missing.join(' ')}\n`);
    return;
  }
  const times = Number(all('times')[0] ?? '15');
  const charts = [corpus, ...all('charts')].filter((folder) => existsSync(folder)).flatMap(chartsBelow);
  const figures: ChartTimes[] = [];
  const harness = startHarness();
  for (const chart of charts) {
    const measured = await measure(chart, times, (task) => harness.ask(task));
    if (measured !== undefined) figures.push(measured);
  }
  harness.end();
  process.stdout.write(report(figures, args.includes('--each')));
  process.stdout.write(await memory(charts));
}

function chartsBelow(folder: string): string[] {
  if (existsSync(join(folder, 'Chart.yaml'))) return [folder];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => chartsBelow(join(folder, entry.name)));
}

/** All files of a chart, so that no side waits for the disk. */
async function requestOf(chart: string): Promise<HelmRequest> {
  const files: Record<string, Uint8Array> = {};
  for (const entry of readdirSync(chart, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[relative(chart, path)] = readFileSync(path);
  }
  const tree = memoryTree(files);
  const folder = await tree.stat('');
  const quick = {
    ...tree,
    stat: (path: string) => (path === '' ? Promise.resolve(folder) : tree.stat(path)),
  };
  return { chart: { tree: quick, path: '' }, releaseName: 'rel', namespace: 'demo', kubeVersion: 'v1.33.0' };
}

/** Both sides by turns, so that a noisy moment hits both. */
async function measure(
  chart: string,
  times: number,
  ask: (task: object) => Promise<GoAnswer>,
): Promise<ChartTimes | undefined> {
  const engine = createHelmEngine();
  const request = await requestOf(chart);
  // Time on processors, garbage and all: a machine that others use too changes it less than the clock.
  const once = async (origins: boolean, releaseName = 'rel', asked = false): Promise<number> => {
    const began = process.cpuUsage();
    const rendered = await engine.render({ ...request, origins, releaseName });
    if (asked && rendered.ok) for (const manifest of rendered.value.manifests) new Map(manifest.origins);
    const { user, system } = process.cpuUsage(began);
    return rendered.ok ? (user + system) / 1000 : Number.NaN;
  };
  for (let i = 0; i < warmUps; i++) if (Number.isNaN(await once(i % 2 === 1))) return undefined;
  const [ours, fresh, traced, told, go, fork]: number[][] = [[], [], [], [], [], []];
  for (let i = 0; i < times; i++) {
    ours?.push(await once(false));
    fresh?.push(await once(false, `rel${i}`));
    traced?.push(await once(true));
    told?.push(await once(true, 'rel', true));
    const answer = await ask({ path: chart, values: [], times: 3 });
    if (!answer.ok) return undefined;
    go?.push(answer.cpuMs);
    if (i % 5 === 0) fork?.push(forked(chart));
  }
  const median = (list: readonly number[] = []): number => percentile(list, 50);
  return {
    name: relative(root, chart).replace(/^.*\/charts\//, ''),
    ours: median(ours),
    fresh: median(fresh),
    traced: median(traced),
    told: median(told),
    go: median(go),
    fork: median(fork),
  };
}

function forked(chart: string): number {
  const began = performance.now();
  const command = ['template', 'rel', chart, '-n', 'demo', '--kube-version', 'v1.33.0'];
  execFileSync(join(programs, 'helm3'), command, {
    maxBuffer: 256 << 20,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return performance.now() - began;
}

function startHarness(): { ask(task: object): Promise<GoAnswer>; end(): void } {
  const child = spawn(join(programs, 'helm-harness'), [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: ((answer: GoAnswer) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) =>
    waiting.shift()?.(JSON.parse(line) as GoAnswer),
  );
  return {
    ask: (task) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        child.stdin.write(`${JSON.stringify(task)}\n`);
      }),
    end: () => child.stdin.end(),
  };
}

function report(figures: readonly ChartTimes[], each: boolean): string {
  const row = (name: string, of: (one: ChartTimes) => number): string => {
    const values = figures.map(of);
    return `| ${name.padEnd(44)} | ${[50, 90].map((p) => percentile(values, p).toFixed(2).padStart(8)).join(' | ')} |\n`;
  };
  const total = (of: (one: ChartTimes) => number): number => figures.reduce((sum, one) => sum + of(one), 0);
  const ratio = (a: (one: ChartTimes) => number, b: (one: ChartTimes) => number): string =>
    (total(a) / total(b)).toFixed(2);
  const single = each
    ? figures
        .toSorted((a, b) => b.ours / b.go - a.ours / a.go)
        .map(
          (one) =>
            `${one.name}: ours ${one.ours.toFixed(2)}, Go ${one.go.toFixed(2)} (${(one.ours / one.go).toFixed(2)}), origins ${(one.traced / one.ours).toFixed(2)}\n`,
        )
        .join('')
    : '';
  return [
    single,
    `${figures.length} charts, medians of each; milliseconds on processors, but for processes of helm those of the clock\n`,
    `| ${''.padEnd(44)} |      p50 |      p90 |\n|${'-'.repeat(46)}|---------:|---------:|\n`,
    row('ours, warm, the same release again, ms', (one) => one.ours),
    row('ours, warm, another release, ms', (one) => one.fresh),
    row("Helm's library, warm process of Go, ms", (one) => one.go),
    row('a process of helm per render, ms', (one) => one.fork),
    row('ours to Go', (one) => one.ours / one.go),
    row('ours to Go, another release', (one) => one.fresh / one.go),
    row('a process of helm to ours', (one) => one.fork / one.ours),
    row('with origins to without', (one) => one.traced / one.ours),
    row('with origins, every field asked, to without', (one) => one.told / one.ours),
    `of all charts together: ours to Go ${ratio(
      (one) => one.ours,
      (one) => one.go,
    )}, helm to ours ${ratio(
      (one) => one.fork,
      (one) => one.ours,
    )}, with origins to without ${ratio(
      (one) => one.traced,
      (one) => one.ours,
    )}\n`,
  ].join('');
}

/** What stays in memory after many renders of all charts by one engine. */
async function memory(charts: readonly string[]): Promise<string> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  const engine = createHelmEngine();
  const requests = await Promise.all(charts.slice(0, 40).map(requestOf));
  const rounds = Math.ceil(memoryRenders / Math.max(1, requests.length));
  const marks: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const request of requests) await engine.render(request);
    if (round === 1 || round === Math.floor(rounds / 2) || round === rounds - 1) marks.push(used());
  }
  const shown = marks.map((mark) => mark.toFixed(1)).join(', ');
  return `heap after 2, ${Math.floor(rounds / 2) + 1} and ${rounds} rounds of ${requests.length} charts: ${shown} MB\n`;
}
