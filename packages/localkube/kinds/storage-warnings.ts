import type { KubeObject } from '@plumbline/api';
import type { Fields } from './fields.ts';
import { isAbsent, record, records, stringMap, text } from './fields.ts';
import { claimSpecWarnings, oldNodeLabel } from './pod-warnings.ts';

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
  const here = at === '' ? '' : `${at}.`;
  return [...classWarnings(claim, at), ...claimSpecWarnings(record(claim['spec']), `${here}spec`)];
}

export function volumeWarnings(object: KubeObject): readonly string[] {
  const spec = record(object['spec']);
  const recycled = spec['persistentVolumeReclaimPolicy'] === 'Recycle';
  return [
    ...classWarnings(object as Fields, ''),
    ...(recycled
      ? [
          'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : []),
    ...nodeWarnings(spec),
    ...OLD_SOURCES.filter(([kind]) => !isAbsent(spec[kind])).map(([, text]) => `spec.${text}`),
  ];
}

function nodeWarnings(spec: Fields): readonly string[] {
  const terms = records(record(record(spec['nodeAffinity'])['required'])['nodeSelectorTerms']);
  return terms.flatMap((term, index) =>
    records(term['matchExpressions']).flatMap((expression, n) => {
      const key = text(expression['key']);
      const why = oldNodeLabel(key);
      const at = `spec.nodeAffinity.required.nodeSelectorTerms[${index}].matchExpressions[${n}].key`;
      return why === undefined ? [] : [`${at}: ${key} is ${why}`];
    }),
  );
}

const OLD_SOURCES: readonly (readonly [string, string])[] = [
  ['cephfs', 'cephfs: deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO: deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS: deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs: deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd: deprecated in v1.28, non-functional in v1.31+'],
];

export function storageClassWarnings(object: KubeObject): readonly string[] {
  return records(object['allowedTopologies']).flatMap((term, index) =>
    records(term['matchLabelExpressions']).flatMap((expression, n) => {
      const why = oldNodeLabel(text(expression['key']));
      return why === undefined ? [] : [`allowedTopologies[${index}].matchLabelExpressions[${n}].key: ${why}`];
    }),
  );
}
