import type { KubeObject } from '@plumbline/api';
import type { FieldError, KindHooks } from '../registry/types.ts';
import { ageColumn, column, nameColumn } from './columns.ts';
import type { Fields } from './fields.ts';
import {
  child,
  fill,
  duplicate,
  invalid,
  isAbsent,
  list,
  notSupported,
  record,
  records,
  required,
  strings,
  text,
} from './fields.ts';
import { dnsSubdomain } from './names.ts';
import {
  label1035,
  validateMatch,
  validateParamKind,
  validateParamRef,
  validateRule,
} from './match-resources.ts';
import { defaultServiceReference } from './networking.ts';
import { checkValidatingExpressions, checkWebhookConditions } from './policy-expressions.ts';
import { validateSelector } from './selectors.ts';

function webhookHooks(mutating: boolean): KindHooks {
  return {
    generation: true,
    unconditionalUpdate: false,
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
    validate(object) {
      const seen = new Set<string>();
      return records(object['webhooks']).flatMap((webhook, index) =>
        validateWebhook(webhook, `webhooks[${index}]`, mutating, seen),
      );
    },
    columns: [
      nameColumn,
      column('Webhooks', (o) => list(o['webhooks']).length, { type: 'integer' }),
      ageColumn,
    ],
  };
}

export const validatingWebhookHooks = webhookHooks(false);
export const mutatingWebhookHooks = webhookHooks(true);

/** `mutating`: only those are called again. */
function validateWebhook(webhook: Fields, at: string, mutating: boolean, seen: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  const name = text(webhook['name']);
  const problems = dnsSubdomain(name, false);
  if (name === '') errors.push(required(`${at}.name`));
  else if (problems.length > 0) errors.push(...problems.map((why) => invalid(`${at}.name`, name, why)));
  else if (name.split('.').length < 3) {
    errors.push(
      invalid(`${at}.name`, name, 'should be a domain with at least three segments separated by dots'),
    );
  }
  for (const [index, rule] of records(webhook['rules']).entries())
    errors.push(...validateRule(rule, `${at}.rules[${index}]`));
  const failure = webhook['failurePolicy'];
  if (failure !== 'Fail' && failure !== 'Ignore')
    errors.push(notSupported(`${at}.failurePolicy`, failure, ['Fail', 'Ignore']));
  const policy = webhook['matchPolicy'];
  if (policy !== 'Equivalent' && policy !== 'Exact')
    errors.push(notSupported(`${at}.matchPolicy`, policy, ['Equivalent', 'Exact']));
  const effects = webhook['sideEffects'];
  if (isAbsent(effects)) errors.push(required(`${at}.sideEffects`, 'must specify one of None, NoneOnDryRun'));
  else if (effects !== 'None' && effects !== 'NoneOnDryRun')
    errors.push(notSupported(`${at}.sideEffects`, effects, ['None', 'NoneOnDryRun']));
  const seconds = webhook['timeoutSeconds'];
  if (typeof seconds === 'number' && (seconds < 1 || seconds > 30))
    errors.push(
      invalid(`${at}.timeoutSeconds`, seconds, 'the timeout value must be between 1 and 30 seconds'),
    );
  for (const field of ['namespaceSelector', 'objectSelector'])
    errors.push(...validateSelector(webhook[field], `${at}.${field}`));
  const again = webhook['reinvocationPolicy'];
  if (mutating && again !== 'IfNeeded' && again !== 'Never')
    errors.push(notSupported(`${at}.reinvocationPolicy`, again, ['IfNeeded', 'Never']));
  errors.push(...validateClient(record(webhook['clientConfig']), `${at}.clientConfig`));
  errors.push(...checkWebhookConditions(webhook['matchConditions'], `${at}.matchConditions`));
  errors.push(...validateReviewVersions(list(webhook['admissionReviewVersions']).map(text), at));
  if (name !== '' && seen.has(name)) errors.push(duplicate(`${at}.name`, name));
  seen.add(name);
  return errors;
}

function validateReviewVersions(versions: readonly string[], at: string): FieldError[] {
  const place = `${at}.admissionReviewVersions`;
  if (versions.length === 0) return [required(place, 'must specify one of v1, v1beta1')];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, version] of versions.entries()) {
    if (seen.has(version)) errors.push(invalid(`${place}[${index}]`, version, 'duplicate version'));
    else errors.push(...label1035(version).map((why) => invalid(`${place}[${index}]`, version, why)));
    seen.add(version);
  }
  if (!seen.has('v1') && !seen.has('v1beta1'))
    errors.push(invalid(place, versions, 'must include at least one of v1, v1beta1'));
  return errors;
}

function validateClient(config: Fields, at: string): FieldError[] {
  const { url, service } = config;
  if (isAbsent(url) === isAbsent(service)) return [required(at, 'exactly one of url or service is required')];
  if (!isAbsent(url)) return validateUrl(text(url), `${at}.url`);
  const errors: FieldError[] = [];
  const target = record(service);
  // Upstream hands the two over in the wrong order.
  if (text(target['namespace']) === '') errors.push(required(`${at}.service.name`));
  if (text(target['name']) === '') errors.push(required(`${at}.service.namespace`));
  const { port } = target;
  if (typeof port === 'number' && (port < 1 || port > 65_535))
    errors.push(
      invalid(`${at}.service.port`, port, 'port is not valid: must be between 1 and 65535, inclusive'),
    );
  return [...errors, ...validatePath(target['path'], `${at}.service.path`)];
}

function validateUrl(url: string, at: string): FieldError[] {
  const wanted = '; desired format: https://host[/path]';
  const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(url) ?? [];
  const host = /^\/\/([^/?#]*)/.exec(rest)?.[1] ?? '';
  const errors: FieldError[] = [];
  if (scheme !== 'https') errors.push(invalid(at, scheme, `'https' is the only allowed URL scheme${wanted}`));
  if (host === '') errors.push(invalid(at, host, `host must be specified${wanted}`));
  return errors;
}

function validatePath(path: unknown, at: string): FieldError[] {
  if (isAbsent(path) || path === '' || path === '/') return [];
  const given = text(path);
  if (given === '//') return [invalid(at, given, 'segment[0] may not be empty')];
  const start = given.startsWith('/') ? [] : [invalid(at, given, "must start with a '/'")];
  const steps = given.slice(1).replace(/\/$/, '').split('/');
  const wrong = steps.flatMap((step, index) =>
    step === ''
      ? [invalid(at, given, `segment[${index}] may not be empty`)]
      : dnsSubdomain(step, false).map((why) => invalid(at, given, `segment[${index}]: ${why}`)),
  );
  return [...start, ...wrong];
}

function policyHooks(): KindHooks {
  return {
    generation: true,
    unconditionalUpdate: false,
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
      const failure = spec['failurePolicy'];
      if (failure !== 'Fail' && failure !== 'Ignore')
        errors.push(notSupported('spec.failurePolicy', failure, ['Fail', 'Ignore']));
      if (!isAbsent(spec['paramKind']))
        errors.push(...validateParamKind(record(spec['paramKind']), 'spec.paramKind'));
      errors.push(...validateMatch(spec['matchConstraints'], 'spec.matchConstraints', true));
      errors.push(...checkValidatingExpressions(spec, text(record(object['metadata'])['name'])));
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

/** The defaults of matchConstraints and matchResources. */
export function defaultMatch(match: Fields): void {
  fill(match, 'namespaceSelector', {});
  fill(match, 'objectSelector', {});
  fill(match, 'matchPolicy', 'Equivalent');
  for (const field of ['resourceRules', 'excludeResourceRules']) {
    for (const rule of records(match[field])) fill(rule, 'scope', '*');
  }
}

export const policyBindingHooks: KindHooks = {
  unconditionalUpdate: false,
  generation: true,
  default(draft) {
    const spec = child(draft, 'spec');
    if (!isAbsent(spec['matchResources'])) defaultMatch(child(spec, 'matchResources'));
  },
  validate(object) {
    const spec = record(object['spec']);
    const errors: FieldError[] = [];
    const name = text(spec['policyName']);
    if (name === '') errors.push(required('spec.policyName'));
    else errors.push(...dnsSubdomain(name, false).map((why) => invalid('spec.policyName', name, why)));
    errors.push(...validateParamRef(spec['paramRef'], 'spec.paramRef'));
    errors.push(...validateMatch(spec['matchResources'], 'spec.matchResources', false));
    const actions = strings(spec['validationActions']);
    for (const [index, action] of actions.entries()) {
      const here = `spec.validationActions[${index}]`;
      if (!['Audit', 'Deny', 'Warn'].includes(action))
        errors.push(notSupported(here, action, ['Audit', 'Deny', 'Warn']));
      if (actions.indexOf(action) < index) errors.push(duplicate(here, action));
    }
    if (actions.includes('Deny') && actions.includes('Warn')) {
      const detail =
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and ' +
        'headers serves no purpose)';
      errors.push(invalid('spec.validationActions', actions, detail));
    }
    if (actions.length === 0)
      errors.push(required('spec.validationActions', 'at least one validation action is required'));
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
