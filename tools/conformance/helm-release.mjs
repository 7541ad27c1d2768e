// npm run conformance:helm-release [-- --server embedded|real] [--charts DIR]... [--profile 3|4] [--limit N] [--only RE] [-v]:
// releases that the real Helm and ours make, show, upgrade, roll back and uninstall in turns, on `plumb cluster start` or on
// kube-apiserver. After each step the objects of the cluster and the records are compared with a run of the real Helm alone, and
// what both say about the release is compared as text. Ends with `N passed, N failed`.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../lib/install.mjs';
import { load } from './lib/compare.mjs';
import { mistakes, writeMistakes } from './lib/release-mistakes.mjs';
import { writeOwnCharts } from './lib/release-charts.mjs';
import { readRecords, readStored, startEmbedded, startReal } from './lib/release-servers.mjs';

const args = process.argv.slice(2);
const all = (name) => args.flatMap((arg, i) => (arg === `--${name}` ? [args[i + 1]] : []));
const verbose = args.includes('-v');
const profiles = all('profile').length > 0 ? all('profile') : ['3', '4'];
const limit = Number(all('limit')[0] ?? '12');
const only = new RegExp(all('only')[0] ?? '');
const real = all('server')[0] === 'real';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-helm-release-'));
const helm = (profile) => join(root, '.cache/oracles/bin', `helm${profile}`);
const missing = [
  ...profiles.map(helm),
  ...(real ? [join(root, '.cache/oracles/bin/kube-apiserver')] : []),
].filter((file) => !existsSync(file));
if (missing.length > 0) {
  process.stdout.write(
    `not built: ${missing.join(' ')} (node tools/oracles/install.mjs)\n0 passed, 0 failed, 1 skipped\n`,
  );
  process.exit(0);
}

/** Charts below a folder that can be installed as they are: all they need lies in them. */
function chartsIn(parent) {
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(parent, entry.name, 'Chart.yaml')))
    .map((entry) => join(parent, entry.name))
    .filter((chart) => {
      const { type, dependencies = [] } = load(readFileSync(join(chart, 'Chart.yaml'), 'utf8')) ?? {};
      return type !== 'library' && dependencies.every(({ name }) => existsSync(join(chart, 'charts', name)));
    });
}

const charts = (
  all('charts').length > 0 ? all('charts').flatMap(chartsIn) : writeOwnCharts(join(folder, 'charts'))
).filter((chart) => only.test(chart));

mkdirSync(join(folder, 'home'));
const environment = (kubeconfig) => ({
  ...process.env,
  KUBECONFIG: kubeconfig,
  HOME: join(folder, 'home'),
  HELM_DRIVER: 'secret',
});

function run(tool, profile, words, kubeconfig) {
  const env = environment(kubeconfig);
  if (tool === 'ours') return ask({ words: ['helm', ...words, '--helm-profile', profile], env, cwd: root });
  return new Promise((resolve) => {
    const options = { env, cwd: root, maxBuffer: 256 << 20, timeout: 180_000 };
    execFile(helm(profile), words, options, (error, stdout, stderr) =>
      resolve({ ok: error === null, stdout, stderr }),
    );
  });
}

/** Our command lines run in one process; the answers come by their numbers. */
const worker = spawn(
  process.execPath,
  ['--import', 'tsx', join(import.meta.dirname, 'lib/release-worker.mjs')],
  { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] },
);
const waiting = new Map();
let asked = 0;
createInterface({ input: worker.stdout }).on('line', (line) => {
  const answer = JSON.parse(line);
  waiting.get(answer.id)?.(answer);
  waiting.delete(answer.id);
});
function ask(task) {
  return new Promise((resolve) => {
    const id = ++asked;
    waiting.set(id, resolve);
    worker.stdin.write(`${JSON.stringify({ id, ...task })}\n`);
  });
}

/** One line of errors without the words before it that each program has. */
const errorOf = ({ stderr }) =>
  stderr
    .replace(/^(Flag --|WARNING|level=|time=|lookup_func\.go|[IW]\d{4} |\d{4}\/\d\d\/\d\d ).*\n/gm, '')
    .replace(/^(Error|plumb): /, '')
    .trim();

const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)/g;
const volatile = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'managedFields',
  'generation',
  'clusterIP',
  'clusterIPs',
  'nodePort',
  'healthCheckNodePort',
  'status',
]);

/** Objects of one kind are created at the same time, so what is wrong with several comes in any order. */
const inOrder = (text) => text.split(/\s+/).toSorted().join(' ');

/** What both say where something is wrong or unusual, each in a namespace of its own. */
/** An object without what no two runs have in common. */
function settled(value, key = '') {
  if (Array.isArray(value)) return value.map((item) => settled(item));
  if (typeof value === 'string') {
    const text = value.replace(time, 'TIME');
    // What went wrong with several objects at once comes in any order.
    return key.endsWith('.description') ? inOrder(text) : text;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([name]) =>
          !name.endsWith('controller-uid') &&
          !(
            volatile.has(name) &&
            (key === '' || key === 'metadata' || key === 'spec' || name === 'nodePort')
          ),
      )
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, settled(member, key === '' ? name : `${key}.${name}`)]),
  );
}

function differences(theirs, ours, path = '') {
  if (JSON.stringify(theirs) === JSON.stringify(ours)) return [];
  const isMap = (value) => typeof value === 'object' && value !== null;
  if (!isMap(theirs) || !isMap(ours) || Array.isArray(theirs) !== Array.isArray(ours))
    return [`${path}: ${JSON.stringify(theirs)?.slice(0, 200)} / ${JSON.stringify(ours)?.slice(0, 200)}`];
  return [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].flatMap((key) =>
    differences(theirs[key], ours[key], `${path}/${key}`),
  );
}

/** Members of records in whose order or presence nothing lies. */
function settledRecord({ type, labels, release }) {
  const { modtime: _m, ...chart } = release.chart ?? {};
  const files = (list) =>
    (list ?? []).map(({ name, data }) => ({ name, data })).sort((a, b) => (a.name < b.name ? -1 : 1));
  return settled({
    type,
    labels,
    release: {
      ...release,
      chart: { ...chart, templates: files(chart.templates), files: files(chart.files) },
    },
  });
}

async function snapshot(server, stored, namespace) {
  const objects = [...(await stored())].filter(
    ([, { metadata }]) =>
      (metadata.annotations['meta.helm.sh/release-namespace'] ?? metadata.namespace) === namespace,
  );
  const records = [...(await readRecords(server, namespace))];
  return {
    objects: Object.fromEntries(objects.map(([name, object]) => [name, settled(object)])),
    records: Object.fromEntries(records.map(([name, record]) => [name, settledRecord(record)])),
  };
}

const turns = {
  'theirs alone': ['theirs', 'theirs', 'theirs', 'theirs'],
  'theirs, then ours': ['theirs', 'ours', 'ours', 'ours'],
  'ours, then theirs': ['ours', 'theirs', 'theirs', 'theirs'],
  'ours alone': ['ours', 'ours', 'ours', 'ours'],
};

function stepsOf(chart, release, namespace, hooks) {
  const at = ['-n', namespace];
  const quiet = hooks ? [] : ['--no-hooks'];
  return [
    ['install', release, chart, ...at, '--create-namespace', '--timeout', '60s', ...quiet],
    [
      'upgrade',
      release,
      chart,
      ...at,
      '--timeout',
      '60s',
      '--set',
      `fullnameOverride=${release}-x`,
      '--set',
      'color=green,sidecar=true,big=9007199254740993',
      ...quiet,
    ],
    ['rollback', release, '1', ...at, '--timeout', '60s', ...quiet],
    ['uninstall', release, ...at, '--timeout', '60s', ...quiet],
  ];
}

const readings = (release, namespace) =>
  [
    ['list'],
    ['list', '-o', 'json'],
    ['list', '--deployed', '--failed', '-o', 'yaml'],
    ['status', release],
    ['status', release, '-o', 'json'],
    ['history', release],
    ['history', release, '-o', 'json'],
    ['get', 'all', release],
    ['get', 'manifest', release],
    ['get', 'hooks', release],
    ['get', 'notes', release],
    ['get', 'values', release, '-a'],
    ['get', 'values', release, '-o', 'json'],
    ['get', 'metadata', release],
    ['get', 'metadata', release, '-o', 'yaml'],
  ].map((words) => [...words, '-n', namespace]);

let passed = 0;
const failures = [];
function judge(what, problems) {
  if (problems.length === 0) passed++;
  else failures.push({ what, problems });
  if (problems.length > 0)
    process.stdout.write(
      `FAIL ${what}\n${problems
        .slice(0, verbose ? 40 : 4)
        .map((line) => `  ${line}\n`)
        .join('')}`,
    );
  else if (verbose) process.stdout.write(`ok   ${what}\n`);
}

/** What two runs of the real Helm have not in common either: passwords, certificates, the time of day. */
const unstable = (a, b) => new Set(differences(a, b).map((line) => line.split(': ')[0]));

async function runTurn(server, stored, profile, chart, names, turn) {
  const { release, namespace } = names;
  const snapshots = [];
  const results = [];
  for (const [i, words] of stepsOf(chart, release, namespace, server.runsPods).entries()) {
    const result = await run(turn[i], profile, words, server.kubeconfig);
    results.push(result);
    snapshots.push(await snapshot(server, stored, namespace));
    if (i === 2 && turn.includes('ours') && turn.includes('theirs'))
      results.readings = await compareReadings(server, profile, names);
  }
  // What was kept on purpose must not meet the next run.
  for (const name of Object.keys(snapshots.at(-1).objects)) await removeKept(server, name);
  return { snapshots, results };
}

async function removeKept(server, name) {
  const [, namespace, object] = name.split('/').slice(-3);
  if (name.startsWith('Secret.v1/'))
    await server.get(`/api/v1/namespaces/${name.split('/')[1]}/secrets/${object}`, 'DELETE');
  return namespace;
}

async function compareReadings(server, profile, { release, namespace }) {
  const problems = [];
  for (const words of readings(release, namespace)) {
    const [theirs, ours] = await Promise.all([
      run('theirs', profile, words, server.kubeconfig),
      run('ours', profile, words, server.kubeconfig),
    ]);
    if (comparable(theirs.stdout) !== comparable(ours.stdout))
      problems.push(
        `${words.join(' ')}: ${firstDifference(theirs.stdout, ours.stdout)}${ours.ok ? '' : ours.stderr}`,
      );
  }
  return problems;
}

/** Upstream prints kinds of resources in a random order, and their ages; which kinds there are is no chance. */
function comparable(said) {
  // A list of pods carries the version of the whole server, which moves between two questions.
  const text = said.replace(/"resourceVersion":"\d+"/g, '');
  const from = text.indexOf('RESOURCES:\n');
  if (from < 0) return text;
  const to = text.indexOf('\n\n\n', from);
  const kinds = text
    .slice(from, to)
    .split('\n')
    .filter((line) => line.startsWith('==> '));
  return `${text.slice(0, from)}${kinds.toSorted().join('\n')}${text.slice(to)}`;
}

function firstDifference(theirs, ours) {
  const [a, b] = [theirs.split('\n'), ours.split('\n')];
  const at = a.findIndex((line, i) => line !== b[i]);
  const line = at < 0 ? a.length : at;
  return `line ${line + 1}: ${JSON.stringify(a[line]?.slice(0, 300))} / ${JSON.stringify(b[line]?.slice(0, 300))}`;
}

async function runChart(server, stored, profile, chart, index) {
  const base = chart.split('/').at(-1);
  const names = {
    release: `r${index}`,
    namespace: `h${profile}-${base}`.slice(0, 60).replace(/[^a-z0-9]+$/, ''),
  };
  const alone = await runTurn(server, stored, profile, chart, names, turns['theirs alone']);
  const label = `${base} ${profile}`;
  const broken = alone.results.findIndex((result) => !result.ok);
  judge(
    `${label}: the real Helm works here`,
    broken < 0 ? [] : [`step ${broken + 1}: ${errorOf(alone.results[broken])}`],
  );
  let again;
  for (const [name, turn] of Object.entries(turns)) {
    if (name === 'theirs alone') continue;
    const mixed = await runTurn(server, stored, profile, chart, names, turn);
    const problems = mixed.results.flatMap((result, i) => {
      const [wanted, found] = [errorOf(alone.results[i]), errorOf(result)];
      return wanted.replace(time, '') === found.replace(time, '')
        ? []
        : [`step ${i + 1}: ${wanted || 'no error'} / ${found || 'no error'}`];
    });
    for (const [i, snap] of mixed.snapshots.entries()) {
      const found = differences(alone.snapshots[i], snap);
      if (found.length === 0) continue;
      again ??= await runTurn(server, stored, profile, chart, names, turns['theirs alone']);
      const chance = unstable(alone.snapshots[i], again.snapshots[i]);
      problems.push(
        ...found
          .filter((line) => !chance.has(line.split(': ')[0]))
          .map((line) => `after step ${i + 1}: ${line}`),
      );
    }
    judge(`${label}: ${name}`, problems);
    if (mixed.results.readings !== undefined)
      judge(`${label}: ${name}: what both say`, mixed.results.readings);
  }
}

/** What a namespace holds, without its name. */
async function stateOf(server, stored, namespace) {
  const text = JSON.stringify(await snapshot(server, stored, namespace));
  return JSON.parse(text.replaceAll(namespace, 'NAMESPACE'));
}

async function runMistake(server, stored, profile, what, entry, index) {
  const lines = Array.isArray(entry) ? entry : entry.lines;
  if (!server.runsPods && entry.pods === true) return;
  const problems = [];
  const spaces = ['theirs', 'ours'].map((tool) => `m${profile}-${index}-${tool}`);
  for (const [i, words] of lines.entries()) {
    if (words[0] === 'patch') {
      // Somebody else changes an object.
      for (const namespace of spaces)
        await server.get(words[1].replace('{namespace}', namespace), 'PATCH', JSON.stringify(words[2]));
      continue;
    }
    const said = await Promise.all(
      ['theirs', 'ours'].map(async (tool) => {
        const namespace = `m${profile}-${index}-${tool}`;
        const line = words.map((word) => word.replace('{charts}', join(folder, 'mistakes')));
        const result = await run(tool, profile, [...line, '-n', namespace], server.kubeconfig);
        const plain = (text) =>
          text
            .replaceAll(namespace, 'NAMESPACE')
            .replace(time, 'TIME')
            .replace(/\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}/g, 'TIME')
            .replace(/^(WARNING|level=|time=).*\n/gm, '');
        return { out: plain(result.stdout), error: plain(errorOf(result)), ok: result.ok };
      }),
    );
    const [theirs, ours] = said;
    const [left, right] = await Promise.all(spaces.map((namespace) => stateOf(server, stored, namespace)));
    const line = `line ${i + 1} (${words.join(' ').replace('{charts}/', '')})`;
    if (comparable(theirs.out) !== comparable(ours.out))
      problems.push(`${line}: ${firstDifference(theirs.out, ours.out)}`);
    problems.push(...differences(left, right).map((text) => `${line}: state: ${text}`));
    if (theirs.ok !== ours.ok || inOrder(theirs.error) !== inOrder(ours.error))
      problems.push(`${line}:\n    ${theirs.error || 'no error'}\n    ${ours.error || 'no error'}`);
  }
  judge(`${what} ${profile}`, problems);
}

const began = performance.now();
const server = await (real ? startReal : startEmbedded)(join(folder, 'server'));
try {
  const stored = readStored(server);
  for (const profile of profiles)
    for (const [index, chart] of charts.slice(0, limit).entries())
      await runChart(server, stored, profile, chart, index);
  if (all('charts').length === 0) {
    writeMistakes(join(folder, 'mistakes'));
    for (const profile of profiles)
      for (const [index, [what, entry]] of Object.entries(mistakes).entries())
        if (only.test(what)) await runMistake(server, stored, profile, what, entry, index);
  }
} finally {
  worker.stdin.end();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
const seconds = ((performance.now() - began) / 1000).toFixed(0);
process.stdout.write(
  `${real ? 'kube-apiserver' : 'plumb cluster start'}, ${Math.min(limit, charts.length)} charts, ${seconds} s\n`,
);
process.stdout.write(`${passed} passed, ${failures.length} failed\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
