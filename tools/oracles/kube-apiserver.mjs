// kube-apiserver on an etcd of its own, on loopback, for whatever compares with it or measures beside it. Nothing of it is
// waited for: each caller asks `/readyz` with the client that it uses anyway.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { root } from '../lib/install.mjs';

export const oracles = join(root, '.cache/oracles/bin');
const patienceMs = 5_000;

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

/** Asks a process to end; one that does not is ended. */
export async function endChild(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await gone;
  clearTimeout(patience);
}

/** Starts both; the token is that of an admin in `system:masters`. `extra`: further arguments of kube-apiserver. */
export async function spawnApiServer(folder, extra = []) {
  mkdirSync(folder, { recursive: true });
  const [client, peer, port] = await freePorts(3);
  const token = randomBytes(16).toString('hex');
  writeFileSync(join(folder, 'tokens.csv'), `${token},plumbline-admin,,"system:masters"\n`);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = join(folder, 'accounts.key');
  writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const run = (name, args) => {
    const child = spawn(join(oracles, name), args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.pipe(createWriteStream(join(folder, `${name}.log`)));
    return child;
  };
  const etcd = run('etcd', [
    '--unsafe-no-fsync',
    `--data-dir=${join(folder, `etcd-${token}`)}`,
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
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, 'cert')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    ...extra,
  ]);
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    token,
    server,
    etcd,
    log: join(folder, 'kube-apiserver.log'),
    async stop() {
      await endChild(server);
      await endChild(etcd);
    },
  };
}

/** Nothing holds requests back: for runs that send many at once. */
export const unlimited = [
  '--enable-priority-and-fairness=false',
  '--max-requests-inflight=0',
  '--max-mutating-requests-inflight=0',
];
