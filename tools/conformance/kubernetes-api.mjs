// npm run conformance:kubernetes-api [-- --area A | --only RE | -v]: what kube-apiserver answered to recorded requests and kubectl
// commands, compared with what the embedded one answers. Ends with `N passed, N failed, N skipped`; the known differences are listed
// in kubernetes-api-known.txt and told of in docs/reference/kubernetes-api.md. `PLUMBLINE_KUBECTL` names a kubectl 1.36.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../lib/install.mjs';
import { conformanceFolder, unpackConformance } from '../lib/conformance.mjs';

const area = 'kubernetes-api';
if (!(await unpackConformance([area]))) {
  process.stdout.write('no recordings beside the checkout\n0 passed, 0 failed, 1 skipped\n');
  process.exit(0);
}

const folder = join(conformanceFolder, area);
const own = process.argv.slice(2);
const known = new Set(
  readFileSync(join(import.meta.dirname, 'kubernetes-api-known.txt'), 'utf8')
    .split('\n')
    .map((line) => line.split(/\s+\/\//)[0].trim())
    .filter((line) => line !== ''),
);

/** The built command, or the sources where nothing is built. */
function command() {
  const bundle = join(root, 'dist/plumb.cjs');
  if (existsSync(bundle)) return [bundle];
  return ['--import', 'tsx', join(root, 'packages/cli/main.ts')];
}

function start(kubeconfig) {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        ...command(),
        'cluster',
        'start',
        '--secure',
        '--pods',
        'none',
        '--port',
        '0',
        '--kubeconfig',
        kubeconfig,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: root },
    );
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (/ready http/.test(output)) resolve(child);
    });
    child.on('exit', (code) => reject(new Error(`plumb cluster start ended with ${code}: ${output}`)));
  });
}

function runner(script, kubeconfig, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [join(folder, script), 'check', '--kubeconfig', kubeconfig, ...own],
      { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.on('close', () => resolve(output));
  });
}

/** Ids of the cases that differ, and the runner's own lines about totals. */
function verdict(output, total) {
  const lines = output.split('\n');
  const different = new Set(
    lines.filter((line) => line.startsWith('FAIL ')).map((line) => line.split(' ')[1]),
  );
  const summary = lines.filter((line) => /^(structure \d|kubernetes: |kubectl: )/.test(line));
  const count = Number(total.exec(output)?.[1] ?? 0);
  return { different: [...different], summary, count };
}

const data = mkdtempSync(join(tmpdir(), 'plumbline-kubernetes-api-'));
const kubeconfig = join(data, 'kubeconfig');
const child = await start(kubeconfig);
const results = [verdict(await runner('run.mjs', kubeconfig), /kubernetes: \d+ of (\d+)/)];
const kubectl = process.env.PLUMBLINE_KUBECTL ?? join(root, '.cache/oracles/bin/kubectl-1.36');
if (!existsSync(kubectl)) process.stdout.write('no kubectl 1.36: its commands are skipped\n');
else if (!own.includes('--area'))
  results.push(
    verdict(await runner('kubectl.mjs', kubeconfig, { KUBECTL: kubectl }), /kubectl: \d+ of (\d+)/),
  );
child.kill('SIGTERM');
await new Promise((resolve) => child.on('close', resolve));
rmSync(data, { recursive: true, force: true });

let [passed, failed, skipped] = [0, 0, 0];
for (const { different, summary, count } of results) {
  const surprising = different.filter((id) => !known.has(id));
  process.stdout.write(summary.map((line) => `${line}\n`).join(''));
  process.stdout.write(
    different.map((id) => `${known.has(id) ? 'known    ' : 'DIFFERENT'} ${id}\n`).join(''),
  );
  passed += count - different.length;
  failed += surprising.length;
  skipped += different.length - surprising.length;
}
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
