// The two servers side by side: kube-apiserver on an etcd of its own, and `plumb cluster start`.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import https from 'node:https';
import { join } from 'node:path';
import { warningTexts } from '../../../packages/localkube/recorded/play.ts';
import { root } from '../../lib/install.mjs';

export const oracles = join(root, '.cache/oracles/bin');

/** Ports that were free a moment ago. */
async function freePorts(count) {
  const held = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer();
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = held.map((server) => server.address().port);
  await Promise.all(held.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

function program(name, args, folder) {
  const child = spawn(join(oracles, name), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.pipe(createWriteStream(join(folder, `${name}.log`)));
  return child;
}

function ended(child) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', resolve);
  });
}

async function stopped(child) {
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 4000);
  await ended(child);
  clearTimeout(patience);
}

/** kube-apiserver with etcd; `stop` ends both. */
export async function startReal(folder) {
  mkdirSync(folder, { recursive: true });
  const [client, peer, secure] = await freePorts(3);
  const token = randomBytes(16).toString('hex');
  writeFileSync(join(folder, 'tokens.csv'), `${token},plumbline-admin,,"system:masters"\n`);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = join(folder, 'accounts.key');
  writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const etcd = program(
    'etcd',
    [
      '--unsafe-no-fsync',
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=http://127.0.0.1:${client}`,
      `--advertise-client-urls=http://127.0.0.1:${client}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=default=http://127.0.0.1:${peer}`,
    ],
    folder,
  );
  const server = program(
    'kube-apiserver',
    [
      `--etcd-servers=http://127.0.0.1:${client}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${secure}`,
      `--cert-dir=${join(folder, 'cert')}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--token-auth-file=${join(folder, 'tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--allow-privileged=true',
      '--enable-priority-and-fairness=false',
      '--max-requests-inflight=0',
      '--max-mutating-requests-inflight=0',
    ],
    folder,
  );
  const send = clientOf(new URL(`https://127.0.0.1:${secure}`), { token });
  await untilReady(send, server, join(folder, 'kube-apiserver.log'));
  return {
    name: 'kube-apiserver',
    send,
    url: `https://127.0.0.1:${secure}`,
    token,
    async stop() {
      await stopped(server);
      await stopped(etcd);
    },
  };
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
  const bundle = join(root, 'dist/plumb.mjs');
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
    send: clientOf(new URL(url), { cert: data('client-certificate'), key: data('client-key') }),
    url,
    stop: () => stopped(child),
  };
}

/** Requests over kept connections. Both servers sign their own certificates, so nobody is asked who they are. */
function clientOf(url, { token, cert, key }) {
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
        reject(error);
      });
      request.end(body);
    });
}
