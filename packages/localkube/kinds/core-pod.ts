import type { KubeObject } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import type { FieldError, KindHooks } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { child, fill, forbidden, integer, invalid, isAbsent, list, record, records, text } from './fields.ts';
import { admitPod, admitTolerations } from './pod-admission.ts';
import { nameWarnings, templateWarnings } from './pod-warnings.ts';
import { podColumns } from './pod-columns.ts';
import { defaultPod, defaultPodTemplate } from './pod-defaults.ts';
import { validatePodCreate, validatePodSpec, validatePodTemplate } from './pod-validation.ts';

const spec = (object: KubeObject): Fields => record(object['spec']);
const status = (object: KubeObject): Fields => record(object['status']);

export const podHooks: KindHooks = {
  generation: true,
  status: true,
  default: defaultPod,
  prepareForCreate: admitPod,
  prepareForUpdate(draft, previous) {
    const changed = child(draft, 'spec');
    const before = spec(previous);
    // Clients that know only one of the two names of the account keep the other one.
    if (!isAbsent(before['serviceAccount'])) fill(changed, 'serviceAccount', before['serviceAccount']);
    if (!Object.isFrozen(changed)) admitTolerations(changed);
  },
  // A status that does not say the quality of service keeps the one that was worked out.
  prepareStatus(draft, previous) {
    const before = status(previous)['qosClass'];
    if (!isAbsent(before)) fill(child(draft, 'status'), 'qosClass', before);
  },
  validate(object, previous) {
    if (previous === undefined) return [...seccompAnnotations(object), ...validatePodCreate(spec(object))];
    return validatePodUpdate(object, previous);
  },
  warnings: (object, previous) => [
    ...(previous === undefined ? nameWarnings(object, "the Pod's hostname") : []),
    ...(previous !== undefined && object['spec'] === previous['spec']
      ? []
      : templateWarnings(object as Fields, '')),
  ],
  columns: podColumns,
  selectableFields: {
    'spec.nodeName': (object) => text(spec(object)['nodeName']),
    'spec.restartPolicy': (object) => text(spec(object)['restartPolicy']),
    'spec.schedulerName': (object) => text(spec(object)['schedulerName']),
    'spec.serviceAccountName': (object) => text(spec(object)['serviceAccountName']),
    'spec.hostNetwork': (object) => String(spec(object)['hostNetwork'] === true),
    'status.phase': (object) => text(status(object)['phase']),
    'status.podIP': (object) => text(status(object)['podIP']),
    'status.podIPs': (object) =>
      records(status(object)['podIPs'])
        .map((ip) => text(ip['ip']))
        .join(','),
    'status.nominatedNodeName': (object) => text(status(object)['nominatedNodeName']),
  },
  gracePeriod(object) {
    // A pod that no kubelet has seen, or that has ended, needs no time to stop.
    const phase = text(status(object)['phase']);
    if (text(spec(object)['nodeName']) === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
    return integer(spec(object)['terminationGracePeriodSeconds'], 30);
  },
};

const SECCOMP = /^(container\.)?seccomp\.security\.alpha\.kubernetes\.io\//;

/** The profile was said by annotations once; whoever still does must say it right. */
function seccompAnnotations(object: KubeObject): FieldError[] {
  return Object.entries(object.metadata.annotations ?? {}).flatMap(([key, value]) =>
    !SECCOMP.test(key) ||
    ['runtime/default', 'docker/default', 'unconfined'].includes(value) ||
    /^localhost\/./.test(value)
      ? []
      : [invalid(`metadata.annotations.${key}`, value, 'must be a valid seccomp profile')],
  );
}

const MAY_CHANGE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
  '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function validatePodUpdate(object: KubeObject, previous: KubeObject): FieldError[] {
  const after = spec(object);
  const before = spec(previous);
  if (after === before || equalData(after, before)) return validateStatusUpdate(object, previous);
  const errors = validatePodSpec(after, 'spec');
  for (const field of ['containers', 'initContainers']) {
    if (records(after[field]).length !== records(before[field]).length) {
      return [...errors, forbidden(`spec.${field}`, `pod updates may not add or remove containers`)];
    }
  }
  errors.push(...validateEphemeral(after, before));
  const now = after['activeDeadlineSeconds'];
  const then = before['activeDeadlineSeconds'];
  if (typeof then === 'number') {
    if (typeof now !== 'number') {
      errors.push(
        invalid('spec.activeDeadlineSeconds', now, 'must not update from a positive integer to nil value'),
      );
    } else if (now > then) {
      errors.push(invalid('spec.activeDeadlineSeconds', now, 'must be less than or equal to previous value'));
    }
  }
  if (!keepsTolerations(after, before))
    errors.push(
      forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'),
    );
  if (!equalData(changeless(after, before), changeless(before, before)))
    errors.push(forbidden('spec', MAY_CHANGE));
  return errors;
}

/** Tolerations may be added, and those that end may get another time. */
function keepsTolerations(after: Fields, before: Fields): boolean {
  const timeless = (one: Fields): Fields =>
    one['effect'] === 'NoExecute' ? { ...one, tolerationSeconds: undefined } : one;
  const now = records(after['tolerations']).map(timeless);
  return records(before['tolerations'])
    .map(timeless)
    .every((earlier) => now.some((one) => equalData(one, earlier)));
}

/** Ephemeral containers come and stay as they came; some fields make no sense for them. */
function validateEphemeral(after: Fields, before: Fields): FieldError[] {
  const field = 'spec.ephemeralContainers';
  const errors: FieldError[] = [];
  const now = records(after['ephemeralContainers']);
  for (const earlier of records(before['ephemeralContainers'])) {
    const kept = now.find((one) => one['name'] === earlier['name']);
    const name = text(earlier['name']);
    if (kept === undefined)
      errors.push(forbidden(field, `existing ephemeral containers "${name}" may not be removed`));
    else if (!equalData(kept, earlier))
      errors.push(forbidden(field, `existing ephemeral containers "${name}" may not be changed`));
  }
  for (const [index, one] of now.entries()) {
    for (const part of ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle']) {
      if (!isAbsent(one[part]))
        errors.push(forbidden(`${field}[${index}].${part}`, 'cannot be set for an Ephemeral Container'));
    }
  }
  return errors;
}

function validateStatusUpdate(object: KubeObject, previous: KubeObject): FieldError[] {
  const after = status(object);
  const before = status(previous);
  if (after === before || after['qosClass'] === before['qosClass']) return [];
  if (isAbsent(after['qosClass']) || isAbsent(before['qosClass'])) return [];
  return [invalid('status.qosClass', after['qosClass'], 'field is immutable')];
}

/** The spec without what an update may change. Binding to a node, once, is such a change too. */
function changeless(part: Fields, before: Fields): Fields {
  const withoutImages = (field: string): readonly Fields[] =>
    records(part[field]).map((container) => ({ ...container, image: '', resources: {} }));
  const bound = text(before['nodeName']) === '' ? '' : text(part['nodeName']);
  const gates = list(part['schedulingGates']).length > 0 ? [] : undefined;
  return {
    ...part,
    containers: withoutImages('containers'),
    initContainers: withoutImages('initContainers'),
    ephemeralContainers: undefined,
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    terminationGracePeriodSeconds: undefined,
    schedulingGates: gates === undefined ? undefined : [],
    nodeName: bound,
  };
}

export const podTemplateHooks: KindHooks = {
  generation: true,
  default: (draft) => defaultPodTemplate(child(draft, 'template')),
  validate: (object) => validatePodTemplate(record(object['template']), 'template'),
  warnings: (object) => templateWarnings(record(object['template']), 'template'),
};
