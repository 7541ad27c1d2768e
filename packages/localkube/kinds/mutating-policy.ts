import type { FieldError, KindHooks } from '../registry/types.ts';
import { defaultMatch } from './admission-registration.ts';
import { ageColumn, column, nameColumn } from './columns.ts';
import {
  child,
  fill,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  record,
  records,
  required,
  text,
  strings,
} from './fields.ts';
import { validateMatch, validateParamKind, validateParamRef } from './match-resources.ts';
import { dnsSubdomain } from './names.ts';
import { checkMutatingExpressions } from './policy-expressions.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE'];

/** Only what makes or changes an object can be changed on its way. */
function validateOperations(match: unknown, at: string): FieldError[] {
  return records(record(match)['resourceRules'])
    .flatMap((rule) => strings(rule['operations']))
    .filter((one) => !OPERATIONS.includes(one))
    .map((one) => notSupported(`${at}.resourceRules.operations`, one, OPERATIONS));
}

export const mutatingPolicyHooks: KindHooks = {
  unconditionalUpdate: false,
  generation: true,
  default(draft) {
    const spec = child(draft, 'spec');
    fill(spec, 'failurePolicy', 'Fail');
    if (!isAbsent(spec['matchConstraints'])) defaultMatch(child(spec, 'matchConstraints'));
  },
  validate(object) {
    const spec = record(object['spec']);
    const errors: FieldError[] = [];
    const failure = text(spec['failurePolicy']);
    if (failure !== 'Fail' && failure !== 'Ignore')
      errors.push(notSupported('spec.failurePolicy', failure, ['Fail', 'Ignore']));
    if (!isAbsent(spec['paramKind']))
      errors.push(...validateParamKind(record(spec['paramKind']), 'spec.paramKind'));
    errors.push(...validateMatch(spec['matchConstraints'], 'spec.matchConstraints', true));
    errors.push(...validateOperations(spec['matchConstraints'], 'spec.matchConstraints'));
    errors.push(...checkMutatingExpressions(spec));
    const again = text(spec['reinvocationPolicy']);
    if (again === '') errors.push(required('spec.reinvocationPolicy'));
    else if (again !== 'IfNeeded' && again !== 'Never')
      errors.push(notSupported('spec.reinvocationPolicy', again, ['IfNeeded', 'Never']));
    return errors;
  },
  columns: [
    nameColumn,
    column('Mutations', (o) => list(record(o['spec'])['mutations']).length, { type: 'integer' }),
    column('ParamKind', (o) => {
      const kind = record(record(o['spec'])['paramKind']);
      return text(kind['kind']) === '' ? '<unset>' : `${text(kind['apiVersion'])}/${text(kind['kind'])}`;
    }),
    ageColumn,
  ],
};

export const mutatingBindingHooks: KindHooks = {
  unconditionalUpdate: false,
  generation: true,
  default(draft) {
    const spec = child(draft, 'spec');
    if (!isAbsent(spec['matchResources'])) defaultMatch(child(spec, 'matchResources'));
  },
  validate(object) {
    const spec = record(object['spec']);
    const name = text(spec['policyName']);
    const errors: FieldError[] =
      name === ''
        ? [required('spec.policyName')]
        : invalidEach('spec.policyName', name, dnsSubdomain(name, false));
    errors.push(...validateParamRef(spec['paramRef'], 'spec.paramRef'));
    if (!isAbsent(spec['matchResources']))
      errors.push(
        ...validateMatch(spec['matchResources'], 'spec.matchResources', false),
        ...validateOperations(spec['matchResources'], 'spec.matchResources'),
      );
    return errors;
  },
  columns: [
    nameColumn,
    column('PolicyName', (o) => text(record(o['spec'])['policyName'])),
    column('ParamRef', (o) => {
      const { name, namespace } = record(record(o['spec'])['paramRef']);
      return text(name) === '' ? '<unset>' : `${text(namespace) || '*'}/${text(name)}`;
    }),
    ageColumn,
  ],
};
