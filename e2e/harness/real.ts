import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { oracles, spawnApiServer } from '../../tools/oracles/kube-apiserver.mjs';
import { plumbOf, program, waitForLine, type Endpoints, type Plumb } from './plumb.ts';

/** What `plumb serve` needs around it, and what stays when it ends and starts again on the same data. */
interface World {
  readonly kubeconfig: string;
  /** Plain addresses of the Kubernetes API and of the Git server. */
  readonly kubernetes: string;
  readonly git: string;
  /** Who is told of a push. */
  told: string | undefined;
}

const worlds = new Map<string, Promise<World>>();
const children: ChildProcess[] = [];
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** `plumb serve` on a kube-apiserver of its own, with kube-controller-manager and a Git server elsewhere that calls its webhook, as Git hosts do. */
export async function startOnReal(data: string): Promise<Plumb> {
  const known = worlds.get(data) ?? createWorld(data);
  worlds.set(data, known);
  const world = await known;
  const folder = join(data, 'serve');
  const flags = ['--kubeconfig', world.kubeconfig, '--data', folder, '--port', '0'];
  const child = spawn(process.execPath, [program, 'serve', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: data },
  });
  children.push(child);
  const output = await waitForLine(child, /ready: http\S+/);
  const endpoints = JSON.parse(readFileSync(join(folder, 'endpoints.json'), 'utf8')) as Endpoints;
  world.told = endpoints.api;
  const addresses = { ...endpoints, kubernetes: world.kubernetes, git: world.git };
  return plumbOf(child, { data, endpoints: addresses, output });
}

async function createWorld(data: string): Promise<World> {
  mkdirSync(data, { recursive: true });
  const [api, origin] = await Promise.all([spawnApiServer(join(data, 'apiserver')), startOrigin(data)]);
  children.push(api.server, api.etcd);
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const kubernetes = await listen(
    createServer((incoming, outgoing) => {
      const headers = { ...incoming.headers, authorization: `Bearer ${api.token}` };
      const { method, url: path } = incoming;
      const onward = httpsRequest(api.url + (path ?? ''), { method, agent, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
        answer.on('error', () => outgoing.destroy());
      });
      onward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => onward.destroy());
      incoming.pipe(onward);
    }),
  );
  while (!(await isReady(kubernetes))) await new Promise((later) => setTimeout(later, 100));
  const kubeconfig = join(data, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify(kubeconfigOf(api.url, api.token)), { mode: 0o600 });
  // Pruning waits for the garbage collector.
  const controllers = ['garbage-collector-controller', 'namespace-controller', 'serviceaccount-controller'];
  children.push(
    spawn(
      join(oracles, 'kube-controller-manager'),
      [
        `--kubeconfig=${kubeconfig}`,
        '--leader-elect=false',
        '--secure-port=0',
        `--controllers=${controllers.join(',')}`,
      ],
      { stdio: 'ignore' },
    ),
  );
  const base = new URL(origin.git);
  const world: World = { kubeconfig, kubernetes, git: '', told: undefined };
  const git = await listen(
    createServer((incoming, outgoing) => {
      const { method, headers, url: path } = incoming;
      const onward = httpRequest(base.origin + (path ?? ''), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
        answer.on('end', () => void tellOfPush(world, incoming, answer));
      });
      onward.on('error', () => outgoing.destroy());
      incoming.pipe(onward);
    }),
  );
  return Object.assign(world, { git: git + base.pathname.replace(/\/$/, '') });
}

async function startOrigin(data: string): Promise<Endpoints> {
  const folder = join(data, 'origin');
  mkdirSync(folder, { recursive: true });
  const child = spawn(process.execPath, [program, 'up', '--data', folder, '--port', '0', '--no-demo'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: folder },
  });
  children.push(child);
  await waitForLine(child, /ready: http\S+/);
  return JSON.parse(readFileSync(join(folder, 'endpoints.json'), 'utf8')) as Endpoints;
}

/** Gitea's words for it. */
async function tellOfPush(world: World, push: IncomingMessage, answer: IncomingMessage): Promise<void> {
  const [path = '', end] = (push.url ?? '').split(/(?=\/git-receive-pack$)/);
  if (push.method !== 'POST' || end === undefined || answer.statusCode !== 200 || world.told === undefined)
    return;
  const address = `http://${push.headers.host ?? ''}${path}`;
  await fetch(new URL('/api/webhook', world.told), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-gitea-event': 'push' },
    body: JSON.stringify({
      ref: 'refs/heads/main',
      repository: { html_url: address, clone_url: address, default_branch: 'main' },
    }),
  });
}

async function isReady(kubernetes: string): Promise<boolean> {
  try {
    const answers = await Promise.all(
      ['/readyz', '/api/v1/namespaces/default'].map((path) => fetch(kubernetes + path)),
    );
    return answers.every(({ ok }) => ok);
  } catch {
    return false;
  }
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.unref();
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

function kubeconfigOf(server: string, token: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'real',
    clusters: [{ name: 'real', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'admin' } }],
  };
}
