import { silentLogger, steadyRandom, virtualClock } from '@plumbline/base';
import type { VirtualClock } from '@plumbline/base';
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

export async function startTestCluster(options: { readonly pods?: boolean } = {}): Promise<TestCluster> {
  const clock = virtualClock();
  const random = steadyRandom();
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
