import type { KubeObject } from '@plumbline/api';
import type { Fields } from './fields.ts';
import { record, records, stringMap, text } from './fields.ts';
import { fraction, oldNodeLabel } from './pod-warnings.ts';

const OLD_CLASS = 'volume.beta.kubernetes.io/storage-class';

function classWarnings(part: Fields, at: string): readonly string[] {
  if (stringMap(record(part['metadata'])['annotations'])[OLD_CLASS] === undefined) return [];
  const here = at === '' ? '' : `${at}.`;
  return [
    `${here}metadata.annotations[${OLD_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`,
  ];
}

/** Warnings about a claim or a template of claims below `at`. */
export function claimWarnings(claim: Fields, at: string): readonly string[] {
  const why = fraction(record(record(record(claim['spec'])['resources'])['requests'])['storage']);
  const here = at === '' ? '' : `${at}.`;
  return [
    ...classWarnings(claim, at),
    ...(why === undefined ? [] : [`${here}spec.resources.requests[storage]: ${why}`]),
  ];
}

export function volumeWarnings(object: KubeObject): readonly string[] {
  const recycled = record(object['spec'])['persistentVolumeReclaimPolicy'] === 'Recycle';
  return [
    ...classWarnings(object as Fields, ''),
    ...(recycled
      ? [
          'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : []),
  ];
}

export function storageClassWarnings(object: KubeObject): readonly string[] {
  return records(object['allowedTopologies']).flatMap((term, index) =>
    records(term['matchLabelExpressions']).flatMap((expression, n) => {
      const why = oldNodeLabel(text(expression['key']));
      return why === undefined ? [] : [`allowedTopologies[${index}].matchLabelExpressions[${n}].key: ${why}`];
    }),
  );
}
