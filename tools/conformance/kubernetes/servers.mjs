// The two servers side by side: kube-apiserver on an etcd of its own, and `plumb cluster start`.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { warningTexts } from '../../../packages/localkube/recorded/play.ts';
import { root } from '../../lib/install.mjs';
import { endChild, oracles, spawnApiServer, unlimited } from '../../oracles/kube-apiserver.mjs';

export { oracles };

/** kube-apiserver with etcd; `stop` ends both. */
export async function startReal(folder) {
  const real = await spawnApiServer(folder, ['--allow-privileged=true', ...unlimited]);
  const send = clientOf('kube-apiserver', new URL(real.url), { token: real.token });
  await untilReady(send, real.server, real.log);
  return { name: 'kube-apiserver', send, url: real.url, token: real.token, stop: real.stop };
}

async function untilReady(send, child, log) {
  for (const began = Date.now(); Date.now() - began < 120_000;) {
    if (child.exitCode !== null) throw new Error(`kube-apiserver ended with ${child.exitCode}, see ${log}`);
    const answer = await send({ method: 'GET', target: '/readyz', headers: {} }).catch(() => undefined);
    if (answer?.status === 200) return;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error(`kube-apiserver does not become ready, see ${log}`);
}

/** The embedded API as its command serves it; `sources` runs what is not built yet. */
export async function startOurs(folder, sources) {
  mkdirSync(folder, { recursive: true });
  const kubeconfig = join(folder, 'kubeconfig');
  const bundle = join(root, 'dist/plumb.cjs');
  const command =
    sources || !existsSync(bundle) ? ['--import', 'tsx', join(root, 'packages/cli/main.ts')] : [bundle];
  const args = ['cluster', 'start', '--secure', '--pods', 'none', '--controllers', 'off', '--port', '0'];
  const child = spawn(process.execPath, [...command, ...args, '--kubeconfig', kubeconfig], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: root,
  });
  const url = await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /ready (https?:\S+)/.exec(output);
      if (found !== null) resolve(found[1]);
    });
    child.on('exit', (code) => reject(new Error(`plumb cluster start ended with ${code}: ${output}`)));
  });
  const text = readFileSync(kubeconfig, 'utf8');
  const data = (key) =>
    Buffer.from(new RegExp(`${key}-data"?:\\s*"?([\\w+/=]+)`).exec(text)?.[1] ?? '', 'base64').toString();
  return {
    name: 'embedded',
    send: clientOf('embedded', new URL(url), { cert: data('client-certificate'), key: data('client-key') }),
    url,
    stop: () => endChild(child),
  };
}

/** Requests over kept connections. Both servers sign their own certificates, so nobody is asked who they are. What breaks names its server. */
function clientOf(name, url, { token, cert, key }) {
  const agent = new https.Agent({
    keepAlive: true,
    maxSockets: 64,
    rejectUnauthorized: false,
    ...(cert !== undefined && { cert, key }),
  });
  return ({ method, target, headers, body }) =>
    new Promise((resolve, reject) => {
      const request = https.request(
        {
          host: url.hostname,
          port: url.port,
          method,
          path: target,
          agent,
          headers: {
            ...headers,
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
          },
        },
        (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            clearTimeout(patience);
            resolve({
              status: response.statusCode,
              warnings: warningTexts(String(response.headers.warning ?? '')),
              text: Buffer.concat(chunks).toString(),
            });
          });
        },
      );
      const patience = setTimeout(
        () => request.destroy(new Error(`no answer in 30 s: ${method} ${target}`)),
        30_000,
      );
      request.on('error', (error) => {
        clearTimeout(patience);
        reject(new Error(`${name}: ${error.message}`));
      });
      request.end(body);
    });
}
