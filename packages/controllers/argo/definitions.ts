import type { Cancel, Clock } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Cluster } from '@plumbline/kube';

/** A server takes a moment to serve the kinds of a definition; what comes after it in a sync is mostly of these kinds. */
const SERVED_MS = 3_000;
const LOOK_MS = 50;

export function isDefinition(object: KubeObject): boolean {
  return object.kind === 'CustomResourceDefinition' && object.apiVersion.startsWith('apiextensions.k8s.io/');
}

function established(definition: KubeObject): boolean {
  const status = definition['status'] as
    | { conditions?: readonly { type: string; status: string }[] }
    | undefined;
  return (
    status?.conditions?.some(({ type, status: state }) => type === 'Established' && state === 'True') ?? false
  );
}

/** Resolves when the server serves a definition's kind, or after Argo CD's three seconds. */
export async function waitServed(cluster: Cluster, definition: KubeObject, clock: Clock): Promise<void> {
  const end = clock.now() + SERVED_MS;
  await heard(cluster, definition, clock);
  const spec = definition['spec'] as { group?: string; names?: { kind?: string } } | undefined;
  const kind = { group: spec?.group ?? '', kind: spec?.names?.kind ?? '' };
  while ((await cluster.resource(kind)) === undefined && clock.now() < end) {
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
}

async function heard(cluster: Cluster, definition: KubeObject, clock: Clock): Promise<void> {
  const { name } = definition.metadata;
  const key = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition', namespace: '', name };
  if (established(definition)) return;
  const known = cluster.live.get(key);
  if (known !== undefined && established(known)) return;
  await new Promise<void>((resolve) => {
    const cancels: Cancel[] = [];
    const end = (): void => {
      for (const cancel of cancels) cancel();
      resolve();
    };
    cancels.push(clock.after(SERVED_MS, end));
    cancels.push(
      cluster.live.listen(({ object }) => {
        if (isDefinition(object) && object.metadata.name === name && established(object)) end();
      }),
    );
  });
}
