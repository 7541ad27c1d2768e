// Runs a few commands of the built program, so that the code which V8 makes of them lies beside its chunks: see packages/cli/compiled.ts.
// They run one after the other, and each keeps what those before it have kept.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const labels = { app: 'web' };
const objects = [
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, data: { greeting: 'hello' } },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: labels, ports: [{ port: 80 }] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: 'web', image: 'registry.example/web:1', ports: [{ containerPort: 80 }] }],
        },
      },
    },
  },
];

/** Keeps the code of the program at this path. */
export async function keepCode(program) {
  rmSync(join(dirname(program), 'packs'), { recursive: true, force: true });
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-code-'));
  const manifests = join(folder, 'manifests');
  mkdirSync(manifests);
  const text = objects.map((object) => JSON.stringify(object, undefined, 2)).join('\n---\n');
  writeFileSync(join(manifests, 'web.yaml'), text);
  try {
    // Other commands render, too.
    await run(program, ['render', manifests]);
    await runPacked(program, ['render', manifests]);
    await runPacked(program, ['test', manifests]);
    const kubeconfig = ['--kubeconfig', join(folder, 'kubeconfig')];
    const start = ['cluster', 'start', '--port', '0', ...kubeconfig];
    await runPacked(program, [...start, '--secure'], { started: endAfterFirst });
    await run(program, start, { keeps: 'pack', started: endAfterAnswers });
    await keepClient(program, folder, kubeconfig, [...start, '--secure', '--pods', 'none']);
    // Much of what `up` does runs for the first time when many applications are there at once: then it should be compiled.
    const up = ['up', '--demo', '--data', join(folder, 'up'), '--port', '0', '--in-memory'];
    await run(program, up, { started: (child) => endWhenSaid(child, 'Plumbline is ready') });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The first run makes the pack of a command, the second the code of that: see packages/cli/compiled.ts. */
async function runPacked(program, args, options = {}) {
  for (let i = 0; i < 2; i++) await run(program, args, { ...options, keeps: 'pack' });
}

function endAfterFirst(child) {
  child.stdout.once('data', () => child.kill('SIGINT'));
}

/** The first answers belong to the start. */
function endAfterAnswers(child) {
  child.stdout.once('data', (said) => {
    askServer(/http\S+/.exec(said.toString())?.[0]).then(
      () => child.kill('SIGINT'),
      () => child.kill('SIGKILL'),
    );
  });
}

async function askServer(url) {
  for (const path of ['/version', '/api', '/apis', '/api/v1/namespaces', '/apis/apps/v1/deployments'])
    await (await fetch(`${url}${path}`)).text();
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(objects[0]);
  await (
    await fetch(`${url}/api/v1/namespaces/default/configmaps`, { method: 'POST', headers, body })
  ).text();
}

function endWhenSaid(child, text) {
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
    if (said.includes(text)) child.kill('SIGINT');
  });
}

/** Commands that ask a server. */
async function keepClient(program, folder, kubeconfig, start) {
  const chart = join(folder, 'chart');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 1.0.0\n');
  writeFileSync(join(chart, 'templates/web.yaml'), JSON.stringify(objects[0]));
  const ask = async () => {
    for (const args of [['install', 'web', chart], ['list'], ['status', 'web']])
      await run(program, ['helm', ...args, ...kubeconfig]);
  };
  let asked = Promise.resolve();
  // Its own code is kept already; written once more, it would take that of the commands away.
  await run(program, start, {
    keeps: null,
    started: (child) =>
      child.stdout.once('data', () => {
        asked = ask().then(
          () => void child.kill('SIGINT'),
          (error) => {
            child.kill('SIGINT');
            throw error;
          },
        );
        asked.catch(() => {});
      }),
  });
  await asked;
}

function run(program, args, { keeps = 'chunks', started = (child) => child.stdout.resume() } = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    env: keeps === null ? process.env : { ...process.env, PLUMBLINE_KEEP_CODE: keeps },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  started(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`plumb ${args[0]} ended with ${code}: ${said}`));
    });
  });
}
