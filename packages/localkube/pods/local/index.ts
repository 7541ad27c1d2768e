import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Logger } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { isAbsent, records, strings, text } from '../../kinds/fields.ts';
import { createRecorder } from '../../controllers/runtime/recorder.ts';
import { keyOf, specOf, statusOf } from '../../controllers/runtime/objects.ts';
import { createWorkLoop } from '../../controllers/runtime/work-loop.ts';
import type { Access } from '../../registry/types.ts';
import type { PodStreams } from '../../streams/types.ts';
import { createAddresses } from '../addresses.ts';
import { NODE, NODE_IP } from '../node.ts';
import { scenarioOf } from '../scenario.ts';
import { openPodsFolder } from './folder.ts';
import { makeMemoryWatch } from './memory.ts';
import { startPodRun } from './pod-run.ts';
import { endMarked } from './process.ts';
import { namesIn, removeStrangers } from './record-file.ts';
import { makeSweeper } from './sweeper.ts';
import { streamsOf } from './streams.ts';
import type { ApiAddress, LocalWorld, PodRun } from './types.ts';
import type { IssueToken } from './volumes.ts';

export type { ApiAddress } from './types.ts';
export type { IssueToken } from './volumes.ts';

export interface LocalRuntimeOptions {
  readonly access: Access;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A temporary one where left out. */
  readonly folder?: string;
  readonly hostPaths: readonly string[];
  readonly issueToken: IssueToken;
  readonly api: () => ApiAddress | undefined;
}

/** Runs pods as processes of this machine. */
export interface LocalRuntime {
  /** Whether this pod is run; others are only played. */
  runs(pod: KubeObject): boolean;
  /** A pod that is bound to the node, or has changed, or is on its way out. */
  sync(pod: KubeObject): void;
  /** The pod's object is gone. */
  forget(namespace: string, name: string): void;
  /** The ways into a pod; undefined for pods that are not run. */
  streams(pod: KubeObject): PodStreams | undefined;
  /** Ends all processes. What the API says stays, and the pods go on when this program is back. */
  stop(): Promise<void>;
}

/** The first address of a pod; the machine itself and its load balancers have lower ones. */
const network = '127.8';
/** How long processes have when this program is stopped, whatever their pods say. */
const stopMsMax = 5_000;

/** Starts the runtime: what an earlier run has left behind is ended first. */
export function startLocalRuntime(options: LocalRuntimeOptions): LocalRuntime {
  const { access, clock, logger } = options;
  const opened = openPodsFolder(options.folder);
  const folder = opened.path;
  if (opened.orphans > 0) logger.warn('ended processes of an earlier run', { count: opened.orphans });
  const live = new Set(Array.from(access.list('', 'Pod'), (pod) => pod.metadata.uid ?? ''));
  removeStrangers(folder, (uid) => live.has(uid));
  const addresses = createAddresses(network);
  for (const pod of access.list('', 'Pod')) addresses.hold(keyOf(pod), text(statusOf(pod)['podIP']));
  // Only Linux answers on every loopback address.
  const shared = process.platform !== 'linux';
  const runs = new Map<string, PodRun>();
  const memory = makeMemoryWatch(clock, () => runs.values());
  const world: LocalWorld = {
    ...options,
    folder,
    sweeper: makeSweeper(clock),
    memory,
    soon: (uid) => queue.add(uid),
    recorder: createRecorder(access, clock, 'kubelet', NODE),
    addressOf: (pod) =>
      shared || specOf(pod)['hostNetwork'] === true ? NODE_IP : addresses.take(keyOf(pod)),
  };
  const byUid = new Map<string, PodRun>();
  const loop = createWorkLoop(clock, logger);
  const queue = loop.queue('local-pods', (uid) => byUid.get(uid)?.step());
  let stopped = false;

  const cancels = (['ConfigMap', 'Secret'] as const).map((kind) =>
    access.subscribe('', kind, ({ object }) => {
      for (const run of runs.values())
        if (
          run.pod.metadata.namespace === object.metadata.namespace &&
          names(run.pod, kind, object.metadata.name)
        )
          run.sourceChanged();
    }),
  );
  cancels.push(
    access.subscribe('', 'PersistentVolume', ({ type, object }) => {
      if (type === 'deleted')
        rmSync(join(folder, 'claims', object.metadata.uid ?? ''), { recursive: true, force: true });
    }),
  );
  const volumes = new Set(
    Array.from(access.list('', 'PersistentVolume'), ({ metadata }) => metadata.uid ?? ''),
  );
  for (const name of namesIn(join(folder, 'claims')))
    if (!volumes.has(name)) rmSync(join(folder, 'claims', name), { recursive: true, force: true });

  return {
    runs(pod) {
      if (scenarioOf(pod) !== 'normal' || isToldToPlay(pod)) return false;
      return records(specOf(pod)['containers']).some((container) => strings(container['command']).length > 0);
    },
    sync(pod) {
      if (stopped) return;
      const key = keyOf(pod);
      let run = runs.get(key);
      if (run !== undefined && run.uid !== pod.metadata.uid) {
        void run.forget();
        byUid.delete(run.uid);
        run = undefined;
      }
      if (run === undefined) {
        run = startPodRun(world, pod);
        runs.set(key, run);
        byUid.set(run.uid, run);
      }
      run.sync(pod);
    },
    forget(namespace, name) {
      const key = `${namespace}/${name}`;
      const run = runs.get(key);
      void run?.forget();
      byUid.delete(run?.uid ?? '');
      runs.delete(key);
      addresses.free(key);
    },
    streams(pod) {
      const run = runs.get(keyOf(pod));
      return run === undefined || run.uid !== pod.metadata.uid ? undefined : streamsOf(run, clock);
    },
    async stop() {
      stopped = true;
      for (const cancel of cancels) cancel();
      memory.stop();
      loop.stop();
      await Promise.all(
        Array.from(runs.values(), (run) => {
          const grace = specOf(run.pod)['terminationGracePeriodSeconds'];
          return run.abandon(Math.min(stopMsMax, typeof grace === 'number' ? grace * 1000 : stopMsMax));
        }),
      );
      endMarked(new Set(Array.from(runs.values(), ({ uid }) => uid)));
      opened.close();
    },
  };
}

function isToldToPlay(pod: KubeObject): boolean {
  const { annotations, labels } = pod.metadata;
  return !isAbsent(annotations?.['plumbline.dev/simulate'] ?? labels?.['plumbline.dev/simulate']);
}

/** Whether a pod is made of this ConfigMap or Secret. */
function names(pod: KubeObject, kind: 'ConfigMap' | 'Secret', name: string): boolean {
  const spec = specOf(pod);
  const fields =
    kind === 'ConfigMap'
      ? ['configMap', 'configMapRef', 'configMapKeyRef']
      : ['secret', 'secretRef', 'secretKeyRef'];
  const search = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some(search);
    if (value === null || typeof value !== 'object') return false;
    return Object.entries(value).some(([field, part]) => {
      if (fields.includes(field) && part !== null && typeof part === 'object') {
        const { name: one, secretName } = part as { readonly name?: unknown; readonly secretName?: unknown };
        if (one === name || secretName === name) return true;
      }
      return search(part);
    });
  };
  return [spec['volumes'], spec['containers'], spec['initContainers']].some(search);
}
