// A server for releases: `plumb cluster start`, or kube-apiserver on an etcd of its own, each with a kubeconfig.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { root } from '../../lib/install.mjs';

const oracles = join(root, '.cache/oracles/bin');

/** The arguments of node that run our command: a build that is named, the usual build, or the sources. */
export function plumbCommand() {
  const bundle = process.env.PLUMB_PROGRAM ?? join(root, 'dist/plumb.mjs');
  return existsSync(bundle) ? [bundle] : ['--import', 'tsx', join(root, 'packages/cli/main.ts')];
}

function ended(child) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', resolve);
  });
}

/** The embedded API; pods are simulated, so that hooks run. */
export async function startEmbedded(folder) {
  mkdirSync(folder, { recursive: true });
  const kubeconfig = join(folder, 'kubeconfig');
  const args = ['cluster', 'start', '--port', '0', '--kubeconfig', kubeconfig];
  const child = spawn(process.execPath, [...plumbCommand(), ...args], {
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
  return {
    kubeconfig,
    runsPods: true,
    get: getter(url),
    async stop() {
      child.kill('SIGTERM');
      await ended(child);
    },
  };
}

/** kube-apiserver and etcd on loopback. There are no controllers, so nothing runs. */
export async function startReal(folder) {
  mkdirSync(folder, { recursive: true });
  const [client, peer, secure] = await freePorts(3);
  const token = randomBytes(16).toString('hex');
  writeFileSync(join(folder, 'tokens.csv'), `${token},admin,admin,"system:masters"\n`);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(folder, 'accounts.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const run = (name, args) => {
    const child = spawn(join(oracles, name), args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.pipe(createWriteStream(join(folder, `${name}.log`)));
    return child;
  };
  const etcd = run('etcd', [
    '--unsafe-no-fsync',
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=default=http://127.0.0.1:${peer}`,
  ]);
  const server = run('kube-apiserver', [
    `--etcd-servers=http://127.0.0.1:${client}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${secure}`,
    `--cert-dir=${join(folder, 'cert')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    `--service-account-key-file=${join(folder, 'accounts.key')}`,
    `--service-account-signing-key-file=${join(folder, 'accounts.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
  ]);
  const url = `https://127.0.0.1:${secure}`;
  const get = getter(url, token);
  for (const began = Date.now(); ;) {
    if (server.exitCode !== null) throw new Error(`kube-apiserver ended, see ${folder}/kube-apiserver.log`);
    const answer = await get('/readyz').catch(() => undefined);
    if (answer?.status === 200) break;
    if (Date.now() - began > 120_000) throw new Error('kube-apiserver does not become ready');
    await new Promise((later) => setTimeout(later, 100));
  }
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'real', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'real', user: { token } }],
      contexts: [{ name: 'real', context: { cluster: 'real', user: 'real' } }],
      'current-context': 'real',
    }),
  );
  return {
    kubeconfig,
    runsPods: false,
    get,
    async stop() {
      server.kill('SIGTERM');
      const patience = setTimeout(() => server.kill('SIGKILL'), 5_000);
      await ended(server);
      clearTimeout(patience);
      etcd.kill('SIGTERM');
      await ended(etcd);
    },
  };
}

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

function getter(base, token) {
  const url = new URL(base);
  const agent =
    url.protocol === 'https:'
      ? new https.Agent({ keepAlive: true, rejectUnauthorized: false })
      : new http.Agent({ keepAlive: true });
  const { request } = url.protocol === 'https:' ? https : http;
  return (path, method = 'GET', body) =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          host: url.hostname,
          port: url.port,
          path,
          method,
          agent,
          headers: {
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(body === undefined ? {} : { 'content-type': 'application/merge-patch+json' }),
          },
        },
        (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
}

/** What a cluster holds of releases: the objects that Helm marked, by name, and the records, unpacked. */
export function readStored(server) {
  let kinds;
  return async () => {
    kinds ??= await listable(server.get);
    const found = new Map();
    await Promise.all(
      kinds.map(async ({ path, apiVersion, kind }) => {
        const { status, text } = await server.get(path);
        if (status !== 200) return;
        for (const item of JSON.parse(text).items ?? []) {
          const annotations = item.metadata.annotations ?? {};
          const isOwned = 'meta.helm.sh/release-name' in annotations || 'helm.sh/hook' in annotations;
          // What waits for its finalizers is on its way out, sooner or later.
          if (!isOwned || item.metadata.deletionTimestamp !== undefined) continue;
          const name = `${kind}.${apiVersion}/${item.metadata.namespace ?? ''}/${item.metadata.name}`;
          found.set(name, { apiVersion, kind, ...item });
        }
      }),
    );
    return found;
  };
}

const unlistened = new Set(['events', 'pods', 'replicasets', 'endpoints', 'endpointslices', 'leases']);

async function listable(get) {
  const json = async (path) => JSON.parse((await get(path)).text);
  const { groups } = await json('/apis');
  const versions = [
    { base: '/api/v1', apiVersion: 'v1' },
    ...groups.map((group) => ({
      base: `/apis/${group.preferredVersion.groupVersion}`,
      apiVersion: group.preferredVersion.groupVersion,
    })),
  ];
  const lists = await Promise.all(
    versions.map(async ({ base, apiVersion }) =>
      ((await json(base)).resources ?? [])
        .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list') && !unlistened.has(name))
        .map(({ name, kind }) => ({ path: `${base}/${name}`, apiVersion, kind })),
    ),
  );
  return lists.flat();
}

/** The records of a namespace by the names of their Secrets. */
export async function readRecords(server, namespace) {
  const { gunzipSync } = await import('node:zlib');
  const { text } = await server.get(`/api/v1/namespaces/${namespace}/secrets?labelSelector=owner%3Dhelm`);
  const records = new Map();
  for (const { metadata, type, data } of JSON.parse(text).items ?? []) {
    const packed = Buffer.from(Buffer.from(data.release, 'base64').toString(), 'base64');
    const { createdAt: _c, modifiedAt: _m, ...labels } = metadata.labels;
    records.set(metadata.name, { type, labels, release: JSON.parse(gunzipSync(packed).toString()) });
  }
  return records;
}

export function logTail(folder, name) {
  const file = join(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(-5).join('\n') : '';
}
