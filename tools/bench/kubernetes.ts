// npm run bench -- --kubernetes [--quick] [--only ours|theirs]: the embedded API server and the real one (kube-apiserver with etcd, from
// tools/oracles), by turns on this machine and over TLS, under the same load: raw kept connections, from a process of
// their own. Prints ours, theirs and the ratio.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder, temporaryFolder } from '../../e2e/harness/plumb.ts';
import { endChild, oracles, spawnApiServer, unlimited } from '../oracles/kube-apiserver.mjs';
import { createLoad, type Load, type Target } from './load.ts';
import { plainEnvironment, processorSeconds, residentMegabytes, waitedSeconds } from './process.ts';

const root = join(import.meta.dirname, '../..');

interface Server {
  readonly target: Target;
  readonly startMs: number;
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** What one server did; undefined: not measured. */
type Figures = Readonly<Record<string, number | undefined>>;

interface Row {
  readonly name: string;
  readonly unit: string;
  /** What the embedded one shall reach. */
  readonly goal?: number;
  /** Less is better. */
  readonly least?: boolean;
}

interface Work {
  readonly name: string;
  readonly kind: 'create' | 'get' | 'apply-new' | 'apply-same' | 'apply-change' | 'patch' | 'list' | 'watch';
  readonly goal?: number;
}

const works: readonly Work[] = [
  { name: 'creates', kind: 'create', goal: 5_000 },
  { name: 'gets', kind: 'get', goal: 12_000 },
  { name: 'server-side applies that create', kind: 'apply-new', goal: 2_500 },
  { name: 'server-side applies that change nothing', kind: 'apply-same' },
  { name: 'server-side applies that change', kind: 'apply-change' },
  { name: 'merge patches', kind: 'patch' },
  { name: 'lists of 500', kind: 'list' },
  { name: 'watch events, 100 watchers', kind: 'watch', goal: 50_000 },
];

/** What the server's processes take of a processor for one of them: unlike rates, this depends on no client beside them. */
const cpuOf = (name: string): string => `${name}: processor each`;

const testRow = 'plumb test, 100 objects healthy';

const rows: readonly Row[] = [
  { name: 'start to ready', unit: 'ms', goal: 150, least: true },
  ...works.flatMap(({ name, goal }): readonly Row[] => [
    { name, unit: '/s', ...(goal !== undefined && { goal }) },
    { name: cpuOf(name), unit: 'µs', least: true },
  ]),
  { name: 'resident, idle', unit: 'MB', least: true },
  { name: 'resident, 100,000 ConfigMaps', unit: 'MB', goal: 350, least: true },
  { name: 'resident, 20,000 ConfigMaps', unit: 'MB', least: true },
  { name: testRow, unit: 'ms', goal: 300, least: true },
  { name: 'creates, in process', unit: '/s' },
  { name: 'gets, in process', unit: '/s' },
];

function note(text: string): void {
  process.stderr.write(`  ${text}\n`);
}

export async function benchKubernetes(args: readonly string[]): Promise<void> {
  const quick = args.includes('--quick');
  const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined;
  const folder = temporaryFolder();
  try {
    const ours =
      only === 'theirs'
        ? {}
        : {
            ...(await measure(() => startOurs(join(folder, 'ours')), quick, true)),
            [testRow]: measureTest(join(folder, 'hundred')),
            ...(await inProcess()),
          };
    const real = ['etcd', 'kube-apiserver'].every((name) => existsSync(join(oracles, name)));
    if (!real) note('kube-apiserver is not built (tools/oracles), so there is nothing to compare with');
    const theirs =
      only === 'ours' || !real ? {} : await measure(() => startTheirs(join(folder, 'theirs')), quick, false);
    process.stdout.write(formatRows(ours, theirs));
  } finally {
    removeFolder(folder);
  }
}

async function measure(start: () => Promise<Server>, quick: boolean, ours: boolean): Promise<Figures> {
  const seconds = quick ? 2 : 5;
  const starts: number[] = [];
  for (let i = 0; i < (ours ? 9 : 1); i++) {
    const once = await start();
    starts.push(once.startMs);
    await once.stop();
  }
  note(`${ours ? 'ours' : 'theirs'}: ready after ${median(starts).toFixed(0)} ms`);
  return {
    'start to ready': median(starts),
    ...(await withServer(start, (server, load) => measureRates(load, server, seconds))),
    ...(await withServer(start, (server, load) => measureMemory(load, server, quick))),
  };
}

async function withServer(
  start: () => Promise<Server>,
  use: (server: Server, load: Load) => Promise<Figures>,
): Promise<Figures> {
  const server = await start();
  const load = await createLoad();
  try {
    return await use(server, load);
  } finally {
    load.stop();
    await server.stop();
  }
}

/** Of a server that has done nothing else. */
async function measureMemory(load: Load, server: Server, quick: boolean): Promise<Figures> {
  const memory = (): number => server.pids.reduce((sum, pid) => sum + residentMegabytes(pid), 0);
  const idle = memory();
  const many = quick ? 20_000 : 100_000;
  await load.run(server.target, { kind: 'prepare' });
  note(`filling up to ${many}`);
  await load.run(server.target, { kind: 'fill', count: many - 1_000 });
  return {
    'resident, idle': idle,
    [quick ? 'resident, 20,000 ConfigMaps' : 'resident, 100,000 ConfigMaps']: memory(),
  };
}

async function measureRates(load: Load, { target, pids }: Server, seconds: number): Promise<Figures> {
  const figures: Record<string, number> = {};
  await load.run(target, { kind: 'prepare' });
  const cpu = (): number => pids.reduce((sum, pid) => sum + processorSeconds(pid), 0);
  // A rate that is far too low on a machine that others use is told from one that the server is to blame for.
  const waited = (): number => Math.max(...pids.map(waitedSeconds));
  for (const { name, kind } of works) {
    // The first part warms both up and is not counted.
    await load.run(target, { kind, seconds: Math.min(2, seconds) });
    const [before, waitedBefore, began] = [cpu(), waited(), performance.now()];
    const rate = await load.run(target, { kind, seconds });
    const tookSeconds = (performance.now() - began) / 1_000;
    const each = ((cpu() - before) * 1_000_000) / (rate * tookSeconds);
    figures[name] = rate;
    figures[cpuOf(name)] = each;
    const share = (waited() - waitedBefore) / tookSeconds;
    note(
      `${name}: ${rate.toFixed(0)}/s, ${each.toFixed(0)} µs each; it waited for a processor ${(share * 100).toFixed(0)} % of the time`,
    );
  }
  return figures;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function formatRows(ours: Figures, theirs: Figures): string {
  const lines = rows.flatMap(({ name, unit, goal, least }) => {
    const [mine, other] = [ours[name], theirs[name]];
    if (mine === undefined && other === undefined) return [];
    const shown = (value: number | undefined): string =>
      value === undefined ? '' : `${Math.round(value).toLocaleString('en')} ${unit}`;
    const ratio =
      mine === undefined || other === undefined
        ? ''
        : `${(least === true ? other / mine : mine / other).toFixed(1)}x`;
    const met =
      goal === undefined || mine === undefined
        ? ''
        : (least === true ? mine <= goal : mine >= goal)
          ? 'met'
          : 'missed';
    return [
      [
        name,
        shown(mine),
        shown(other),
        ratio,
        goal === undefined ? '' : `${goal.toLocaleString('en')} ${met}`.trim(),
      ],
    ];
  });
  const table = [['', 'ours', 'theirs', 'better by', 'goal'], ...lines];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const texts = table.map(
    (row) =>
      `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`,
  );
  texts.splice(
    1,
    0,
    `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`,
  );
  return `${texts.join('\n')}\n`;
}

/** How long `plumb test` takes for a folder of 100 objects, from the start of its process to its end. */
function measureTest(folder: string): number {
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < 25; i++) writeFileSync(join(folder, `web-${i}.yaml`), manifestsOf(`web-${i}`));
  const times = Array.from({ length: 9 }, () => {
    const began = performance.now();
    const { stdout } = spawnSync(process.execPath, [join(root, 'dist/plumb.cjs'), 'test', folder], {
      env: plainEnvironment(),
    });
    if (!stdout.toString().startsWith('50 healthy, 50 stored'))
      throw new Error(`plumb test says ${stdout.toString()}`);
    return performance.now() - began;
  });
  note(`plumb test: ${median(times).toFixed(0)} ms`);
  return median(times);
}

function manifestsOf(name: string): string {
  const labels = { app: name };
  const metadata = { name };
  const container = {
    name: 'main',
    image: 'registry.example/main:1',
    ports: [{ containerPort: 80 }],
    envFrom: [{ configMapRef: { name } }],
    readinessProbe: { httpGet: { path: '/', port: 80 } },
  };
  const template = { metadata: { labels }, spec: { serviceAccountName: name, containers: [container] } };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { greeting: 'hello' } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ port: 80 }] } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { replicas: 2, selector: { matchLabels: labels }, template },
    },
  ]
    .map((object) => JSON.stringify(object, undefined, 2))
    .join('\n---\n');
}

/** The same without sockets: the in-process client that product code has. */
async function inProcess(): Promise<Figures> {
  const { startLocalKube } = await import('../../packages/localkube/index.ts');
  const { systemClock, systemRandom } = await import('../../packages/base/node/index.ts');
  const { silentLogger } = await import('../../packages/base/index.ts');
  const kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: false,
    pods: 'none',
  });
  const rate = async (send: (i: number) => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    let done = 0;
    while (performance.now() - began < 2_000) {
      await Promise.all(Array.from({ length: 50 }, (_, i) => send(done + i)));
      done += 50;
    }
    return (done / (performance.now() - began)) * 1_000;
  };
  const path = '/api/v1/namespaces/default/configmaps';
  const creates = await rate((i) =>
    kube.transport.request({
      method: 'POST',
      path,
      body: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `c-${i}` },
        data: { text: 'x'.repeat(1_000) },
      },
    }),
  );
  const gets = await rate((i) => kube.transport.request({ method: 'GET', path: `${path}/c-${i % 1_000}` }));
  await kube.stop();
  return { 'creates, in process': creates, 'gets, in process': gets };
}

function waitFor(child: ChildProcess, look: () => Promise<boolean> | boolean): Promise<number> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`a server ended with ${code}`)));
    const again = async (): Promise<void> => {
      if (await look()) resolve(performance.now() - began);
      else setTimeout(() => void again(), 2);
    };
    void again();
  });
}

async function startOurs(folder: string): Promise<Server> {
  mkdirSync(folder, { recursive: true });
  const kubeconfig = join(folder, 'kubeconfig');
  const args = [
    'cluster',
    'start',
    '--secure',
    '--pods',
    'none',
    '--controllers',
    'off',
    '--port',
    '0',
    '--kubeconfig',
    kubeconfig,
  ];
  const child = spawn(process.execPath, [join(root, 'dist/plumb.cjs'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: plainEnvironment(),
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const startMs = await waitFor(child, () => output.includes('ready'));
  const text = readFileSync(kubeconfig, 'utf8');
  const data = (key: string): string =>
    Buffer.from(new RegExp(`${key}-data"?:\\s*"?([\\w+/=]+)`).exec(text)?.[1] ?? '', 'base64').toString();
  const port = Number(/:(\d+)\s*$/.exec(output.trim())?.[1]);
  return {
    target: { port, cert: data('client-certificate'), key: data('client-key') },
    startMs,
    pids: [child.pid ?? 0],
    stop: () => endChild(child),
  };
}

async function startTheirs(folder: string): Promise<Server> {
  const { port, token, server, etcd, stop } = await spawnApiServer(folder, unlimited);
  const target: Target = { port, token };
  const load = await createLoad();
  const startMs = await waitFor(server, () =>
    load.run(target, { kind: 'ready' }).then((found) => found === 1),
  );
  load.stop();
  return { target, startMs, pids: [etcd.pid ?? 0, server.pid ?? 0], stop };
}
