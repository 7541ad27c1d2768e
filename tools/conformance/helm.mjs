// npm run conformance:helm [-- --charts DIR]... [--profile 3|4] [--limit N] [--fuzz N] [-v]: renders charts with the real Helm
// and with ours and compares. Charts: the recorded corpus, and every chart below the folders that are named. With
// --fuzz each chart is also rendered with N generated files of values, with --ci with each of its own ci/*-values.yaml.
// Where both fail, the messages are compared (-v shows those that differ). Ends with `N passed, N failed`.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { conformanceFolder, unpackConformance } from '../lib/conformance.mjs';
import { root } from '../lib/install.mjs';
import { median, renderAll } from './lib/batch.mjs';
import { compareObjects, differences, load, objectsOf } from './lib/compare.mjs';
import { valuesFor } from './lib/values-fuzz.mjs';

const exec = promisify(execFile);
const args = process.argv.slice(2);
const all = (name) => args.flatMap((arg, i) => (arg === `--${name}` ? [args[i + 1]] : []));
const one = (name, otherwise) => all(name)[0] ?? otherwise;
const verbose = args.includes('-v');
const profiles = all('profile').length > 0 ? all('profile') : ['3', '4'];
const limit = Number(one('limit', '100000'));
const fuzz = Number(one('fuzz', '0'));
const ci = args.includes('--ci');

function chartsBelow(folder, found = []) {
  if (existsSync(join(folder, 'Chart.yaml'))) {
    found.push(folder);
    return found;
  }
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory() && entry.name !== '.git') chartsBelow(join(folder, entry.name), found);
  return found;
}

function ciValues(chart) {
  const folder = join(chart, 'ci');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /values.*\.ya?ml$/.test(name))
    .map((name) => join(folder, name));
}

/** What Helm says after `Error:`, without what only its command line adds. */
function messageOf(stderr) {
  const text = stderr.slice(stderr.lastIndexOf('Error: ') + 'Error: '.length);
  return text.replace(/\n\nUse --debug flag to render out invalid YAML\s*$/, '').trim();
}

/** Helm tells of several keys in the random order of Go's maps; the order is not what is compared. */
function inSameWords(a, b) {
  const lines = (text) => text.trim().split('\n').sort().join('\n');
  return lines(a) === lines(b);
}

function isRenderable(chart) {
  try {
    return load(readFileSync(join(chart, 'Chart.yaml'), 'utf8'))?.type !== 'library';
  } catch {
    return true;
  }
}

async function theirs(task) {
  const binary = join(root, '.cache/oracles/bin', `helm${task.profile}`);
  const flags = task.values.flatMap((file) => ['-f', file]);
  const command = [
    'template',
    task.releaseName,
    task.path,
    '-n',
    task.namespace,
    '--kube-version',
    task.kubeVersion,
  ];
  const began = performance.now();
  try {
    const { stdout } = await exec(binary, [...command, ...flags], { maxBuffer: 256 << 20, timeout: 120_000 });
    return { ok: true, output: stdout, ms: performance.now() - began };
  } catch (failure) {
    return { ok: false, error: String(failure.stderr ?? failure), ms: performance.now() - began };
  }
}

/** Of the differences, those that two renders of the real Helm do not have between themselves. */
async function stable(task, first, output) {
  const found = compareObjects(first.output, output);
  if (found.length === 0) return { found, random: false };
  let second = await theirs(task);
  if (second.output === first.output) {
    // A clock that shows seconds has perhaps not moved yet.
    await sleep(1_100);
    second = await theirs(task);
  }
  if (!second.ok || second.output === first.output) return { found, random: false };
  const [a, b] = [objectsOf(first.output), objectsOf(second.output)];
  const unstable = new Set();
  for (const [name, object] of a)
    for (const path of b.has(name) ? differences(object, b.get(name)) : ['']) unstable.add(`${name} ${path}`);
  const names = new Set([...a.keys()].filter((name) => !b.has(name)));
  return {
    random: true,
    found: found.filter((text) => {
      const [name] = text.split(' ');
      if (names.has(name) || text.endsWith(' extra')) return !(names.size > 0);
      return ![...unstable].some((place) => text === place || text.startsWith(`${place}/`));
    }),
  };
}

if (!existsSync(join(root, '.cache/oracles/bin/helm3'))) {
  process.stdout.write(
    'no helm: node tools/oracles/install.mjs helm3 helm4\n0 passed, 0 failed, 1 skipped\n',
  );
  process.exit(0);
}
const folders = all('charts');
if (await unpackConformance(['rendering'])) folders.unshift(join(conformanceFolder, 'rendering', 'charts'));
const charts = folders
  .flatMap((folder) => chartsBelow(folder))
  .filter(isRenderable)
  .slice(0, limit);
// Of its own: another comparison may run beside this one.
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-conformance-helm-'));

const tasks = [];
for (const chart of charts)
  for (const profile of profiles) {
    const base = {
      releaseName: 'rel',
      namespace: 'demo',
      kubeVersion: 'v1.33.0',
      profile: Number(profile),
      path: chart,
    };
    tasks.push({ ...base, id: tasks.length, values: [] });
    for (const file of ci ? ciValues(chart) : []) tasks.push({ ...base, id: tasks.length, values: [file] });
    for (let n = 0; n < fuzz; n++) {
      const file = join(scratch, `${tasks.length}.yaml`);
      writeFileSync(file, valuesFor(chart, n));
      tasks.push({ ...base, id: tasks.length, values: [file] });
    }
  }
const answers = await renderAll(tasks);
const totals = { renders: 0, bytes: 0, objects: 0, errors: 0, words: 0, random: 0, failed: 0 };
const times = { ours: [], theirs: [] };
for (const task of tasks) {
  const answer = answers.get(task.id);
  const expected = await theirs(task);
  const name = `${relative(dirname(dirname(task.path)), task.path)} (${task.profile}${task.values.length > 0 ? `, ${task.values[0]}` : ''})`;
  totals.renders += 1;
  if (!expected.ok || answer?.ok !== true) {
    if (!expected.ok && answer?.ok === false) {
      totals.errors += 1;
      const said = messageOf(expected.error);
      if (inSameWords(answer.error, said)) totals.words += 1;
      else if (verbose) process.stdout.write(`${name}: other words\n  ${said}\n  ${answer.error}\n`);
    } else {
      totals.failed += 1;
      process.stdout.write(
        `${name}: ${expected.ok ? `ours failed: ${answer?.error}` : `ours did not fail: ${expected.error.slice(0, 400)}`}\n`,
      );
    }
    continue;
  }
  times.ours.push(answer.ms);
  times.theirs.push(expected.ms);
  if (answer.output === expected.output) {
    totals.bytes += 1;
    totals.objects += 1;
    continue;
  }
  const { found, random } = await stable(task, expected, answer.output);
  if (random) totals.random += 1;
  if (found.length === 0) {
    totals.objects += 1;
    if (verbose && !random) process.stdout.write(`${name}: equal as objects only\n`);
  } else {
    totals.failed += 1;
    process.stdout.write(
      `${name}: ${found.slice(0, verbose ? 50 : 4).join('; ')}${found.length > 4 ? ` and ${found.length - 4} more` : ''}\n`,
    );
  }
}
const rendered = totals.renders - totals.errors;
const share = (count) => `${((100 * count) / Math.max(1, rendered)).toFixed(2)} %`;
process.stdout.write(
  `${totals.renders} renders of ${charts.length} charts: ${totals.errors} fail in both (${totals.words} in the same words); of the ${rendered} others ` +
    `${share(totals.objects)} equal as objects, ${share(totals.bytes)} to the byte (${totals.random} are random upstream)\n` +
    `median: ours ${median(times.ours)} ms warm, a process of helm ${median(times.theirs)} ms\n`,
);
// What failed can be rendered again with the values that are left.
if (totals.failed === 0) rmSync(scratch, { recursive: true });
process.stdout.write(`${totals.renders - totals.failed} passed, ${totals.failed} failed\n`);
process.exitCode = totals.failed === 0 ? 0 : 1;
