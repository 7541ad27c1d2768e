import { compileCel, typeText, type CelEnvironment } from '@plumbline/languages';
import { policyScope, webhookEnvironment, type PolicyScope } from '../admission/scope.ts';
import { writtenStructs } from '../admission/written.ts';
import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  duplicate,
  invalid,
  invalidEach,
  isAbsent,
  notSupported,
  optionalOneOf,
  record,
  records,
  required,
  text,
  tooMany,
} from './fields.ts';
import { qualifiedName } from './names.ts';

const RESERVED = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return var void ' +
    'while'
  ).split(' '),
);
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const PATCHES: Readonly<Record<string, string>> = {
  ApplyConfiguration: 'applyConfiguration',
  JSONPatch: 'jsonPatch',
};
const MOST_CONDITIONS = 64;
const MOST_ANNOTATIONS = 20;
const LONGEST_ANNOTATION = 5 * 1024;

/** What expressions of a policy may name, less what this one may not. */
function without({ environment }: PolicyScope, ...names: readonly string[]): CelEnvironment {
  const variables = Object.entries(environment.variables ?? {}).filter(
    ([name]) => !names.includes(name.split('.')[0]!),
  );
  return { ...environment, variables: Object.fromEntries(variables) };
}

/** Whether an expression compiles and gives what is wanted. */
function checkExpression(
  at: string,
  expression: string,
  environment: CelEnvironment,
  wanted: readonly string[],
): FieldError[] {
  const compiled = compileCel(expression, environment);
  if (!compiled.ok) return [invalid(at, expression, `compilation failed: ${compiled.error.message}`)];
  const given = typeText(compiled.value.type);
  if (wanted.includes(given)) return [];
  const types =
    wanted.length === 1 ? wanted[0]! : `one of [${wanted.join(' ').replace('null', 'null_type')}]`;
  return [invalid(at, expression, `must evaluate to ${types} but got ${given}`)];
}

/** Match conditions, which never see the variables of a policy. */
function checkConditions(given: unknown, at: string, environment: CelEnvironment): FieldError[] {
  const conditions = records(given);
  const errors: FieldError[] = [];
  if (conditions.length > MOST_CONDITIONS) errors.push(tooMany(at, conditions.length, MOST_CONDITIONS));
  const seen = new Set<string>();
  for (const [index, condition] of conditions.entries()) {
    const here = `${at}[${index}]`;
    const [name, expression] = [text(condition['name']), text(condition['expression']).trim()];
    errors.push(
      ...(expression === ''
        ? [required(`${here}.expression`)]
        : checkExpression(`${here}.expression`, expression, environment, ['bool'])),
      ...(name === '' ? [required(`${here}.name`)] : invalidEach(`${here}.name`, name, qualifiedName(name))),
    );
    if (name !== '' && seen.has(name)) errors.push(duplicate(`${here}.name`, name));
    seen.add(name);
  }
  return errors;
}

/** The match conditions of a webhook. */
export function checkWebhookConditions(given: unknown, at: string): FieldError[] {
  return checkConditions(given, at, webhookEnvironment);
}

function checkVariables(spec: Fields, scope: PolicyScope): FieldError[] {
  return records(spec['variables']).flatMap((variable, index) => {
    const at = `spec.variables[${index}]`;
    const [name, expression] = [text(variable['name']), text(variable['expression'])];
    const errors: FieldError[] = [];
    if (name.trim() === '') errors.push(required(`${at}.name`, 'name is not specified'));
    else if (!/^[A-Za-z_]\w*$/.test(name) || RESERVED.has(name))
      errors.push(invalid(`${at}.name`, name, 'must be a valid CEL identifier'));
    const program = scope.variables[index]?.program;
    if (expression.trim() === '') errors.push(required(`${at}.expression`, 'expression is not specified'));
    else if (typeof program === 'string')
      errors.push(invalid(`${at}.expression`, expression, `compilation failed: ${program}`));
    return errors;
  });
}

/** Everything of a validating policy that is written in CEL, with what stands beside it. */
export function checkValidatingExpressions(spec: Fields, policy: string): FieldError[] {
  const scope = policyScope(spec);
  const none = records(spec['variables']).length === 0 ? ['variables'] : [];
  const environment = without(scope, ...none);
  const errors = [
    ...checkConditions(spec['matchConditions'], 'spec.matchConditions', without(scope, 'variables')),
    ...checkVariables(spec, scope),
  ];
  const validations = records(spec['validations']);
  const annotations = records(spec['auditAnnotations']);
  if (validations.length === 0 && annotations.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    return [...errors, required('spec.validations', detail), required('spec.auditAnnotations', detail)];
  }
  const messages = without(scope, 'authorizer', ...none);
  for (const [index, one] of validations.entries())
    errors.push(...checkValidation(one, `spec.validations[${index}]`, environment, messages));
  if (annotations.length > MOST_ANNOTATIONS)
    errors.push(
      invalid(
        'spec.auditAnnotations',
        annotations,
        `must not have more than ${MOST_ANNOTATIONS} auditAnnotations`,
      ),
    );
  const seen = new Set<string>();
  for (const [index, one] of annotations.entries()) {
    const at = `spec.auditAnnotations[${index}]`;
    errors.push(...checkAnnotation(one, at, policy, environment));
    const key = text(one['key']);
    if (seen.has(key)) errors.push(duplicate(`${at}.key`, key));
    seen.add(key);
  }
  return errors;
}

function checkValidation(
  given: Fields,
  at: string,
  environment: CelEnvironment,
  messages: CelEnvironment,
): FieldError[] {
  const expression = text(given['expression']);
  const errors =
    expression.trim() === ''
      ? [required(`${at}.expression`, 'expression is not specified')]
      : checkExpression(`${at}.expression`, expression, environment, ['bool']);
  const made = text(given['messageExpression']);
  if (made !== '' && made.trim() === '')
    errors.push(invalid(`${at}.messageExpression`, made, 'must be non-empty if specified'));
  else if (made !== '')
    errors.push(...checkExpression(`${at}.messageExpression`, made, messages, ['string']));
  const message = text(given['message']);
  if (message !== '' && message.trim() === '')
    errors.push(invalid(`${at}.message`, message, 'must be non-empty if specified'));
  else if (/[\n\r]/.test(message.trim()))
    errors.push(invalid(`${at}.message`, message, 'must not contain line breaks'));
  return [...errors, ...optionalOneOf(`${at}.reason`, given['reason'], REASONS)];
}

function checkAnnotation(
  given: Fields,
  at: string,
  policy: string,
  environment: CelEnvironment,
): FieldError[] {
  const key = text(given['key']);
  const whole = `${policy}/${key}`;
  const errors =
    policy === ''
      ? [invalid(`${at}.key`, key, 'requires metadata.name be non-empty')]
      : invalidEach(`${at}.key`, whole, qualifiedName(whole));
  const expression = text(given['valueExpression']).trim();
  if (expression === '') errors.push(required(`${at}.valueExpression`, 'valueExpression is not specified'));
  else if (expression.length > LONGEST_ANNOTATION)
    errors.push(required(`${at}.valueExpression`, `must not exceed ${LONGEST_ANNOTATION} bytes in length`));
  else errors.push(...checkExpression(`${at}.valueExpression`, expression, environment, ['string', 'null']));
  return errors;
}

/** Everything of a mutating policy that is written in CEL, with what stands beside it. */
export function checkMutatingExpressions(spec: Fields): FieldError[] {
  const scope = policyScope(spec, writtenStructs);
  const mutations = records(spec['mutations']);
  return [
    ...checkConditions(spec['matchConditions'], 'spec.matchConditions', without(scope, 'variables')),
    ...checkVariables(spec, scope),
    ...(mutations.length === 0
      ? [required('spec.mutations', 'mutations must contain at least one item')]
      : []),
    ...mutations.flatMap((one, index) => checkMutation(one, `spec.mutations[${index}]`, scope.environment)),
  ];
}

function checkMutation(mutation: Fields, at: string, environment: CelEnvironment): FieldError[] {
  const type = text(mutation['patchType']);
  const own = PATCHES[type];
  if (type === '') return [required(`${at}.patchType`)];
  if (own === undefined) return [notSupported(`${at}.patchType`, type, Object.keys(PATCHES))];
  const errors: FieldError[] = [];
  const expression = text(record(mutation[own])['expression']).trim();
  if (isAbsent(mutation[own]))
    errors.push(required(`${at}.${own}`, `must be specified when patchType is ${type}`));
  else if (expression === '') errors.push(required(`${at}.${own}.expression`));
  else {
    const wanted = type === 'JSONPatch' ? 'list(JSONPatch)' : 'Object';
    errors.push(...checkExpression(`${at}.${own}.expression`, expression, environment, [wanted]));
  }
  for (const [other, field] of Object.entries(PATCHES)) {
    if (other !== type && !isAbsent(mutation[field]))
      errors.push(invalid(`${at}.${field}`, `{${field}}`, `must not be specified when patchType is ${type}`));
  }
  return errors;
}
