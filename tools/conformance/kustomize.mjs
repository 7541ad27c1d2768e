// npm run conformance:kustomize [-- --folders DIR]... [--fuzz N] [--features N [--family F]] [--seed S] [--limit N] [--keep DIR] [-v]: builds every
// kustomization below the folders that are named, N that are put together by chance, and N of each family of features, with the real
// kustomize and with ours and compares, bytes first. The recorded builds are part of `npm test`. Those that the real one refuses count
// when ours refuses too; `-v` shows the words where they differ. Ends with `N passed, N failed`.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../lib/install.mjs';
import { median, renderAll } from './lib/batch.mjs';
import { compareObjects } from './lib/compare.mjs';
import { writeComposition } from './lib/compositions.mjs';
import { families, writeFeature } from './lib/features/index.mjs';

const exec = promisify(execFile);
const args = process.argv.slice(2);
const all = (name) => args.flatMap((arg, i) => (arg === `--${name}` ? [args[i + 1]] : []));
const verbose = args.includes('-v');
const limit = Number(all('limit')[0] ?? '100000');
const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
const binary = join(root, '.cache/oracles/bin/kustomize');

function kustomizationsBelow(folder, found = []) {
  if (names.some((name) => existsSync(join(folder, name)))) found.push(folder);
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory() && entry.name !== '.git' && entry.name !== 'node_modules')
      kustomizationsBelow(join(folder, entry.name), found);
  return found;
}

async function theirs(folder) {
  const began = performance.now();
  try {
    const { stdout } = await exec(binary, ['build', folder, ...(isCharted(folder) ? helmFlags : [])], {
      maxBuffer: 256 << 20,
      timeout: 60_000,
    });
    return { ok: true, output: stdout, ms: performance.now() - began };
  } catch (failure) {
    return { ok: false, error: String(failure.stderr ?? failure).trim() };
  }
}

/** What went wrong, without the warnings before it, addresses in memory, and the way out that ours shows below it. */
const words = (error) =>
  error
    .replace(/^(?:# Warning: .*\n)*(?:Error: )?/, '')
    .replace(/\n\([^\n]*\)$/, '')
    .replaceAll(/ &\{0x[0-9a-f]+ <nil>\}/g, '')
    .trim();

const folders = all('folders');
const fuzz = Number(all('fuzz')[0] ?? '0');
const features = Number(all('features')[0] ?? '0');
const family = all('family')[0];
const helm = join(root, '.cache/oracles/bin/helm3');
const helmFlags = existsSync(helm) ? ['--enable-helm', '--helm-command', helm] : [];
const seed = Number(all('seed')[0] ?? '1');
if (!existsSync(binary) || (folders.length === 0 && fuzz === 0 && features === 0)) {
  process.stdout.write(
    'needs the oracle (node tools/oracles/install.mjs kustomize) and --folders DIR, --fuzz N or --features N\n',
  );
  process.stdout.write('0 passed, 0 failed, 1 skipped\n');
  process.exit(0);
}
const kept = all('keep')[0];
if (kept !== undefined) mkdirSync(kept, { recursive: true });
const scratch =
  kept === undefined ? mkdtempSync(join(realpathSync(tmpdir()), 'kustomize-fuzz-')) : realpathSync(kept);
if (kept === undefined) process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
/** Only our own charts are inflated: those of others lie elsewhere. */
const isCharted = (folder) => folder.startsWith(join(scratch, 'charts-'));
const ofFamilies = Object.keys(families)
  .filter((name) => family === undefined || name === family)
  .filter((name) => name !== 'charts' || helmFlags.length > 0);
const found = [
  ...folders.flatMap((folder) => kustomizationsBelow(realpathSync(folder))).slice(0, limit),
  ...Array.from({ length: fuzz }, (_, i) => writeComposition(seed + i, join(scratch, String(seed + i)))),
  ...ofFamilies.flatMap((name) =>
    Array.from({ length: features }, (_, i) =>
      writeFeature(name, seed + i, join(scratch, `${name}-${seed + i}`)),
    ),
  ),
];
const answers = await renderAll(
  found.map((path, id) => ({ id, path, ...(isCharted(path) ? { enableHelm: true } : {}) })),
);
const totals = { bytes: 0, objects: 0, errors: 0, sameWords: 0, remote: 0, panics: 0, failed: 0 };
const times = { ours: [], theirs: [] };
for (const [id, folder] of found.entries()) {
  const answer = answers.get(id);
  // What has to be fetched from elsewhere is another matter than building.
  if (/remote|https?:\/\/|git@/.test(answer?.error ?? '')) {
    totals.remote += 1;
    continue;
  }
  const expected = await theirs(folder);
  if (/^panic: /m.test(expected.error ?? '')) {
    totals.panics += 1;
    continue;
  }
  if (!expected.ok || answer?.ok !== true) {
    if (!expected.ok && answer?.ok === false) {
      totals.errors += 1;
      if (words(expected.error) === words(answer.error)) totals.sameWords += 1;
      else if (verbose) process.stdout.write(`${folder}: theirs ${expected.error}\n  ours ${answer.error}\n`);
    } else {
      totals.failed += 1;
      process.stdout.write(
        `${folder}: ${expected.ok ? `ours failed: ${answer?.error}` : `ours did not fail: ${expected.error}`}\n`,
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
  const differences = compareObjects(expected.output, answer.output);
  if (differences.length === 0) totals.objects += 1;
  else totals.failed += 1;
  if (differences.length > 0 || verbose)
    process.stdout.write(`${folder}: ${differences.slice(0, 5).join('; ') || 'equal as objects only'}\n`);
}
const built = totals.objects + totals.failed;
process.stdout.write(
  `${found.length} kustomizations: ${totals.remote} need what lies elsewhere, ${totals.panics} crash the real one, ${totals.errors} fail in both (${totals.sameWords} in the same words); ` +
    `of ${built} builds ${totals.objects} equal as objects, ${totals.bytes} to the byte\n` +
    `median: ours ${median(times.ours)} ms in one warm process, a process of kustomize ${median(times.theirs)} ms\n`,
);
process.stdout.write(`${totals.objects + totals.errors} passed, ${totals.failed} failed\n`);
process.exitCode = totals.failed === 0 ? 0 : 1;
