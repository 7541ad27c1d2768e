import { argoDefinitions } from '@plumbline/api';
import type { KubeObject, ObjectKey } from '@plumbline/api';
import type { Cluster } from '@plumbline/kube';
import { APPLICATION_MANAGER } from './names.ts';
import { defaultProject } from './project.ts';

const DEFINITION = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
} as const;

function established(definition: KubeObject | undefined): boolean {
  const status = definition?.['status'] as
    | { conditions?: readonly { type: string; status: string }[] }
    | undefined;
  return (
    status?.conditions?.some(({ type, status: state }) => type === 'Established' && state === 'True') ?? false
  );
}

/** Resolves when the server serves a definition's kind; it is told by the watch. */
async function waitEstablished(cluster: Cluster, name: string): Promise<void> {
  const key: ObjectKey = { group: DEFINITION.group, kind: DEFINITION.kind, namespace: '', name };
  if (established(cluster.live.get(key))) return;
  await new Promise<void>((resolve) => {
    const cancel = cluster.live.listen(({ object }) => {
      if (object.kind !== DEFINITION.kind || object.metadata.name !== name || !established(object)) return;
      cancel();
      resolve();
    });
  });
}

async function ensure(cluster: Cluster, object: KubeObject, version: string, group: string): Promise<void> {
  const { name, namespace } = object.metadata;
  const ref = { group, version, kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }) };
  if ((await cluster.get(ref)) !== undefined) return;
  await cluster.patch(ref, 'application/apply-patch+yaml', object, {
    fieldManager: APPLICATION_MANAGER,
    force: true,
  });
}

/**
 * Makes a cluster ready: the definitions that are missing (present ones are left as they are: they may be Argo CD's own,
 * and newer), the control plane's namespace, and the project `default`, which permits everything.
 */
export async function installDefinitions(
  cluster: Cluster,
  options: { readonly namespace?: string } = {},
): Promise<void> {
  const namespace = options.namespace ?? 'argocd';
  await cluster.live.require([DEFINITION]);
  for (const definition of argoDefinitions()) {
    await ensure(cluster, definition, DEFINITION.version, DEFINITION.group);
  }
  for (const { metadata } of argoDefinitions()) await waitEstablished(cluster, metadata.name);
  await ensure(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, 'v1', '');
  await ensure(cluster, defaultProject(namespace), 'v1alpha1', 'argoproj.io');
}
