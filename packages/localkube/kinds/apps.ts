import type { KubeObject } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import type { Draft, KindHooks } from '../registry/types.ts';
import {
  validateDaemonSet,
  validateDeployment,
  validateReplicaSet,
  validateReplicationController,
  validateStatefulSet,
} from './apps-validation.ts';
import { ageColumn, column, containersColumn, imagesColumn, nameColumn, orNone } from './columns.ts';
import type { Fields } from './fields.ts';
import {
  child,
  fill,
  fillZero,
  integer,
  invalid,
  isAbsent,
  nonNegative,
  record,
  records,
  required,
  stringMap,
  text,
} from './fields.ts';
import { defaultPodTemplate, labelsOfTemplate } from './pod-defaults.ts';
import { workloadWarnings } from './pod-warnings.ts';
import { formatSelector } from './selectors.ts';
import { claimWarnings } from './storage-warnings.ts';

const status = (object: KubeObject): Fields => record(object['status']);
const spec = (object: KubeObject): Fields => record(object['spec']);
const count = (field: string) => (object: KubeObject) => integer(status(object)[field]);
const number = { type: 'integer' } as const;
const selectorColumn = column('Selector', (o) => formatSelector(spec(o)['selector']), { wide: true });

export const deploymentHooks: KindHooks = {
  generation: true,
  status: true,
  default(draft) {
    const part = child(draft, 'spec');
    fill(part, 'replicas', 1);
    const strategy = child(part, 'strategy');
    fillZero(strategy, 'type', 'RollingUpdate');
    if (strategy['type'] === 'RollingUpdate') {
      const rolling = child(strategy, 'rollingUpdate');
      fill(rolling, 'maxUnavailable', '25%');
      fill(rolling, 'maxSurge', '25%');
    }
    fill(part, 'revisionHistoryLimit', 10);
    fill(part, 'progressDeadlineSeconds', 600);
    defaultPodTemplate(child(part, 'template'));
    fill(draft, 'status', {});
  },
  // Alone among the workloads it keeps its labels from writers of its status.
  resetForStatus(draft, live) {
    if (live.metadata.labels === undefined) delete draft.metadata['labels'];
    else draft.metadata['labels'] = live.metadata.labels;
  },
  validate: validateDeployment,
  warnings: (object, previous) => workloadWarnings(object, previous, true),
  columns: [
    nameColumn,
    column('Ready', (o) => `${integer(status(o)['readyReplicas'])}/${integer(spec(o)['replicas'])}`),
    column('Up-to-date', count('updatedReplicas')),
    column('Available', count('availableReplicas')),
    ageColumn,
    containersColumn,
    imagesColumn,
    selectorColumn,
  ],
};

export const replicaSetHooks: KindHooks = {
  generation: true,
  status: true,
  default(draft) {
    const part = child(draft, 'spec');
    fill(part, 'replicas', 1);
    defaultPodTemplate(child(part, 'template'));
    fill(child(draft, 'status'), 'replicas', 0);
  },
  validate: validateReplicaSet,
  warnings: (object, previous) => workloadWarnings(object, previous, true),
  columns: [
    nameColumn,
    column('Desired', (o) => integer(spec(o)['replicas']), number),
    column('Current', count('replicas'), number),
    column('Ready', count('readyReplicas'), number),
    ageColumn,
    containersColumn,
    imagesColumn,
    selectorColumn,
  ],
};

export const replicationControllerHooks: KindHooks = {
  generation: true,
  status: true,
  default(draft) {
    const part = child(draft, 'spec');
    fill(part, 'replicas', 1);
    if (!isAbsent(part['template'])) {
      const template = child(part, 'template');
      defaultPodTemplate(template);
      const labels = record(template['metadata'])['labels'];
      if (!isAbsent(labels)) {
        fill(part, 'selector', { ...stringMap(labels) });
        fill(draft.metadata, 'labels', { ...stringMap(labels) });
      }
    }
    fill(child(draft, 'status'), 'replicas', 0);
  },
  fillOnRead: labelsOfTemplate,
  validate: validateReplicationController,
  warnings: (object, previous) => workloadWarnings(object, previous, true),
  columns: [
    nameColumn,
    column('Desired', (o) => integer(spec(o)['replicas']), number),
    column('Current', count('replicas'), number),
    column('Ready', count('readyReplicas'), number),
    ageColumn,
    containersColumn,
    imagesColumn,
    column('Selector', (o) => formatSelector({ matchLabels: spec(o)['selector'] }), { wide: true }),
  ],
  selectableFields: { 'status.replicas': (object) => String(integer(status(object)['replicas'])) },
};

/** Counts the templates of a daemon set, as its oldest version did in a field. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

export const daemonSetHooks: KindHooks = {
  generation: true,
  status: true,
  prepareForCreate(draft) {
    child(draft.metadata, 'annotations')[TEMPLATE_GENERATION] = '1';
  },

  prepareForUpdate(draft, previous) {
    const before = Number(previous.metadata.annotations?.[TEMPLATE_GENERATION] ?? 1) || 1;
    const same = equalData(record(draft['spec'])['template'], spec(previous)['template']);
    draft.metadata['annotations'] = {
      ...stringMap(draft.metadata['annotations']),
      [TEMPLATE_GENERATION]: String(same ? before : before + 1),
    };
  },
  default(draft) {
    const annotations = draft.metadata['annotations'];
    if (isAbsent(annotations) || !Object.isFrozen(annotations))
      // Upstream reads its absence as a nought, which is another value than what was there.
      fill(child(draft.metadata, 'annotations'), TEMPLATE_GENERATION, '0');
    const part = child(draft, 'spec');
    const strategy = child(part, 'updateStrategy');
    fillZero(strategy, 'type', 'RollingUpdate');
    if (strategy['type'] === 'RollingUpdate') {
      const rolling = child(strategy, 'rollingUpdate');
      fill(rolling, 'maxUnavailable', 1);
      fill(rolling, 'maxSurge', 0);
    }
    fill(part, 'revisionHistoryLimit', 10);
    defaultPodTemplate(child(part, 'template'));
    const counts = child(draft, 'status');
    for (const field of [
      'currentNumberScheduled',
      'numberMisscheduled',
      'desiredNumberScheduled',
      'numberReady',
    ]) {
      fill(counts, field, 0);
    }
  },
  validate: validateDaemonSet,
  warnings: (object, previous) => workloadWarnings(object, previous, false),
  columns: [
    nameColumn,
    column('Desired', count('desiredNumberScheduled'), number),
    column('Current', count('currentNumberScheduled'), number),
    column('Ready', count('numberReady'), number),
    column('Up-to-date', count('updatedNumberScheduled'), number),
    column('Available', count('numberAvailable'), number),
    column('Node Selector', nodeSelector),
    ageColumn,
    containersColumn,
    imagesColumn,
    selectorColumn,
  ],
};

function nodeSelector(object: KubeObject): string {
  const selector = record(record(spec(object)['template'])['spec'])['nodeSelector'];
  return orNone(formatSelector({ matchLabels: selector }));
}

/** A field behind a switch that is off upstream. */
function withoutUnavailable(draft: Draft, previous: KubeObject | undefined): void {
  const rollingOf = (object: unknown): Fields =>
    record(record(record(record(object)['spec'])['updateStrategy'])['rollingUpdate']);
  if (!isAbsent(rollingOf(previous)['maxUnavailable'])) return;
  const rolling = rollingOf(draft);
  if ('maxUnavailable' in rolling) delete rolling['maxUnavailable'];
}

export const statefulSetHooks: KindHooks = {
  generation: true,
  status: true,
  default: defaultStatefulSet,
  prepareForCreate: (draft) => withoutUnavailable(draft, undefined),
  prepareForUpdate: withoutUnavailable,
  validate: validateStatefulSet,
  warnings: statefulWarnings,
  columns: [
    nameColumn,
    column('Ready', (o) => `${integer(status(o)['readyReplicas'])}/${integer(spec(o)['replicas'])}`),
    ageColumn,
    containersColumn,
    imagesColumn,
  ],
};

function statefulWarnings(object: KubeObject, previous: KubeObject | undefined): readonly string[] {
  const claims = records(spec(object)['volumeClaimTemplates']).flatMap((claim, index) =>
    claimWarnings(claim, `spec.volumeClaimTemplates[${index}]`),
  );
  const history = integer(spec(object)['revisionHistoryLimit']);
  return [
    ...workloadWarnings(object, previous, false),
    ...(previous === undefined || spec(object) !== spec(previous) ? claims : []),
    ...(history < 0
      ? [
          'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
        ]
      : []),
  ];
}

function defaultStatefulSet(draft: Draft): void {
  const part = child(draft, 'spec');
  fillZero(part, 'podManagementPolicy', 'OrderedReady');
  const strategy = child(part, 'updateStrategy');
  if (!text(strategy['type'])) {
    strategy['type'] = 'RollingUpdate';
    child(strategy, 'rollingUpdate');
  }
  if (strategy['type'] === 'RollingUpdate' && !isAbsent(strategy['rollingUpdate'])) {
    fill(child(strategy, 'rollingUpdate'), 'partition', 0);
  }
  const retention = child(part, 'persistentVolumeClaimRetentionPolicy');
  fillZero(retention, 'whenDeleted', 'Retain');
  fillZero(retention, 'whenScaled', 'Retain');
  fill(part, 'replicas', 1);
  fill(part, 'revisionHistoryLimit', 10);
  // serviceName is written even when it is empty.
  fill(part, 'serviceName', '');
  defaultPodTemplate(child(part, 'template'));
  for (const claim of records(part['volumeClaimTemplates'])) {
    // Whatever a client says, these are claims.
    if (!Object.isFrozen(claim)) Object.assign(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
    child(claim, 'metadata');
    fill(child(claim, 'spec'), 'volumeMode', 'Filesystem');
    fillZero(child(claim, 'status'), 'phase', 'Pending');
  }
  const counts = child(draft, 'status');
  fill(counts, 'replicas', 0);
  fill(counts, 'availableReplicas', 0);
}

export const controllerRevisionHooks: KindHooks = {
  validate(object, previous) {
    const errors = nonNegative('revision', object['revision']);
    const { data } = object;
    if (previous === undefined && isAbsent(data)) errors.push(required('data', 'data is mandatory'));
    else if (previous === undefined && (typeof data !== 'object' || Array.isArray(data)))
      errors.push(required('data', 'data must be a valid JSON object'));
    if (previous !== undefined && !equalData(data, previous['data']))
      errors.push(invalid('data', data ?? null, 'field is immutable'));
    return errors;
  },
  columns: [
    nameColumn,
    column('Controller', (o) => {
      const owner = o.metadata.ownerReferences?.find((reference) => reference.controller === true);
      return owner === undefined ? '<none>' : `${ownerResource(owner.apiVersion, owner.kind)}/${owner.name}`;
    }),
    column('Revision', (o) => integer(o['revision'])),
    ageColumn,
  ],
};

function ownerResource(apiVersion: string, kind: string): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.slice(0, apiVersion.indexOf('/'))}` : '';
  return `${kind.toLowerCase()}${group}`;
}
