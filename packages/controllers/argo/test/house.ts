import { emitter, ok, problem, silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import type { Application, KubeObject, KubeRequest, ObjectKey, Operation, Snapshot } from '@plumbline/api';
import { connect } from '@plumbline/kube';
import type { Cluster } from '@plumbline/kube';
import { startLocalKube } from '@plumbline/localkube';
import { createRenderCache } from '@plumbline/render';
import type { GitSources } from '@plumbline/sources';
import { memoryTree } from '@plumbline/testkit';
import { createQueue } from '../../runtime/index.ts';
import type { WorkQueue } from '../../runtime/index.ts';
import { createArgoController, installDefinitions, trackingIndex } from '../index.ts';
import type { ArgoController } from '../index.ts';

const REPOSITORY = 'https://git.example.com/mono.git';
const SERVER = 'https://kubernetes.default.svc';

type Files = Readonly<Record<string, string>>;

/** The embedded API in process, sources in memory and the controller on top, as a small installation. */
export interface House {
  readonly cluster: Cluster;
  readonly controller: ArgoController;
  readonly queue: WorkQueue;
  /** `METHOD kind` of each request that the cluster has got since the last look. */
  requests(): readonly string[];
  renders(): number;
  /** A new commit; `announce` is what a webhook does. */
  commit(files: Files, options?: { readonly announce?: boolean }): string;
  apply(name: string, more?: ApplicationMore): Promise<void>;
  operate(name: string, operation: Operation): Promise<void>;
  /** An empty one where there is none. */
  application(name: string): Application;
  exists(name: string): boolean;
  object(kind: string, name: string): KubeObject | undefined;
  /** Resolves when it holds; told by the watches. */
  until(what: string, holds: () => boolean): Promise<void>;
  /** After so many further writes nothing gets through any more, as if the process were killed, until it is restarted. */
  cutAfter(writes: number): void;
  /** A second controller on the same cluster, after this one has been stopped. */
  restart(): Promise<House>;
  stop(): Promise<void>;
}

interface ApplicationMore {
  readonly path?: string;
  readonly automated?: NonNullable<NonNullable<Application['spec']['syncPolicy']>['automated']>;
  readonly finalizers?: readonly string[];
}

interface Ground {
  readonly cluster: Cluster;
  readonly log: string[];
  readonly line: { writes: number };
  readonly world: { files: Files; revision: string; count: number; readonly old: Map<string, Files> };
  readonly moves: ReturnType<typeof emitter<string>>;
  close(): Promise<void>;
}

export async function openHouse(files: Files): Promise<House> {
  const kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: true,
    pods: 'none',
  });
  const log: string[] = [];
  const line = { writes: Infinity };
  const note = ({ method, path }: KubeRequest): void => {
    const [place = ''] = path.split('?');
    const parts = place.split('/').filter((part) => part !== '');
    const at = parts.indexOf('namespaces');
    const kind =
      at >= 0 && parts.length > at + 2 ? parts[at + 2] : (parts[parts[0] === 'api' ? 2 : 3] ?? place);
    log.push(`${method} ${kind}${path.includes('dryRun=All') ? ' dry' : ''}`);
  };
  const cluster = connect({
    transport: {
      ...kube.transport,
      request: (request) => {
        note(request);
        if (request.method !== 'GET' && line.writes-- <= 0)
          return Promise.reject(new Error('the line is cut'));
        return kube.transport.request(request);
      },
    },
    name: 'in-cluster',
    server: SERVER,
    clock: systemClock,
    logger: silentLogger,
    index: trackingIndex,
  });
  await installDefinitions(cluster);
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } });
  const world = { files, revision: revisionOf(1), count: 1, old: new Map([[revisionOf(1), files]]) };
  const close = async (): Promise<void> => {
    await cluster.close();
    await kube.stop();
  };
  return furnish({ cluster, log, line, world, moves: emitter<string>(), close });
}

function revisionOf(count: number): string {
  return count.toString(16).padStart(40, '0');
}

async function furnish(ground: Ground): Promise<House> {
  const { cluster, log, line, world, moves } = ground;
  line.writes = Infinity;
  const cache = createRenderCache();
  const snapshots = new Map<string, Snapshot>();
  const sources: GitSources = {
    async resolve(source, wanted) {
      const revision = world.old.has(wanted)
        ? wanted
        : wanted === 'HEAD' || wanted === 'main'
          ? world.revision
          : undefined;
      if (revision === undefined) {
        return {
          ok: false,
          error: problem('revision-unknown', `unable to resolve '${wanted}' to a commit SHA`),
        };
      }
      let snapshot = snapshots.get(revision);
      if (snapshot === undefined) {
        const tree = memoryTree(world.old.get(revision) ?? {});
        snapshot = { source, revision, tree, verification: { state: 'unchecked' } };
        snapshots.set(revision, snapshot);
      }
      return ok(snapshot);
    },
    revision: async () => undefined,
    blame: async () => undefined,
    notify: (repoURL) => moves.emit(repoURL),
    notifyLocal: () => {},
    listen: (listener) => moves.listen(listener),
    counts: () => ({ fetches: 0, foldersRead: 0, revisionsResolved: 0 }),
    close: () => {},
  };
  const queue = createQueue({ clock: systemClock, logger: silentLogger });
  const controller = createArgoController({
    cluster,
    sources,
    renderCache: cache,
    queue,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    namespace: 'argocd',
    settings: { pollMs: 0 },
  });
  await controller.start();
  const key = (kind: string, name: string): ObjectKey => ({ group: '', kind, namespace: 'n', name });
  const ref = (name: string) =>
    ({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name }) as const;
  return {
    cluster,
    controller,
    queue,
    requests: () => log.splice(0),
    renders: () => cache.counts().renders,
    commit(files, options) {
      world.count += 1;
      world.revision = revisionOf(world.count);
      world.files = Object.fromEntries(
        Object.entries({ ...world.files, ...files }).filter(([, text]) => text !== ''),
      );
      world.old.set(world.revision, world.files);
      if (options?.announce !== false) sources.notify(REPOSITORY);
      return world.revision;
    },
    async apply(name, { path = name, automated, finalizers } = {}) {
      await cluster.create({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name, namespace: 'argocd', ...(finalizers === undefined ? {} : { finalizers }) },
        spec: {
          project: 'default',
          source: { repoURL: REPOSITORY, path, targetRevision: 'main' },
          destination: { server: SERVER, namespace: 'n' },
          ...(automated === undefined ? {} : { syncPolicy: { automated } }),
        },
      });
    },
    async operate(name, operation) {
      await cluster.patch(ref(name), 'application/merge-patch+json', { operation }, { fieldManager: 'test' });
    },
    application: (name) => (cluster.live.get(ref(name)) ?? {}) as Application,
    exists: (name) => cluster.live.get(ref(name)) !== undefined,
    object: (kind, name) => cluster.live.get(key(kind, name)),
    until(what, holds) {
      if (holds()) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const late = systemClock.after(10_000, () => {
          cancel();
          reject(new Error(`did not happen: ${what}`));
        });
        const cancel = cluster.live.listen(() => {
          if (!holds()) return;
          late();
          cancel();
          resolve();
        });
      });
    },
    cutAfter(writes) {
      line.writes = writes;
    },
    restart: () => furnish(ground),
    async stop() {
      await controller.stop();
      await ground.close();
    },
  };
}

export function configMap(name: string, value: string, annotations: Files = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    data: { k: value },
  });
}
