// node tools/conformance/kills.mjs [--kills 1000] [--minutes 12] [--servers 2]: `plumb cluster start --data DIR` is killed (SIGKILL) again
// and again while clients write to it. Nearly all of the time is the start of the program, so several servers with their own data take turns on
// the processors. After each restart every object is as the last answer said, or as one of the requests that were still under way
// would have made it; nothing is torn, and versions never go back. Ends with `N passed, N failed`.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../lib/install.mjs';

const flag = (name, fallback) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const kills = flag('--kills', 1_000);
const end = Date.now() + flag('--minutes', 12) * 60_000;
const servers = flag('--servers', 2);
const folder = mkdtempSync(join(tmpdir(), 'plumbline-kills-'));
const names = Array.from({ length: 24 }, (_, i) => `m-${i}`);
const maps = '/api/v1/namespaces/default/configmaps';

let failed = 0;
let told = 0;
let done = 0;

function bundle() {
  const built = join(root, 'dist/plumb.cjs');
  const sources = ['--import', 'tsx', join(root, 'packages/cli/main.ts')];
  return existsSync(built) && process.env.PLUMBLINE_SOURCES === undefined ? [built] : sources;
}

function start(own) {
  const args = ['cluster', 'start', '--pods', 'none', '--controllers', 'off', '--port', '0'];
  const child = spawn(
    process.execPath,
    [...bundle(), ...args, '--data', join(own, 'data'), '--kubeconfig', join(own, 'kubeconfig')],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: root },
  );
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const port = /ready http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve({ child, port: Number(port) });
    });
    child.on('exit', (code) => reject(new Error(`it does not start any more (${code}), see ${own}`)));
  });
}

/** Undefined: the connection broke, and nobody knows whether it was done. */
function send(agent, port, method, path, body) {
  return new Promise((resolve) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const request = http.request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent,
        headers:
          text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', () => resolve(undefined));
        response.on('close', () => resolve(undefined));
        response.on('end', () =>
          resolve({ status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) }),
        );
      },
    );
    request.on('error', () => resolve(undefined));
    request.end(text);
  });
}

function seeded(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
}

/** What is known of one server. */
function stateOf() {
  return {
    /** By name: what may be stored (undefined: nothing), of which one is true. The first is what the last answer said. */
    allowed: new Map(names.map((name) => [name, [undefined]])),
    serial: 0,
    version: 0,
    told: 0,
    /** After how many answers the next kill comes. */
    wanted: { count: Infinity, reached() {} },
  };
}

/** One client has its own names, so that it knows what was there before each of its writes. */
async function client(state, agent, port, own, random) {
  for (;;) {
    const name = own[random(own.length)];
    const [before] = state.allowed.get(name);
    const value = String(++state.serial);
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: { value, filler: 'x'.repeat(random(3_000)) },
    };
    const remove = before !== undefined && random(4) === 0;
    const after = remove ? undefined : value;
    state.allowed.set(name, [before, after]);
    const answer = remove
      ? await send(agent, port, 'DELETE', `${maps}/${name}`)
      : before === undefined
        ? await send(agent, port, 'POST', maps, object)
        : await send(agent, port, 'PUT', `${maps}/${name}`, object);
    if (answer === undefined) return;
    if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.body.message}`);
    state.allowed.set(name, [after]);
    told++;
    if (++state.told >= state.wanted.count) state.wanted.reached();
    state.version = Math.max(state.version, Number(answer.body.metadata?.resourceVersion ?? 0));
  }
}

/** What came back, held against what had been said. */
async function check(state, agent, port, kill) {
  const { body } = await send(agent, port, 'GET', maps);
  const found = new Map(body.items.map(({ metadata, data }) => [metadata.name, data]));
  const problems = [];
  for (const name of names) {
    const value = found.get(name)?.value;
    if (!state.allowed.get(name).includes(value))
      problems.push(`${name} is ${value}, and may be ${state.allowed.get(name).join(' or ')}`);
    state.allowed.set(name, [value]);
  }
  const now = Number(body.metadata.resourceVersion);
  if (now < state.version) problems.push(`the version went back from ${state.version} to ${now}`);
  state.version = now;
  if (problems.length === 0) return;
  failed++;
  process.stdout.write(`kill ${kill}: ${problems.join('; ')}\n`);
}

/** How long each part of a round took, in milliseconds over all rounds. */
const spent = { writing: 0, killing: 0, starting: 0, checking: 0 };
const shown = (rounds) =>
  Object.entries(spent)
    .map(([part, time]) => `${part} ${(time / Math.max(rounds, 1)).toFixed(0)} ms`)
    .join(', ');

let begun = 0;
/** One server, killed until all kills of the run are done. */
async function run(number) {
  const own = join(folder, String(number));
  mkdirSync(own);
  const state = stateOf();
  let server = await start(own);
  const random = seeded(7 + number);
  let since = performance.now();
  const took = (part) => {
    const now = performance.now();
    spent[part] += now - since;
    since = now;
  };
  while (begun < kills && Date.now() < end) {
    const kill = ++begun;
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    const reached = new Promise((resolve) => {
      state.wanted = { count: state.told + 1 + random(60), reached: resolve };
    });
    const clients = [0, 1, 2, 3].map((n) =>
      client(
        state,
        agent,
        server.port,
        names.filter((_, i) => i % 4 === n),
        seeded(kill * 4 + n + 1),
      ),
    );
    // In the middle of what comes after some answers.
    const pause = random(3);
    await reached;
    if (pause > 0) await new Promise((later) => setTimeout(later, pause));
    took('writing');
    server.child.removeAllListeners('exit');
    const gone = new Promise((resolve) => server.child.once('exit', resolve));
    server.child.kill('SIGKILL');
    await gone;
    await Promise.all(clients);
    agent.destroy();
    took('killing');
    server = await start(own);
    took('starting');
    const reader = new http.Agent();
    await check(state, reader, server.port, kill);
    reader.destroy();
    took('checking');
    if (++done % 100 === 0)
      process.stdout.write(`${done} kills, ${told} answers held; a round: ${shown(done)}\n`);
  }
  server.child.removeAllListeners('exit');
  server.child.kill('SIGKILL');
}

const started = Date.now();
await Promise.all(Array.from({ length: servers }, (_, number) => run(number)));
process.stdout.write(
  `${done} kills while writing in ${((Date.now() - started) / 1000).toFixed(0)} s, ${told} answers held; a round: ${shown(done)}\n`,
);
if (failed === 0) rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${done - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && done > 0 ? 0 : 1;
