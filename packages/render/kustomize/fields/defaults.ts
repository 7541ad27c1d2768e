import type { FieldSpec, NameBackReferences, TransformerConfig } from '../types.ts';
import { referenceTable } from './references.table.ts';
import { variableTable } from './variables.table.ts';

/** A field in short: `path`, or `path@kind`, `path@group/kind`, `path@group/version/kind` (`v1` alone is a version). */
function fieldSpec(text: string, create: boolean): FieldSpec {
  const [path = '', gvk = ''] = text.split('@');
  const parts = gvk.split('/');
  const kind = parts.pop() ?? '';
  const [first = '', second = ''] = parts;
  const versionOnly = /^v\d+$/.test(first) && second === '';
  return {
    group: versionOnly ? '' : first.replace('%2F', '/'),
    version: versionOnly ? first : second,
    kind,
    path,
    create,
  };
}

function all(create: boolean, texts: readonly string[]): FieldSpec[] {
  return texts.map((text) => fieldSpec(text, create));
}

/** Where workloads keep the metadata of their pods. */
function templatePaths(field: 'labels' | 'annotations'): string[] {
  // Upstream restricts StatefulSets to their group for labels but not for annotations.
  const statefulSet = field === 'labels' ? 'apps/StatefulSet' : 'StatefulSet';
  return [
    ...['v1/ReplicationController', 'Deployment', 'ReplicaSet', 'DaemonSet', statefulSet, 'batch/Job'].map(
      (kind) => `spec/template/metadata/${field}@${kind}`,
    ),
    `spec/jobTemplate/metadata/${field}@batch/CronJob`,
    `spec/jobTemplate/spec/template/metadata/${field}@batch/CronJob`,
  ];
}

const metadataLabels = all(true, ['metadata/labels', ...templatePaths('labels')]);

const volumeClaimTemplateLabels = all(true, ['spec/volumeClaimTemplates[]/metadata/labels@apps/StatefulSet']);

/** Label selectors in the pods of a kind. */
function podSelectors(kind: string): string[] {
  const terms = ['podAffinity', 'podAntiAffinity'].flatMap((affinity) => [
    `affinity/${affinity}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm`,
    `affinity/${affinity}/requiredDuringSchedulingIgnoredDuringExecution`,
  ]);
  return [...terms, 'topologySpreadConstraints'].map(
    (term) => `spec/template/spec/${term}/labelSelector/matchLabels@${kind}`,
  );
}

const selectors: FieldSpec[] = [
  ...all(true, [
    'spec/selector@v1/Service',
    'spec/selector@v1/ReplicationController',
    'spec/selector/matchLabels@Deployment',
  ]),
  ...all(false, podSelectors('apps/Deployment')),
  ...all(true, [
    'spec/selector/matchLabels@ReplicaSet',
    'spec/selector/matchLabels@DaemonSet',
    'spec/selector/matchLabels@apps/StatefulSet',
  ]),
  ...all(false, podSelectors('apps/StatefulSet')),
  ...all(false, [
    'spec/selector/matchLabels@batch/Job',
    'spec/jobTemplate/spec/selector/matchLabels@batch/CronJob',
    'spec/selector/matchLabels@policy/PodDisruptionBudget',
    'spec/podSelector/matchLabels@networking.k8s.io/NetworkPolicy',
    'spec/ingress/from/podSelector/matchLabels@networking.k8s.io/NetworkPolicy',
    'spec/egress/to/podSelector/matchLabels@networking.k8s.io/NetworkPolicy',
  ]),
];

const images = ['spec', 'spec/template/spec'].flatMap((pod) => [
  `${pod}/containers[]/image`,
  `${pod}/initContainers[]/image`,
  `${pod}/volumes[]/image/reference`,
]);

function nameReferences(): NameBackReferences[] {
  return Object.entries(referenceTable).map(([referred, fields]) => {
    const { group, version, kind } = fieldSpec(`@${referred}`, false);
    return { group, version, kind, fieldSpecs: all(false, fields) };
  });
}

/** Which fields the transformers look at if nobody configures anything. */
export const defaultConfig: TransformerConfig = Object.freeze({
  namePrefix: all(false, ['metadata/name']),
  nameSuffix: all(false, ['metadata/name']),
  namespace: [
    fieldSpec('metadata/name@Namespace', true),
    fieldSpec('spec/service/namespace@apiregistration.k8s.io/APIService', true),
    fieldSpec(
      'spec/conversion/webhook/clientConfig/service/namespace@apiextensions.k8s.io/CustomResourceDefinition',
      false,
    ),
  ],
  commonLabels: [...selectors, ...metadataLabels, ...volumeClaimTemplateLabels],
  labels: [],
  templateLabels: metadataLabels,
  volumeClaimTemplateLabels,
  commonAnnotations: all(true, ['metadata/annotations', ...templatePaths('annotations')]),
  nameReference: nameReferences(),
  varReference: all(false, variableTable),
  images: all(true, images),
  replicas: all(
    true,
    ['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map(
      (kind) => `spec/replicas@${kind}`,
    ),
  ),
});
