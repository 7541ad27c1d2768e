import type { KubeObject } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import type { FieldError, KindHooks } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  child,
  fill,
  forbidden,
  inRange,
  integer,
  invalid,
  isAbsent,
  list,
  record,
  records,
  required,
  text,
} from './fields.ts';
import { admitPod, admitTolerations } from './pod-admission.ts';
import { nameWarnings, templateWarnings } from './pod-warnings.ts';
import { podColumns } from './pod-columns.ts';
import { localDescendingPath } from './environment-validation.ts';
import { validateTolerations } from './pod-scheduling-validation.ts';
import { defaultPod, defaultPodTemplate } from './pod-defaults.ts';
import {
  paddedImage,
  validatePodCreate,
  validatePodItself,
  validatePodSpec,
  validatePodTemplate,
} from './pod-validation.ts';

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
  validate(object, previous, context) {
    if (previous === undefined)
      return [...podAnnotations(object), ...validatePodCreate(spec(object), object.metadata.name)];
    return validatePodUpdate(object, previous, context.subresource ?? '');
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
const MIRROR = 'kubernetes.io/config.mirror';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const costMax = 2 ** 31;

/** What annotations of a pod mean to the server. */
function podAnnotations(object: KubeObject): FieldError[] {
  const at = 'metadata.annotations';
  const annotations = object.metadata.annotations ?? {};
  const errors: FieldError[] = [];
  const mirror = annotations[MIRROR];
  if (mirror !== undefined && text(spec(object)['nodeName']) === '') {
    const detail = 'must set spec.nodeName if mirror pod annotation is set';
    errors.push(invalid(`${at}[${MIRROR}]`, mirror, detail));
  }
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isCost(cost))
    errors.push(invalid(`${at}[${DELETION_COST}]`, cost, 'must be a 32bit integer'));
  return [...errors, ...seccompAnnotations(object)];
}

/** A number without a plus or nought in front, small enough. */
function isCost(text: string): boolean {
  return /^(0|-?[1-9]\d*)$/.test(text) && Number(text) >= -costMax && Number(text) < costMax;
}

/** The profile was said by annotations once; whoever still does must say it right. */
function seccompAnnotations(object: KubeObject): FieldError[] {
  return Object.entries(object.metadata.annotations ?? {}).flatMap(([key, value]) => {
    if (!SECCOMP.test(key) || ['runtime/default', 'docker/default', 'unconfined'].includes(value)) return [];
    const at = `metadata.annotations.${key}`;
    if (value.startsWith('localhost/')) return localDescendingPath(at, value.slice('localhost/'.length));
    return [invalid(at, value, 'must be a valid seccomp profile')];
  });
}

const MAY_CHANGE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
  '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function validatePodUpdate(object: KubeObject, previous: KubeObject, subresource: string): FieldError[] {
  const after = spec(object);
  const before = spec(previous);
  if (after === before || equalData(after, before)) return validateStatusUpdate(object, previous);
  const errors = [
    ...podAnnotations(object),
    ...validatePodSpec(after, 'spec', object.metadata.name),
    ...validatePodItself(after),
  ];
  if (subresource === 'ephemeralcontainers') return [...errors, ...validateEphemeralChange(after, before)];
  for (const field of ['containers', 'initContainers']) {
    const containers = records(after[field]);
    if (containers.length !== records(before[field]).length)
      return [...errors, forbidden(`spec.${field}`, `pod updates may not add or remove containers`)];
    // Upstream looks at images once more here.
    for (const [index, container] of containers.entries()) {
      const image = `spec.${field}[${index}].image`;
      if (text(container['image']) === '') errors.push(required(image));
      errors.push(...paddedImage(container, image));
    }
  }
  const now = after['activeDeadlineSeconds'];
  const then = before['activeDeadlineSeconds'];
  const field = 'spec.activeDeadlineSeconds';
  if (typeof now === 'number') {
    if (now < 0 || now > 2147483647) return [...errors, ...inRange(field, now, 0, 2147483647)];
    if (typeof then === 'number' && then < now)
      return [...errors, invalid(field, now, 'must be less than or equal to previous value')];
  } else if (typeof then === 'number') {
    errors.push(invalid(field, now, 'must not update from a positive integer to nil value'));
  }
  if (keepsTolerations(after, before))
    errors.push(...validateTolerations(records(after['tolerations']), 'spec.tolerations'));
  else
    errors.push(
      forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'),
    );
  const resized = subresource === 'resize';
  if (!equalData(changeless(after, before, resized), changeless(before, before, resized)))
    errors.push(forbidden('spec', MAY_CHANGE));
  return errors;
}

/** Tolerations may be added, and those that are there may get another time. */
function keepsTolerations(after: Fields, before: Fields): boolean {
  const timeless = (one: Fields): Fields => ({ ...one, tolerationSeconds: undefined });
  const now = records(after['tolerations']).map(timeless);
  return records(before['tolerations'])
    .map(timeless)
    .every((earlier) => now.some((one) => equalData(one, earlier)));
}

/** Ephemeral containers come and stay as they came. */
function validateEphemeralChange(after: Fields, before: Fields): FieldError[] {
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
  return errors;
}

function validateStatusUpdate(object: KubeObject, previous: KubeObject): FieldError[] {
  const after = status(object);
  const before = status(previous);
  if (after === before || after['qosClass'] === before['qosClass']) return [];
  if (isAbsent(after['qosClass']) || isAbsent(before['qosClass'])) return [];
  return [invalid('status.qosClass', after['qosClass'], 'field is immutable')];
}

/** A negative time to stop may become the least one. */
function graceOf(part: Fields, before: Fields): unknown {
  const [now, then] = [part['terminationGracePeriodSeconds'], before['terminationGracePeriodSeconds']];
  return typeof then === 'number' && then < 0 && now === 1 ? then : now;
}

/** The spec without what an update may change. Binding to a node, once, is such a change too. */
function changeless(part: Fields, before: Fields, resized: boolean): Fields {
  const withoutImages = (field: string): readonly Fields[] =>
    records(part[field]).map((container) => ({ ...container, image: '', ...(resized && { resources: {} }) }));
  const bound = text(before['nodeName']) === '' ? '' : text(part['nodeName']);
  const gates = list(part['schedulingGates']).length > 0 ? [] : undefined;
  return {
    ...part,
    containers: withoutImages('containers'),
    initContainers: withoutImages('initContainers'),
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    terminationGracePeriodSeconds: graceOf(part, before),
    schedulingGates: gates === undefined ? undefined : [],
    nodeName: bound,
  };
}

export const podTemplateHooks: KindHooks = {
  generation: true,
  default: (draft) => defaultPodTemplate(child(draft, 'template')),
  validate: (object) => validatePodTemplate(record(object['template']), 'template'),
  // A template that stays is not spoken of again.
  warnings: (object, previous) =>
    previous !== undefined && equalData(object['template'], previous['template'])
      ? []
      : templateWarnings(record(object['template']), 'template'),
};
