import { numberAt, recordAt, recordsAt, textAt } from '@plumbline/base';
import type { KubeObject, ResourceNode } from '@plumbline/api';

type Info = NonNullable<ResourceNode['info']>;

/** What the tree says of an object beside its health, under the names that Argo CD's API uses. */
export function factsOf(object: KubeObject): Info {
  if (object.kind === 'Pod' && object.apiVersion === 'v1') return podFacts(object);
  const revision = object.metadata.annotations?.['deployment.kubernetes.io/revision'];
  return object.kind === 'ReplicaSet' && revision !== undefined
    ? [{ name: 'Revision', value: `Rev:${revision}` }]
    : [];
}

/** The status as kubectl's column has it, as far as containers tell, and how many of them are ready. */
function podFacts(pod: KubeObject): Info {
  const status = recordAt(pod, 'status');
  const containers = recordsAt(status, 'containerStatuses');
  const restarts = containers.reduce((sum, container) => sum + numberAt(container, 'restartCount'), 0);
  const reasons = containers.map((container) => {
    const state = recordAt(container, 'state');
    return textAt(recordAt(state, 'waiting'), 'reason') || textAt(recordAt(state, 'terminated'), 'reason');
  });
  const reason =
    pod.metadata.deletionTimestamp !== undefined
      ? 'Terminating'
      : reasons.find((text) => text !== '') || textAt(status, 'reason') || textAt(status, 'phase');
  const ready = containers.filter((container) => container['ready'] === true).length;
  return [
    ...(reason === '' ? [] : [{ name: 'Status Reason', value: reason }]),
    { name: 'Containers', value: `${ready}/${recordsAt(recordAt(pod, 'spec'), 'containers').length}` },
    ...(restarts > 0 ? [{ name: 'Restart Count', value: String(restarts) }] : []),
  ];
}
