import { createHash } from 'node:crypto';
import { silentLogger, virtualClock } from '@plumbline/base';
import type { Random, VirtualClock } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { startPods } from '../pods/index.ts';
import type { SimulatedPods } from '../pods/index.ts';
import type { Access } from '../registry/types.ts';
import { startLocalKube } from '../start.ts';
import { startControllers } from './index.ts';

/** A server in process with controllers and, unless told otherwise, pods, all on a clock that a test moves. */
export interface TestCluster {
  readonly access: Access;
  readonly clock: VirtualClock;
  readonly pods: SimulatedPods | undefined;
  /** Creates objects as a user would. */
  apply(...objects: readonly unknown[]): void;
  get(group: string, kind: string, name: string, namespace?: string): KubeObject | undefined;
  list(group: string, kind: string, namespace?: string): readonly KubeObject[];
  /** Lets time pass and all due work happen. */
  pass(ms: number): void;
}

/** The same bytes in every run. */
function seededRandom(seed = 'test'): Random {
  let count = 0;
  const bytes = (length: number): Uint8Array => {
    const parts: Buffer[] = [];
    for (let have = 0; have < length; have += 32)
      parts.push(createHash('sha256').update(`${seed}/${count++}`).digest());
    return Buffer.concat(parts).subarray(0, length);
  };
  return {
    bytes,
    uuid() {
      const hex = Buffer.from(bytes(16)).toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
  };
}

export async function startTestCluster(options: { readonly pods?: boolean } = {}): Promise<TestCluster> {
  const clock = virtualClock();
  const random = seededRandom();
  const simulated = options.pods !== false;
  const server = await startLocalKube({
    clock,
    random,
    logger: silentLogger,
    controllers: false,
    pods: 'none',
  });
  const { access } = server;
  const ports = { access, clock, random, logger: silentLogger };
  startControllers({ ...ports, simulated });
  const pods = simulated ? startPods(ports) : undefined;
  clock.advance(0);
  return {
    access,
    clock,
    pods,
    apply(...objects) {
      for (const object of objects) access.create(object as KubeObject, 'user');
    },
    get: (group, kind, name, namespace = 'default') => access.get(group, kind, namespace, name),
    list: (group, kind, namespace = 'default') => Array.from(access.list(group, kind, namespace)),
    pass: (ms) => clock.advance(ms),
  };
}

/** A Deployment (or another workload) with one container. */
export function workload(
  apiVersion: string,
  kind: string,
  name: string,
  spec: Record<string, unknown> = {},
  annotations?: Record<string, string>,
): unknown {
  const { template, ...rest } = spec;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, ...(annotations === undefined ? {} : { annotations }) },
        spec: {
          containers: [{ name: 'main', image: 'example.org/app:1' }],
          ...(template as Record<string, unknown>),
        },
      },
      ...rest,
    },
  };
}
