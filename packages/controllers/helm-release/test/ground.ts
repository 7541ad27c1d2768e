import { silentLogger } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import type { KubeObject } from '@plumbline/api';
import { connect } from '@plumbline/kube';
import type { Cluster } from '@plumbline/kube';
import { toGo } from '@plumbline/languages';
import type { GoMap } from '@plumbline/languages';
import { startLocalKube } from '@plumbline/localkube';
import { createReleaseRenderer } from '@plumbline/render';
import type { LoadedChart } from '@plumbline/render';
import { memoryTree } from '@plumbline/testkit';
import { createHelmActions } from '../index.ts';
import type { HelmActions, HelmScope } from '../index.ts';

/** An embedded Kubernetes with simulated pods, and actions on it. */
export interface Ground {
  readonly cluster: Cluster;
  readonly logs: string[];
  actions(profile: 3 | 4, scope?: Partial<HelmScope>): HelmActions;
  object(kind: string, name: string, namespace?: string): Promise<KubeObject | undefined>;
  names(kind: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

const groups: Readonly<Record<string, { readonly group: string; readonly version: string }>> = {
  Deployment: { group: 'apps', version: 'v1' },
  Job: { group: 'batch', version: 'v1' },
  CustomResourceDefinition: { group: 'apiextensions.k8s.io', version: 'v1' },
  Widget: { group: 'example.com', version: 'v1' },
};

export async function openGround(): Promise<Ground> {
  const kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: true,
    pods: 'simulated',
  });
  const cluster = connect({
    transport: kube.transport,
    name: 'in-cluster',
    server: 'https://kubernetes.default.svc',
    clock: systemClock,
    logger: silentLogger,
  });
  const logs: string[] = [];
  const renderer = createReleaseRenderer({ clock: systemClock, random: systemRandom });
  const gvk = (kind: string) => ({ ...(groups[kind] ?? { group: '', version: 'v1' }), kind });
  return {
    cluster,
    logs,
    actions: (profile, scope = {}) =>
      createHelmActions(
        {
          cluster,
          transport: kube.transport,
          clock: systemClock,
          logger: silentLogger,
          renderer,
          hookOutput: (text) => void logs.push(text),
        },
        { namespace: 'default', profile, ...scope },
      ),
    object: (kind, name, namespace = 'default') =>
      cluster.get({ ...gvk(kind), name, ...(kind === 'Namespace' ? {} : { namespace }) }),
    async names(kind) {
      const { items } = await cluster.list(gvk(kind), { namespace: 'default' });
      return items.map(({ metadata }) => metadata.name).toSorted();
    },
    async close() {
      await cluster.close();
      await kube.stop();
    },
  };
}

/** A chart from a table of files below its root; `Chart.yaml` is there by itself. */
export async function chartOf(
  files: Readonly<Record<string, string>>,
  profile: 3 | 4 = 3,
): Promise<LoadedChart> {
  const renderer = createReleaseRenderer({ clock: systemClock, random: systemRandom });
  const tree = memoryTree({
    'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "2.1"\n',
    ...files,
  });
  const loaded = await renderer.load({ tree, path: '' }, profile);
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.value;
}

export function values(data: unknown = {}): GoMap {
  const map = toGo(data);
  if (!(map instanceof Map)) throw new Error('values are a table');
  return map;
}

/** The value of a result; a failure fails the test with its words. */
export function good<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.message}${result.error.hint ?? ''}`);
  return result.value;
}

/** The words of a failure. */
export function bad<T>(result: Result<T>): string {
  if (result.ok) throw new Error('this should have failed');
  return result.error.message;
}
