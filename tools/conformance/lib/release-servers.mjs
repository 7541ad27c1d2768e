// A server for releases: `plumb cluster start`, or kube-apiserver on an etcd of its own, each with a kubeconfig.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { root } from '../../lib/install.mjs';
import { endChild, spawnApiServer } from '../../oracles/kube-apiserver.mjs';

/** The arguments of node that run our command: a build that is named, the usual build, or the sources. */
export function plumbCommand() {
  const bundle = process.env.PLUMB_PROGRAM ?? join(root, 'dist/plumb.cjs');
  return existsSync(bundle) ? [bundle] : ['--import', 'tsx', join(root, 'packages/cli/main.ts')];
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
    stop: () => endChild(child),
  };
}

/** kube-apiserver and etcd on loopback. There are no controllers, so nothing runs. */
export async function startReal(folder) {
  const { url, token, server, log, stop } = await spawnApiServer(folder, ['--allow-privileged=true']);
  const get = getter(url, token);
  for (const began = Date.now(); ;) {
    if (server.exitCode !== null) throw new Error(`kube-apiserver ended, see ${log}`);
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
    stop,
  };
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
