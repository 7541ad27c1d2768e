// npm run conformance:scenarios [-- --only RE -v]: what the real controllers did, compared with what ours do, on the embedded API
// without pods, as it was recorded. Ends with `N passed, N failed`; known differences are listed in docs/reference.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { load } from 'js-yaml';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../lib/install.mjs';
import { conformanceFolder, unpackConformance } from '../lib/conformance.mjs';

const tags = [
  'directory',
  'auto',
  'prune',
  'self-heal',
  'drift',
  'hook',
  'presync',
  'postsync',
  'hook-delete-policy',
  'wave',
  'history',
];
const known = new Set(
  readFileSync(join(import.meta.dirname, 'scenarios-known.txt'), 'utf8')
    .split('\n')
    .map((line) => line.split(/\s+#/)[0].trim())
    .filter((line) => line !== ''),
);

if (!(await unpackConformance(['scenarios']))) {
  process.stdout.write('no recordings beside the checkout\n0 passed, 0 failed, 1 skipped\n');
  process.exit(0);
}

const folder = join(conformanceFolder, 'scenarios');
const env = { ...process.env, JS_YAML: join(root, 'node_modules/js-yaml') };
const own = process.argv.slice(2);

function selected() {
  return readdirSync(join(folder, 'argocd'))
    .filter((name) => existsSync(join(folder, 'argocd', name, 'scenario.yaml')))
    .filter((name) => {
      const scenario = load(readFileSync(join(folder, 'argocd', name, 'scenario.yaml'), 'utf8'));
      return scenario.controllers === undefined && (scenario.tags ?? []).some((tag) => tags.includes(tag));
    });
}

function start(data) {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(root, 'dist/plumb.cjs'), 'up', '--no-demo', '--pods', 'none', '--data', data, '--port', '0'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (/ready: http/.test(output)) resolve(child);
    });
    child.on('exit', (code) => reject(new Error(`plumb up ended with ${code}: ${output}`)));
  });
}

const data = mkdtempSync(join(tmpdir(), 'plumbline-scenarios-'));
const child = await start(data);
const { kubeconfig } = JSON.parse(readFileSync(join(data, 'endpoints.json'), 'utf8'));
const names = selected();
const only = own.includes('--only') ? [] : ['--only', `^argocd/(${names.join('|')})$`];
let output = '';
const runner = spawn(
  process.execPath,
  [
    join(folder, 'run.mjs'),
    'check',
    '--kubeconfig',
    kubeconfig,
    '--family',
    'argocd',
    '-j',
    '4',
    ...only,
    ...own,
  ],
  {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
runner.stdout.on('data', (chunk) => {
  output += chunk;
  process.stdout.write(chunk);
});
await new Promise((resolve) => runner.on('close', resolve));
child.kill('SIGTERM');
await new Promise((resolve) => child.on('close', resolve));
rmSync(data, { recursive: true, force: true });

/** A scenario is equal in structure when none of its differences is of that class. */
function verdicts() {
  const result = new Map();
  let current;
  for (const line of output.split('\n')) {
    const head = /^(equal|DIFF|FAIL) argocd\/(\S+)/.exec(line);
    if (head !== null) {
      current = head[2];
      result.set(current, head[1] !== 'FAIL');
    } else if (/^ {4}structure /.test(line)) result.set(current, false);
  }
  return result;
}

const equal = verdicts();
const different = [...equal].filter(([, ok]) => !ok).map(([name]) => name);
const surprising = different.filter((name) => !known.has(name));
const passed = equal.size - different.length;
process.stdout.write(
  `equal in structure: ${passed} of ${equal.size} (${((100 * passed) / Math.max(1, equal.size)).toFixed(1)} %)\n`,
);
if (surprising.length > 0) process.stdout.write(`not among the known differences: ${surprising.join(' ')}\n`);
process.stdout.write(
  `${passed} passed, ${surprising.length} failed, ${different.length - surprising.length} skipped\n`,
);
process.exit(surprising.length === 0 && equal.size > 0 ? 0 : 1);
