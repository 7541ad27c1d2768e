import { compileCel, typeText, type CelEnvironment } from '@plumbline/languages';
import { invalid } from '../registry/errors.ts';
import type { FieldError } from '../registry/types.ts';
import { policyScope, webhookEnvironment } from './expressions.ts';
import { record, records, text } from './match.ts';
import { writtenStructs } from './mutations.ts';

type Fields = Readonly<Record<string, unknown>>;

const group = 'admissionregistration.k8s.io';

type Reason = FieldError['reason'];

interface Report {
  readonly errors: FieldError[];
}

function add(report: Report, reason: Reason, field: string, message: string): void {
  report.errors.push({ reason, field, message });
}

function wrong(report: Report, field: string, value: unknown, why: string): void {
  add(report, 'FieldValueInvalid', field, `Invalid value: ${JSON.stringify(value)}: ${why}`);
}

function missing(report: Report, field: string, why = ''): void {
  add(report, 'FieldValueRequired', field, why === '' ? 'Required value' : `Required value: ${why}`);
}

function oneOf(report: Report, field: string, value: unknown, allowed: readonly string[]): void {
  if (value === undefined || value === null || allowed.includes(text(value))) return;
  const supported = allowed.map((one) => JSON.stringify(one)).join(', ');
  add(
    report,
    'FieldValueNotSupported',
    field,
    `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`,
  );
}

/** Refuses a policy whose parts are not sound; the texts are upstream's. */
export function checkPolicy(object: Fields, kind: string, name: string): void {
  const spec = record(object['spec']);
  const mutating = kind === 'MutatingAdmissionPolicy';
  const scope = policyScope(spec, mutating ? writtenStructs : undefined);
  const report: Report = { errors: [] };
  oneOf(report, 'spec.failurePolicy', spec['failurePolicy'], ['Fail', 'Ignore']);
  checkParamKind(report, spec['paramKind']);
  scope.variables.forEach(({ name: variable, program }, i) => {
    const expression = text(records(spec['variables'])[i]?.['expression']);
    const at = `spec.variables[${i}]`;
    if (!/^[A-Za-z_]\w*$/.test(variable))
      wrong(report, `${at}.name`, variable, 'must be a valid CEL identifier');
    if (expression.trim() === '') missing(report, `${at}.expression`, 'expression is not specified');
    else if (typeof program === 'string')
      wrong(report, `${at}.expression`, expression, `compilation failed: ${program}`);
  });
  checkConditions(report, spec['matchConditions'], 'spec.matchConditions', scope.environment);
  if (mutating) checkMutations(report, spec, scope.environment);
  else {
    records(spec['validations']).forEach((one, i) =>
      checkValidation(report, one, `spec.validations[${i}]`, scope.environment),
    );
    records(spec['auditAnnotations']).forEach((one, i) =>
      checkAnnotation(report, one, `spec.auditAnnotations[${i}]`, name, scope.environment),
    );
  }
  if (report.errors.length > 0) throw invalid(group, kind, name, report.errors);
}

/** The match conditions of webhooks. */
export function checkWebhooks(object: Fields, kind: string, name: string): void {
  const report: Report = { errors: [] };
  records(object['webhooks']).forEach((hook, i) =>
    checkConditions(report, hook['matchConditions'], `webhooks[${i}].matchConditions`, webhookEnvironment),
  );
  if (report.errors.length > 0) throw invalid(group, kind, name, report.errors);
}

function checkParamKind(report: Report, given: unknown): void {
  if (given === undefined || given === null) return;
  const { apiVersion, kind } = record(given);
  if (text(apiVersion) === '') missing(report, 'spec.paramKind.apiVersion');
  else if (text(apiVersion).split('/').length > 2)
    wrong(
      report,
      'spec.paramKind.apiVersion',
      apiVersion,
      `unexpected GroupVersion string: ${text(apiVersion)}`,
    );
  if (text(kind) === '') missing(report, 'spec.paramKind.kind');
}

/** Whether an expression compiles and gives what is wanted. */
function checkExpression(
  report: Report,
  field: string,
  expression: string,
  environment: CelEnvironment,
  wanted: readonly string[],
): void {
  const compiled = compileCel(expression, environment);
  if (!compiled.ok) {
    wrong(report, field, expression, `compilation failed: ${compiled.error.message}`);
    return;
  }
  const given = typeText(compiled.value.type);
  if (wanted.includes(given)) return;
  const types =
    wanted.length === 1 ? wanted[0]! : `one of [${wanted.join(' ').replace('null', 'null_type')}]`;
  wrong(report, field, expression, `must evaluate to ${types} but got ${given}`);
}

const namePart = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const namePartText =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

function checkConditions(report: Report, given: unknown, at: string, environment: CelEnvironment): void {
  const seen = new Set<string>();
  records(given).forEach((condition, i) => {
    const [name, expression] = [text(condition['name']), text(condition['expression'])];
    if (expression.trim() === '') missing(report, `${at}[${i}].expression`);
    else checkExpression(report, `${at}[${i}].expression`, expression, environment, ['bool']);
    if (name === '') missing(report, `${at}[${i}].name`);
    else if (!namePart.test(name.slice(name.indexOf('/') + 1)))
      wrong(report, `${at}[${i}].name`, name, namePartText);
    if (name !== '' && seen.has(name))
      add(report, 'FieldValueDuplicate', `${at}[${i}].name`, `Duplicate value: ${JSON.stringify(name)}`);
    seen.add(name);
  });
}

function checkValidation(report: Report, given: Fields, at: string, environment: CelEnvironment): void {
  const expression = text(given['expression']);
  if (expression.trim() === '') missing(report, `${at}.expression`, 'expression is not specified');
  else checkExpression(report, `${at}.expression`, expression, environment, ['bool']);
  const messageExpression = text(given['messageExpression']);
  if (messageExpression !== '' && messageExpression.trim() === '')
    wrong(report, `${at}.messageExpression`, messageExpression, 'must be non-empty if specified');
  else if (messageExpression !== '')
    checkExpression(report, `${at}.messageExpression`, messageExpression, environment, ['string']);
  const message = text(given['message']);
  if (message !== '' && message.trim() === '')
    wrong(report, `${at}.message`, message, 'message must be non-empty if specified');
  else if (message.trim().includes('\n'))
    wrong(report, `${at}.message`, message, 'must not contain line breaks');
  else if (expression.trim().includes('\n') && message.trim() === '')
    missing(report, `${at}.message`, 'message must be specified if expression contains line breaks');
  oneOf(report, `${at}.reason`, given['reason'], ['Forbidden', 'Invalid', 'RequestEntityTooLarge']);
}

function checkAnnotation(
  report: Report,
  given: Fields,
  at: string,
  policy: string,
  environment: CelEnvironment,
): void {
  const key = `${policy}/${text(given['key'])}`;
  if (text(given['key']) === '') missing(report, `${at}.key`);
  else if (!namePart.test(text(given['key']))) wrong(report, `${at}.key`, key, namePartText);
  const expression = text(given['valueExpression']);
  if (expression.trim() === '') missing(report, `${at}.valueExpression`, 'valueExpression is not specified');
  else checkExpression(report, `${at}.valueExpression`, expression, environment, ['string', 'null']);
}

function checkMutations(report: Report, spec: Fields, environment: CelEnvironment): void {
  const mutations = records(spec['mutations']);
  if (mutations.length === 0) missing(report, 'spec.mutations', 'mutations must contain at least one item');
  oneOf(report, 'spec.reinvocationPolicy', spec['reinvocationPolicy'], ['IfNeeded', 'Never']);
  mutations.forEach((mutation, i) => {
    const at = `spec.mutations[${i}]`;
    const { patchType } = mutation;
    oneOf(report, `${at}.patchType`, patchType, ['ApplyConfiguration', 'JSONPatch']);
    const fields = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const;
    for (const [type, field] of Object.entries(fields)) {
      const given = mutation[field];
      if (type !== patchType) continue;
      const expression = text(record(given)['expression']);
      if (given === undefined || given === null)
        missing(report, `${at}.${field}`, `must be specified when patchType is ${type}`);
      else if (expression.trim() === '')
        missing(report, `${at}.${field}.expression`, 'expression is not specified');
      else {
        const wanted = type === 'JSONPatch' ? 'list(JSONPatch)' : 'Object';
        checkExpression(report, `${at}.${field}.expression`, expression, environment, [wanted]);
      }
    }
    for (const [type, field] of Object.entries(fields))
      if (type !== patchType && isSet(mutation[field]) && String(patchType) in fields) {
        const why = `must not be specified when patchType is ${String(patchType)}`;
        wrong(report, `${at}.${field}`, `{${field}}`, why);
      }
  });
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null;
