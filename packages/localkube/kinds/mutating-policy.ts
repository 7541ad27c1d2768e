import type { FieldError, KindHooks } from '../registry/types.ts';
import { defaultMatch } from './admission-registration.ts';
import { ageColumn, column, nameColumn } from './columns.ts';
import type { Fields } from './fields.ts';
import {
  child,
  fill,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  record,
  records,
  required,
  text,
} from './fields.ts';
import { validateMatch, validateParamKind, validateParamRef } from './match-resources.ts';
import { dnsSubdomain } from './names.ts';

const PATCHES: Readonly<Record<string, string>> = {
  ApplyConfiguration: 'applyConfiguration',
  JSONPatch: 'jsonPatch',
};

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
    const mutations = records(spec['mutations']);
    if (mutations.length === 0)
      errors.push(required('spec.mutations', 'mutations must contain at least one item'));
    for (const [index, mutation] of mutations.entries())
      errors.push(...validateMutation(mutation, `spec.mutations[${index}]`));
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

function validateMutation(mutation: Fields, at: string): FieldError[] {
  const type = text(mutation['patchType']);
  const own = PATCHES[type];
  if (type === '') return [required(`${at}.patchType`)];
  if (own === undefined) return [notSupported(`${at}.patchType`, type, Object.keys(PATCHES))];
  const errors: FieldError[] = [];
  for (const [other, field] of Object.entries(PATCHES)) {
    if (other !== type && !isAbsent(mutation[field]))
      errors.push(invalid(`${at}.${field}`, `{${field}}`, `must not be specified when patchType is ${type}`));
  }
  if (isAbsent(mutation[own]))
    errors.push(required(`${at}.${own}`, `must be specified when patchType is ${type}`));
  else if (text(record(mutation[own])['expression']).trim() === '')
    errors.push(required(`${at}.${own}.expression`, 'expression is not specified'));
  return errors;
}

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
      errors.push(...validateMatch(spec['matchResources'], 'spec.matchResources', false));
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
