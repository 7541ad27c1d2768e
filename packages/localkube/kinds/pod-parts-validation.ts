import { definitionFor } from '@plumbline/api/schema';
import type { FieldError } from '../registry/types.ts';
import { validateContainer } from './container-validation.ts';
import type { PodNames } from './container-validation.ts';
import type { Fields } from './fields.ts';
import {
  duplicate,
  forbidden,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notFound,
  notSupported,
  record,
  records,
  required,
  text,
  tooMany,
} from './fields.ts';
import { goValue } from './go-value.ts';
import { shownField } from '../schema/index.ts';
import { dnsLabelStrict, dnsSubdomain } from './names.ts';

/** Parts of pods that few people write: containers for looking in, claims of devices, rules for starting anew. */

const notEphemeral = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
];

export function validateEphemeralContainers(spec: Fields, at: string, names: PodNames): FieldError[] {
  const containers = records(spec['ephemeralContainers']);
  if (containers.length === 0) return [];
  const others = new Set(
    [...records(spec['containers']), ...records(spec['initContainers'])].map((one) => text(one['name'])),
  );
  const taken = new Set(others);
  const detail = 'cannot be set for an Ephemeral Container';
  return containers.flatMap((container, index) => {
    const here = `${at}.ephemeralContainers[${index}]`;
    const errors = validateContainer(container, here, names);
    const name = text(container['name']);
    const image = text(container['image']);
    if (image !== image.trim())
      errors.push(invalid(`${here}.image`, image, 'must not have leading or trailing whitespace'));
    if (taken.has(name)) errors.push(duplicate(`${here}.name`, name));
    taken.add(name);
    const target = text(container['targetContainerName']);
    if (target !== '' && !others.has(target)) errors.push(notFound(`${here}.targetContainerName`, target));
    for (const part of notEphemeral)
      if (isSet(container, part)) errors.push(forbidden(`${here}.${part}`, detail));
    for (const [n, mount] of records(container['volumeMounts']).entries())
      for (const field of ['subPath', 'subPathExpr'])
        if (text(mount[field]) !== '') errors.push(forbidden(`${here}.volumeMounts[${n}].${field}`, detail));
    return errors;
  });
}

/** To Go an empty list or an empty pointer is something; of resources only what they hold is. */
function isSet(container: Fields, part: string): boolean {
  if (part !== 'resources') return shownField(container, part) !== null;
  const resources = record(container[part]);
  return ['limits', 'requests', 'claims'].some((field) => shownField(resources, field) !== null);
}

const claimType = definitionFor('io.k8s.api.core.v1.PodResourceClaim');

export function validateDeviceClaims(spec: Fields, at: string): FieldError[] {
  const names = new Set<string>();
  return records(spec['resourceClaims']).flatMap((claim, index) => {
    const here = `${at}.resourceClaims[${index}]`;
    const name = text(claim['name']);
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(`${here}.name`));
    else if (names.has(name)) errors.push(duplicate(`${here}.name`, name));
    else errors.push(...invalidEach(`${here}.name`, name, dnsLabelStrict(name)));
    names.add(name);
    const given = ['resourceClaimName', 'resourceClaimTemplateName'].filter(
      (field) => !isAbsent(claim[field]),
    );
    if (given.length === 2) {
      const detail = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
      errors.push(invalid(here, goValue(claimType, claim), detail));
    }
    if (given.length === 0) {
      const detail = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`';
      errors.push(invalid(here, goValue(claimType, claim), detail));
    }
    for (const field of given)
      errors.push(...invalidEach(`${here}.${field}`, claim[field], dnsSubdomain(text(claim[field]), false)));
    return errors;
  });
}

const policies = ['Always', 'Never', 'OnFailure'];
const rulesMax = 20;
const codesMax = 255;

/** Whether a container begins anew; of an init container that says nothing only this is asked. */
export function validateRestarts(container: Fields, at: string, initial: boolean): FieldError[] {
  const policy = container['restartPolicy'];
  const rules = records(container['restartPolicyRules']);
  const errors: FieldError[] = [];
  if (isAbsent(policy)) {
    if (rules.length === 0) return [];
    errors.push(required(`${at}.restartPolicy`, 'must specify restartPolicy when restart rules are used'));
    if (initial) return errors;
  } else if (!policies.includes(text(policy)))
    errors.push(notSupported(`${at}.restartPolicy`, policy, policies));
  if (rules.length > rulesMax) errors.push(tooMany(`${at}.restartPolicyRules`, rules.length, rulesMax));
  for (const [index, rule] of rules.entries()) {
    const here = `${at}.restartPolicyRules[${index}]`;
    const actions = ['Restart', 'RestartAllContainers'];
    if (!actions.includes(text(rule['action'])))
      errors.push(notSupported(`${here}.action`, text(rule['action']), actions));
    if (isAbsent(rule['exitCodes'])) {
      errors.push(required(`${here}.exitCodes`, 'must be specified'));
      continue;
    }
    const codes = record(rule['exitCodes']);
    if (!['In', 'NotIn'].includes(text(codes['operator'])))
      errors.push(notSupported(`${here}.exitCodes.operator`, text(codes['operator']), ['In', 'NotIn']));
    if (list(codes['values']).length > codesMax)
      errors.push(tooMany(`${here}.exitCodes.values`, list(codes['values']).length, codesMax));
  }
  return errors;
}
