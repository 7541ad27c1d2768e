import type { KubeObject } from '@plumbline/api';
import { record, records, stringMap, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import type { ControllerContext } from '../runtime/context.ts';
import { MANAGER, controllerReference, specOf } from '../runtime/objects.ts';
import { podFromTemplate } from '../runtime/pods.ts';
import { REVISION_HASH, templateOf } from '../runtime/revisions.ts';

/** The ordinal in a pod's name; -1 if it is none of this set's names. */
export function ordinalOf(set: KubeObject, pod: KubeObject): number {
  const prefix = `${set.metadata.name}-`;
  const suffix = pod.metadata.name.startsWith(prefix) ? pod.metadata.name.slice(prefix.length) : '';
  return /^\d+$/.test(suffix) ? Number(suffix) : -1;
}

const claimName = (set: KubeObject, claim: Fields, ordinal: number): string =>
  `${text(record(claim['metadata'])['name'])}-${set.metadata.name}-${ordinal}`;

/** The pod of an ordinal in the template of a revision. */
export function statefulPod(set: KubeObject, revision: KubeObject, ordinal: number): KubeObject {
  const template = templateOf(revision);
  const spec = record(template['spec']);
  const name = `${set.metadata.name}-${ordinal}`;
  const claims = records(specOf(set)['volumeClaimTemplates']);
  const mine = new Set(claims.map((claim) => text(record(claim['metadata'])['name'])));
  const volumes = [
    ...records(spec['volumes']).filter((volume) => !mine.has(text(volume['name']))),
    ...claims.map((claim) => ({
      name: record(claim['metadata'])['name'],
      persistentVolumeClaim: { claimName: claimName(set, claim, ordinal) },
    })),
  ];
  const service = text(specOf(set)['serviceName']);
  const labels = {
    ...stringMap(record(template['metadata'])['labels']),
    'apps.kubernetes.io/pod-index': String(ordinal),
    [REVISION_HASH]: revision.metadata.name,
    'statefulset.kubernetes.io/pod-name': name,
  };
  const placed = {
    ...template,
    spec: {
      ...spec,
      hostname: name,
      ...(service === '' ? {} : { subdomain: service }),
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  };
  return podFromTemplate(set, placed, { name, labels });
}

/** Makes the claims that the pod of an ordinal mounts. */
export function ensureClaims(context: ControllerContext, set: KubeObject, ordinal: number): void {
  const namespace = set.metadata.namespace ?? '';
  const retention = record(specOf(set)['persistentVolumeClaimRetentionPolicy']);
  for (const claim of records(specOf(set)['volumeClaimTemplates'])) {
    const name = claimName(set, claim, ordinal);
    if (context.access.get('', 'PersistentVolumeClaim', namespace, name) !== undefined) continue;
    const metadata = record(claim['metadata']);
    const selector = stringMap(record(specOf(set)['selector'])['matchLabels']);
    const { controller: _c, ...owner } = controllerReference(set);
    const created = context.access.create(
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name,
          namespace,
          labels: { ...stringMap(metadata['labels']), ...selector },
          ...(metadata['annotations'] === undefined
            ? {}
            : { annotations: stringMap(metadata['annotations']) }),
          ...(retention['whenDeleted'] === 'Delete'
            ? { ownerReferences: [{ ...owner, blockOwnerDeletion: true }] }
            : {}),
        },
        spec: claim['spec'],
      },
      MANAGER,
    );
    const message = `create Claim ${created.metadata.name} Pod ${set.metadata.name}-${ordinal} in StatefulSet ${set.metadata.name} success`;
    context.recorder('statefulset-controller').event(set, 'Normal', 'SuccessfulCreate', message);
  }
}

/** Deletes the claims of an ordinal that was scaled away, where the set says so. */
export function dropClaims(context: ControllerContext, set: KubeObject, ordinal: number): void {
  if (record(specOf(set)['persistentVolumeClaimRetentionPolicy'])['whenScaled'] !== 'Delete') return;
  const namespace = set.metadata.namespace ?? '';
  for (const claim of records(specOf(set)['volumeClaimTemplates'])) {
    const name = claimName(set, claim, ordinal);
    if (context.access.get('', 'PersistentVolumeClaim', namespace, name) !== undefined) {
      context.access.delete('', 'PersistentVolumeClaim', namespace, name);
    }
  }
}
