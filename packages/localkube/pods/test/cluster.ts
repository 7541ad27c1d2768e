import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import type { KubeObject } from '@plumbline/api';
import { record, records, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import { statusOf } from '../../controllers/runtime/objects.ts';
import { startLocalKube } from '../../start.ts';
import type { LocalKube, LocalKubeOptions } from '../../types.ts';

/** A server whose pods run as processes, in folders of its own. */
export interface LocalCluster {
  readonly kube: LocalKube;
  readonly folder: string;
  apply(...objects: readonly unknown[]): void;
  get(group: string, kind: string, name: string): KubeObject | undefined;
  /** Resolves with the object when it looks as wanted. */
  until(
    group: string,
    kind: string,
    name: string,
    seen: (object: KubeObject) => boolean,
  ): Promise<KubeObject>;
  /** Resolves with a container's status when it looks as wanted. */
  container(pod: string, seen: (status: Fields) => boolean, name?: string): Promise<Fields>;
  gone(group: string, kind: string, name: string): Promise<void>;
  log(pod: string, query?: string): Promise<string>;
  stop(): Promise<void>;
}

/** Long enough for a machine with much else to do; nobody waits for it where all is well. */
const patienceMs = 45_000;

export async function startLocalCluster(
  options: Partial<LocalKubeOptions> & { readonly folder?: string } = {},
): Promise<LocalCluster> {
  const { folder: given, ...rest } = options;
  const folder = given ?? mkdtempSync(join(tmpdir(), 'plumbline-pods-test-'));
  const kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: true,
    pods: 'local',
    localPods: { folder: join(folder, 'pods') },
    ...rest,
  });
  const { access } = kube;
  const when = <T>(group: string, kind: string, name: string, look: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const done = (value: T | undefined, error?: Error): void => {
        cancel();
        clearTimeout(timer);
        if (error === undefined) resolve(value as T);
        else reject(error);
      };
      const timer = setTimeout(() => {
        const last = access.get(group, kind, 'default', name);
        done(undefined, new Error(`not seen: ${kind} ${name}, last ${JSON.stringify(last?.['status'])}`));
      }, patienceMs);
      const cancel = access.subscribe(group, kind, () => {
        const value = look();
        if (value !== undefined) done(value);
      });
      const value = look();
      if (value !== undefined) done(value);
    });
  const get = (group: string, kind: string, name: string) => access.get(group, kind, 'default', name);
  const until: LocalCluster['until'] = (group, kind, name, seen) =>
    when(group, kind, name, () => {
      const object = get(group, kind, name);
      return object !== undefined && seen(object) ? object : undefined;
    });
  return {
    kube,
    folder,
    get,
    until,
    apply(...objects) {
      for (const object of objects) access.create(object as KubeObject, 'user');
    },
    async container(pod, seen, name = 'main') {
      const find = (object: KubeObject): Fields | undefined =>
        ['containerStatuses', 'initContainerStatuses']
          .flatMap((field) => records(statusOf(object)[field]))
          .find((one) => one['name'] === name);
      const object = await until('', 'Pod', pod, (one) => {
        const status = find(one);
        return status !== undefined && seen(status);
      });
      return find(object)!;
    },
    gone: async (group, kind, name) => {
      await when(group, kind, name, () => (get(group, kind, name) === undefined ? true : undefined));
    },
    async log(pod, query = '') {
      const path = `/api/v1/namespaces/default/pods/${pod}/log${query}`;
      const parts: Uint8Array[] = [];
      for await (const part of await kube.transport.stream({ method: 'GET', path })) parts.push(part);
      return Buffer.concat(parts).toString();
    },
    async stop() {
      await kube.stop();
      if (given === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface PodFields {
  readonly [field: string]: unknown;
  readonly container?: Fields;
}

/** A pod with one container that runs a script; `container` and the other fields add to it. */
export function scriptPod(name: string, script: string, { container, ...spec }: PodFields = {}): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 2,
      containers: [{ name: 'main', image: 'example.org/app:1', command: ['sh', '-c', script], ...container }],
      ...spec,
    },
  };
}

export const phase = (pod: KubeObject): string => text(statusOf(pod)['phase']);
export const ended = (pod: KubeObject): boolean => ['Succeeded', 'Failed'].includes(phase(pod));
export const terminated = (status: Fields): Fields => record(record(status['state'])['terminated']);
export const isReady = (pod: KubeObject): boolean =>
  records(statusOf(pod)['conditions']).some((one) => one['type'] === 'Ready' && one['status'] === 'True');
