import type { KubeObject } from '@plumbline/api';
import type { FieldError, KindHooks } from '../registry/types.ts';
import { ageColumn, column, nameColumn } from './columns.ts';
import type { Fields } from './fields.ts';
import {
  child,
  fill,
  fillZero,
  invalid,
  isAbsent,
  list,
  notSupported,
  oneOf,
  record,
  records,
  required,
  strings,
  text,
} from './fields.ts';
import { dnsSubdomain } from './names.ts';
import { defaultServiceReference } from './networking.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

function webhookHooks(mutating: boolean): KindHooks {
  return {
    generation: true,
    unconditionalUpdate: true,
    default(draft) {
      for (const webhook of records(draft['webhooks'])) {
        defaultServiceReference(record(webhook['clientConfig']));
        for (const rule of records(webhook['rules'])) fill(rule, 'scope', '*');
        fill(webhook, 'failurePolicy', 'Fail');
        fill(webhook, 'matchPolicy', 'Equivalent');
        fill(webhook, 'namespaceSelector', {});
        fill(webhook, 'objectSelector', {});
        fill(webhook, 'timeoutSeconds', 10);
        if (mutating) fill(webhook, 'reinvocationPolicy', 'Never');
      }
    },
    validate: (object) =>
      records(object['webhooks']).flatMap((webhook, index) => validateWebhook(webhook, `webhooks[${index}]`)),
    columns: [
      nameColumn,
      column('Webhooks', (o) => list(o['webhooks']).length, { type: 'integer' }),
      ageColumn,
    ],
  };
}

export const validatingWebhookHooks = webhookHooks(false);
export const mutatingWebhookHooks = webhookHooks(true);

function validateWebhook(webhook: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const name = text(webhook['name']);
  if (name === '') errors.push(required(`${at}.name`));
  else if (dnsSubdomain(name, false).length > 0)
    errors.push(...dnsSubdomain(name, false).map((d) => invalid(`${at}.name`, name, d)));
  else if (name.split('.').length < 3) {
    errors.push(
      invalid(`${at}.name`, name, 'should be a domain with at least three segments separated by dots'),
    );
  }
  for (const [index, rule] of records(webhook['rules']).entries())
    errors.push(...validateRule(rule, `${at}.rules[${index}]`));
  errors.push(...oneOf(`${at}.sideEffects`, webhook['sideEffects'], ['None', 'NoneOnDryRun']));
  const url = text(record(webhook['clientConfig'])['url']);
  if (url !== '' && !url.startsWith('https://')) {
    const scheme = url.includes(':') ? url.slice(0, url.indexOf(':')) : '';
    const detail = "'https' is the only allowed URL scheme; desired format: https://host[/path]";
    errors.push(invalid(`${at}.clientConfig.url`, scheme, detail));
  } else if (url === '' && isAbsent(record(webhook['clientConfig'])['service'])) {
    errors.push(required(`${at}.clientConfig`, 'exactly one of url or service is required'));
  }
  const versions = strings(webhook['admissionReviewVersions']);
  if (versions.length === 0)
    errors.push(required(`${at}.admissionReviewVersions`, 'must specify one of v1, v1beta1'));
  return errors;
}

function validateRule(rule: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (list(rule['operations']).length === 0) errors.push(required(`${at}.operations`));
  for (const [index, operation] of list(rule['operations']).entries()) {
    if (!OPERATIONS.includes(text(operation)))
      errors.push(notSupported(`${at}.operations[${index}]`, operation, OPERATIONS));
  }
  for (const [field, what] of [
    ['apiGroups', 'API groups'],
    ['apiVersions', 'API versions'],
    ['resources', 'resources'],
  ] as const) {
    const values = list(rule[field]);
    if (values.length === 0) errors.push(required(`${at}.${field}`));
    if (values.length > 1 && values.includes('*') && field !== 'resources') {
      errors.push(invalid(`${at}.${field}`, values, `if '*' is present, must not specify other ${what}`));
    }
  }
  return errors;
}

function policyHooks(): KindHooks {
  return {
    generation: true,
    status: true,
    default(draft) {
      const spec = child(draft, 'spec');
      fill(spec, 'failurePolicy', 'Fail');
      if (!isAbsent(spec['matchConstraints'])) defaultMatch(child(spec, 'matchConstraints'));
      fill(draft, 'status', {});
    },
    validate(object) {
      const spec = record(object['spec']);
      const errors: FieldError[] = [];
      if (isAbsent(spec['matchConstraints'])) errors.push(required('spec.matchConstraints'));
      if (list(spec['validations']).length === 0 && list(spec['auditAnnotations']).length === 0) {
        const detail = 'validations or auditAnnotations must contain at least one item';
        errors.push(required('spec.validations', detail), required('spec.auditAnnotations', detail));
      }
      return errors;
    },
    columns: [
      nameColumn,
      column('Validations', (o) => list(record(o['spec'])['validations']).length, { type: 'integer' }),
      column('ParamKind', (o) => paramKind(o)),
      ageColumn,
    ],
  };
}

export const validatingPolicyHooks = policyHooks();

function paramKind(object: KubeObject): string {
  const kind = record(record(object['spec'])['paramKind']);
  return text(kind['kind']) === '' ? '<unset>' : `${text(kind['apiVersion'])}/${text(kind['kind'])}`;
}

function defaultMatch(match: Fields): void {
  fill(match, 'namespaceSelector', {});
  fill(match, 'objectSelector', {});
  fillZero(match, 'matchPolicy', 'Equivalent');
  for (const field of ['resourceRules', 'excludeResourceRules']) {
    for (const rule of records(match[field])) fill(rule, 'scope', '*');
  }
}

export const policyBindingHooks: KindHooks = {
  generation: true,
  default(draft) {
    const spec = child(draft, 'spec');
    if (!isAbsent(spec['matchResources'])) defaultMatch(child(spec, 'matchResources'));
  },
  validate(object) {
    const spec = record(object['spec']);
    const errors: FieldError[] = [];
    if (text(spec['policyName']) === '') errors.push(required('spec.policyName'));
    const actions = strings(spec['validationActions']);
    for (const [index, action] of actions.entries()) {
      if (!['Audit', 'Deny', 'Warn'].includes(action))
        errors.push(notSupported(`spec.validationActions[${index}]`, action, ['Audit', 'Deny', 'Warn']));
    }
    if (actions.length === 0)
      errors.push(required('spec.validationActions', 'at least one validation action is required'));
    if (actions.includes('Deny') && actions.includes('Warn')) {
      const detail =
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and ' +
        'headers serves no purpose)';
      errors.push(invalid('spec.validationActions', actions, detail));
    }
    return errors;
  },
  columns: [
    nameColumn,
    column('PolicyName', (o) => text(record(o['spec'])['policyName'])),
    column('ParamRef', paramRef),
    ageColumn,
  ],
};

function paramRef(object: KubeObject): string {
  const { name, namespace } = record(record(object['spec'])['paramRef']);
  return text(name) === '' ? '<unset>' : `${text(namespace) || '*'}/${text(name)}`;
}
