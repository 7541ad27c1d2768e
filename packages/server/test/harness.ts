import { err, ok, problem, silentLogger, virtualClock } from '@plumbline/base';
import type { VirtualClock } from '@plumbline/base';
import { systemRandom } from '@plumbline/base/node';
import type { Application, ApplicationViews, KubeObject, ResourceTree } from '@plumbline/api';
import { installDefinitions } from '@plumbline/controllers';
import { connect } from '@plumbline/kube';
import type { Cluster } from '@plumbline/kube';
import { startLocalKube } from '@plumbline/localkube';
import { createServer } from '../server.ts';
import type { Server, ServerOptions } from '../server.ts';

/** A server over an embedded cluster, as the product has it, but for the views, which a test makes up. */
export interface Harness {
  readonly clock: VirtualClock;
  readonly cluster: Cluster;
  readonly server: Server;
  readonly views: FakeViews;
  readonly pushed: (readonly string[])[];
  /** The administrator's token. */
  token: string;
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  application(name: string, more?: Partial<Application>): Promise<Application>;
  stop(): Promise<void>;
}

interface FakeViews extends ApplicationViews {
  nodes: ResourceTree['nodes'];
  changed(application: { readonly namespace: string; readonly name: string }): void;
}

/** The kind and the namespace of the tests' applications. */
export const APPLICATIONS = {
  group: 'argoproj.io',
  version: 'v1alpha1',
  kind: 'Application',
  namespace: 'argocd',
} as const;

/** Starts an embedded cluster with the definitions of Argo CD, and a server over it. */
export async function startHarness(more: Partial<ServerOptions> = {}): Promise<Harness> {
  const clock = virtualClock(Date.now());
  const ports = { clock, random: systemRandom, logger: silentLogger };
  const kube = await startLocalKube({ ...ports, controllers: false, pods: 'none' });
  const cluster = connect({
    ...ports,
    transport: kube.transport,
    name: 'in-cluster',
    server: 'https://kubernetes.default.svc',
  });
  await installDefinitions(cluster);
  const views = fakeViews();
  const pushed: (readonly string[])[] = [];
  const server = await createServer({
    ...ports,
    cluster,
    views,
    version: 'v0.0.0-test',
    onPush: (repoURLs) => void pushed.push(repoURLs),
    ...more,
  });
  const harness: Harness = {
    clock,
    cluster,
    server,
    views,
    pushed,
    token: await server.localToken(),
    call(method, path, body, headers = {}) {
      return server.fetch(
        new Request(`http://localhost:8080${path}`, {
          method,
          headers: {
            host: 'localhost:8080',
            ...(harness.token === '' ? {} : { authorization: `Bearer ${harness.token}` }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        }),
      );
    },
    async application(name, extra = {}) {
      const created = await cluster.create({ ...applicationNamed(name), ...extra } as KubeObject);
      await until(() => cluster.live.get({ ...APPLICATIONS, name }) !== undefined);
      return created as Application;
    },
    async stop() {
      server.close();
      await cluster.close();
      await kube.stop();
    },
  };
  return harness;
}

/** A plain application of this name. */
export function applicationNamed(name: string): Application {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: 'https://git.example/config.git', path: 'apps', targetRevision: 'main' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
    },
  };
}

/** Lets what happens elsewhere happen. */
export async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; !condition(); round++) {
    if (round > 2_000) throw new Error('this never came true');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function fakeViews(): FakeViews {
  const listeners = new Set<(application: { readonly namespace: string; readonly name: string }) => void>();
  const views: FakeViews = {
    nodes: [],
    changed(application) {
      for (const listener of listeners) listener(application);
    },
    tree: () => ({ nodes: views.nodes }),
    managed: () => [],
    plan: (_application, { prune }) => (prune ? { hash: 'h', waves: [] } : undefined),
    live: (_application, key) => (key.name === 'web' ? '{"kind":"Deployment"}' : undefined),
    revision: (_repoURL, revision) =>
      Promise.resolve(
        revision === 'abc'
          ? {
              revision,
              author: 'Ada',
              email: 'ada@example.org',
              date: '2026-01-01T00:00:00Z',
              message: 'Begin',
              tags: ['v1'],
            }
          : undefined,
      ),
    why: ({ metadata }, { kind, name, field }) =>
      Promise.resolve(
        name === 'web'
          ? ok({
              apiVersion: 'apps/v1',
              kind,
              namespace: 'default',
              name,
              pointer: `/${field}`,
              desired: 1,
              repoURL: `https://git.example/${metadata.name}.git`,
              revision: 'abc',
              steps: [],
              managers: [],
            })
          : err(problem('no-such-object', `the application has no ${kind} ${name}`)),
      ),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return views;
}

/** The JSON of the events of a stream, one by one. */
export async function* eventsOf(response: Response): AsyncGenerator<Record<string, unknown>> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    rest += decoder.decode(chunk, { stream: true });
    const events = rest.split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      if (event.startsWith('data: ')) yield JSON.parse(event.slice(6)) as Record<string, unknown>;
    }
  }
}
