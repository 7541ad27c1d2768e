// The embedded cluster as its command serves it, a client for it, and programs beside it.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { root } from '../../lib/install.mjs';

export const oracles = join(root, '.cache/oracles/bin');

/** The built command, or the sources where nothing is built. */
function command() {
  const bundle = join(root, 'dist/plumb.cjs');
  const built = existsSync(bundle) && process.env.PLUMBLINE_SOURCES === undefined;
  return built ? [bundle] : ['--import', 'tsx', join(root, 'packages/cli/main.ts')];
}

/** Starts a cluster with these flags in a folder. */
export async function startCluster(folder, flags) {
  const kubeconfig = join(folder, 'kubeconfig');
  const child = spawn(
    process.execPath,
    [...command(), 'cluster', 'start', '--secure', '--port', '0', '--kubeconfig', kubeconfig, ...flags],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: root },
  );
  const url = await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /ready (https:\S+)/.exec(output);
      if (found !== null) resolve(found[1]);
    });
    child.on('exit', (code) => reject(new Error(`plumb cluster start ended with ${code}: ${output}`)));
  });
  const text = readFileSync(kubeconfig, 'utf8');
  const data = (key) =>
    Buffer.from(new RegExp(`${key}-data"?:\\s*"?([\\w+/=]+)`).exec(text)?.[1] ?? '', 'base64').toString();
  const ca = data('certificate-authority');
  const client = clientOf(url, ca, data('client-certificate'), data('client-key'));
  return { ...client, url, ca, kubeconfig, stop: () => end(child) };
}

/** Ends a child and waits for it. */
export function end(child, patienceMs = 10_000) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

/** A program whose output goes to a file; `lost` tells when it ends by itself. */
export function startProgram(name, args, folder, env = {}) {
  const log = join(folder, `${name}.log`);
  const child = spawn(join(oracles, name), args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    cwd: folder,
  });
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  let ending = false;
  const lost = new Promise((_, reject) =>
    child.once('exit', (code) => {
      if (!ending) reject(new Error(`${name} ended with ${code}, see ${log}`));
    }),
  );
  lost.catch(() => {});
  return {
    log,
    lost,
    lines: () => readFileSync(log, 'utf8').split('\n'),
    stop() {
      ending = true;
      return end(child);
    },
  };
}

function clientOf(url, ca, cert, key) {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 16, ca, cert, key });
  const { hostname, port } = new URL(url);
  const send = (method, path, body, type = 'application/json') =>
    new Promise((resolve, reject) => {
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const request = https.request(
        {
          host: hostname,
          port,
          method,
          path,
          agent,
          headers: {
            accept: 'application/json',
            ...(text !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
          },
        },
        (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const answer = Buffer.concat(chunks).toString();
            resolve({
              status: response.statusCode,
              body: /^[{[]/.test(answer) ? JSON.parse(answer) : answer,
            });
          });
        },
      );
      request.on('error', reject);
      request.end(text);
    });
  const must = async (...args) => {
    const answer = await send(...args);
    if (answer.status >= 300)
      throw new Error(`${args[0]} ${args[1]}: ${answer.status} ${answer.body?.message ?? answer.body}`);
    return answer.body;
  };
  const get = async (path) => {
    const answer = await send('GET', path);
    if (answer.status === 404) return undefined;
    if (answer.status >= 300) throw new Error(`GET ${path}: ${answer.status} ${answer.body?.message ?? ''}`);
    return answer.body;
  };
  const apply = (path, object) =>
    must('PATCH', `${path}?fieldManager=clients&force=true`, object, 'application/apply-patch+yaml');
  return { send, must, get, apply };
}

/** Waits until `look` gives something; the text says what was waited for. */
export async function until(what, look, patienceMs = 60_000) {
  const began = Date.now();
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false && found !== null) return found;
    if (Date.now() - began > patienceMs) throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
    await new Promise((later) => setTimeout(later, 150));
  }
}
