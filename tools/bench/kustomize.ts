// npm run bench -- --kustomize [--check]
// What building kustomizations costs in a warm process, side by side with a process of the real kustomize per build.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildLocalKustomization } from '../../packages/cli/render/kustomization.ts';
import { createLocalHelm } from '../../packages/cli/render/engine.ts';
import { removeFolder, temporaryFolder } from '../../e2e/harness/plumb.ts';
import { percentile } from './table.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const kustomize = join(root, '.cache/oracles/bin/kustomize');
const program = process.env['PLUMB_PROGRAM'] ?? join(root, 'dist/plumb.cjs');

const helm = createLocalHelm();

const deployment = (name: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: {app: ${name}}
spec:
  replicas: 1
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
      - name: app
        image: nginx:1.25
        ports: [{containerPort: 8080}]
        envFrom: [{configMapRef: {name: settings}}]
        resources: {requests: {cpu: 10m, memory: 32Mi}}
`;
const service = (name: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {selector: {app: ${name}}, ports: [{port: 80}]}\n`;
const configMap = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: "1", b: two}\n`;

const base = {
  'base/kustomization.yaml':
    'resources: [deploy.yaml, service.yaml]\nconfigMapGenerator:\n- name: settings\n  literals: [a=1, b=2]\n',
  'base/deploy.yaml': deployment('web'),
  'base/service.yaml': service('web'),
};

/** Folders to build, the topmost one by its name. */
const cases: readonly {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly theirRounds: number;
  readonly budgetMs: number;
}[] = [
  {
    name: 'small overlay',
    files: {
      ...base,
      'top/kustomization.yaml':
        'resources: [../base]\nnamePrefix: prod-\nnamespace: prod\nlabels:\n- pairs: {env: prod}\nimages:\n- {name: nginx, newTag: "1.27"}\nreplicas:\n- {name: web, count: 3}\n',
    },
    rounds: 300,
    theirRounds: 15,
    budgetMs: 2,
  },
  {
    name: 'overlay with strategic merges',
    files: {
      ...base,
      ...Object.fromEntries(
        Array.from({ length: 8 }, (_, i) => [
          `top/patch-${i}.yaml`,
          `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n      - name: app\n        env: [{name: V${i}, value: "${i}"}]\n      - name: side-${i}\n        image: side:${i}\n        volumeMounts: [{name: v, mountPath: /${i}}]\n`,
        ]),
      ),
      'top/kustomization.yaml': `resources: [../base]\nnamespace: prod\npatches:\n${Array.from({ length: 8 }, (_, i) => `- path: patch-${i}.yaml\n`).join('')}`,
    },
    rounds: 200,
    theirRounds: 15,
    budgetMs: 8,
  },
  {
    name: '4,000 resources',
    files: {
      'base/all.yaml': Array.from({ length: 2_000 }, (_, i) => configMap(`config-${i}`)).join('---\n'),
      'base/more.yaml': Array.from({ length: 1_000 }, (_, i) =>
        [deployment(`web-${i}`), service(`web-${i}`)].join('---\n'),
      ).join('---\n'),
      'base/kustomization.yaml': 'resources: [all.yaml, more.yaml]\n',
      'top/kustomization.yaml':
        'resources: [../base]\nnamespace: prod\nlabels:\n- pairs: {env: prod}\nimages:\n- {name: nginx, newTag: "1.27"}\n',
    },
    rounds: 7,
    // Theirs takes minutes.
    theirRounds: 1,
    budgetMs: 1_500,
  },
];

/** One build: how long it took, and how much of that this process was at work, which noise of others does not touch. */
async function ours(folder: string): Promise<{ readonly ms: number; readonly cpuMs: number }> {
  const began = performance.now();
  const cpu = process.cpuUsage();
  const built = await buildLocalKustomization(join(folder, 'top'), {}, helm);
  if (!built.ok) throw new Error(built.error[0]?.message);
  if (built.value.text === '') throw new Error('nothing was built');
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - began, cpuMs: (user + system) / 1_000 };
}

async function theirs(folder: string): Promise<number> {
  const began = performance.now();
  await run(kustomize, ['build', join(folder, 'top')], { maxBuffer: 256 << 20 });
  return performance.now() - began;
}

/** The first build of a process that has just started, as it says itself. */
async function first(folder: string): Promise<number> {
  const child = spawn(process.execPath, [program, 'render', '--batch', '-'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(`${JSON.stringify({ id: 1, path: join(folder, 'top') })}\n`);
  let ms = Number.NaN;
  for await (const line of createInterface({ input: child.stdout }))
    ms = (JSON.parse(line) as { readonly ms: number }).ms;
  return ms;
}

/** The used heap in megabytes after 100 builds and then after each of ten times 100 more, all garbage collected. */
async function heaps(folder: string): Promise<readonly number[]> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const used: number[] = [];
  for (let round = 0; round <= 10; round++) {
    for (let i = 0; i < 100; i++) await ours(folder);
    gc();
    used.push(process.memoryUsage().heapUsed / 1_000_000);
  }
  return used;
}

/** Prints the figures; gives how many budgets were missed. */
export async function benchKustomize(check: boolean): Promise<number> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const isReal = existsSync(kustomize);
  const missed: string[] = [];
  const judge = (name: string, value: number, most: number): void => {
    // What could not be measured is missed, too.
    if (!(value <= most)) missed.push(`${name}: ${value.toFixed(1)} > ${most}`);
  };
  say(
    '| kustomization | ours warm, ms, p50 | p99 | processor, mean | a process of kustomize, ms, p50 | ratio |',
  );
  say('|---|--:|--:|--:|--:|--:|');
  const folder = temporaryFolder();
  try {
    for (const [i, one] of cases.entries()) {
      const at = join(folder, String(i));
      for (const [path, text] of Object.entries(one.files)) {
        mkdirSync(dirname(join(at, path)), { recursive: true });
        writeFileSync(join(at, path), text);
      }
      for (let round = 0; round < Math.min(300, one.rounds - 2); round++) await ours(at);
      const own: number[] = [];
      let cpuMs = 0;
      const real: number[] = [];
      for (let round = 0; round < one.rounds; round++) {
        const built = await ours(at);
        own.push(built.ms);
        cpuMs += built.cpuMs;
        // Side by side, so that both meet the same noise.
        if (isReal && round % Math.ceil(one.rounds / one.theirRounds) === 0) real.push(await theirs(at));
      }
      const processor = cpuMs / one.rounds;
      const [mine, other] = [percentile(own, 50), isReal ? percentile(real, 50) : Number.NaN];
      say(
        `| ${one.name} | ${mine.toFixed(2)} | ${percentile(own, 99).toFixed(2)} | ${processor.toFixed(2)} | ${other.toFixed(1)} | ${(other / mine).toFixed(0)}x |`,
      );
      // On a machine that others use, too, the processor's time is what the build costs.
      judge(one.name, Math.min(mine, processor), one.budgetMs);
      if (isReal && i < 2) judge(`${one.name}, share of a fork`, mine / other, 0.1);
    }
    if (existsSync(program)) {
      const starts: number[] = [];
      for (let round = 0; round < 7; round++) starts.push(await first(join(folder, '0')));
      say(`\nfirst build after start: ${percentile(starts, 50).toFixed(1)} ms`);
      judge('first build after start', percentile(starts, 50), 60);
    }
    const used = await heaps(join(folder, '0'));
    const grown = (used.at(-1) ?? Number.NaN) - (used[0] ?? Number.NaN);
    say(`heap after each 100 of 1,000 more builds, MB: ${used.map((mb) => mb.toFixed(1)).join(' ')}`);
    judge('heap growth in MB', grown, 5);
  } finally {
    removeFolder(folder);
  }
  if (!check) return 0;
  for (const miss of missed) say(`over budget on this machine now: ${miss}`);
  return missed.length;
}
