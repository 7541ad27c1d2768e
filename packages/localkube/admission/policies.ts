import type { KubeObject } from '@plumbline/api';
import { compileCel, type CelProgram } from '@plumbline/languages';
import { failure } from '../registry/errors.ts';
import type { Access } from '../registry/types.ts';
import type { Security } from '../types.ts';
import {
  compileConditions,
  conditionBudget,
  conditionsHold,
  makeRunner,
  policyBudget,
  type Runner,
} from './expressions.ts';
import { matches, record, records, strings, text, type FindNamespace } from './match.ts';
import { paramsFor } from './params.ts';
import { nameOf } from './refuse.ts';
import { policyScope, type PolicyScope } from './scope.ts';
import type { AdmissionRequest } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;

const group = 'admissionregistration.k8s.io';
const messageBytesMax = 5 * 1024;

interface Validation {
  readonly expression: string;
  readonly program: CelProgram | string;
  readonly message: string;
  readonly messageProgram: CelProgram | undefined;
  readonly reason: string;
}

interface Policy {
  readonly name: string;
  readonly spec: Fields;
  readonly scope: PolicyScope;
  readonly conditions: ReturnType<typeof compileConditions>;
  readonly validations: readonly Validation[];
}

interface Denial {
  readonly policy: string;
  readonly binding: string;
  readonly message: string;
  readonly reason: string;
}

/** What policies are judged with. */
export interface PolicyWorld {
  readonly access: Access;
  readonly security: Security | undefined;
  readonly namespaces: FindNamespace;
}

/** ValidatingAdmissionPolicies and their bindings. Policies are compiled once for each version of theirs. */
export function makePolicies(world: PolicyWorld): { validate(request: AdmissionRequest): void } {
  const compiled = new WeakMap<KubeObject, Policy>();
  const policyOf = (object: KubeObject): Policy => {
    const known = compiled.get(object);
    if (known !== undefined) return known;
    const made = compilePolicy(object);
    compiled.set(object, made);
    return made;
  };
  return {
    validate(request) {
      const bindings = Array.from(world.access.list(group, 'ValidatingAdmissionPolicyBinding'));
      if (bindings.length === 0 || request.resource.group === group) return;
      const denials: Denial[] = [];
      for (const object of world.access.list(group, 'ValidatingAdmissionPolicy')) {
        const own = bindings.filter((one) => record(one.spec)['policyName'] === object.metadata.name);
        if (own.length > 0) judge(world, policyOf(object), own, request, denials);
      }
      if (denials[0] !== undefined) throw refusal(request, denials[0]);
    },
  };
}

function compilePolicy(object: KubeObject): Policy {
  const spec = record(object.spec);
  const scope = policyScope(spec);
  return {
    name: object.metadata.name,
    spec,
    scope,
    conditions: compileConditions(spec['matchConditions'], scope.environment),
    validations: records(spec['validations']).map((validation) => {
      const program = compileCel(text(validation['expression']), scope.environment);
      const messageText = text(validation['messageExpression']);
      const message = messageText === '' ? undefined : compileCel(messageText, scope.environment);
      return {
        expression: text(validation['expression']),
        program: program.ok ? program.value : program.error.message,
        message: text(validation['message']),
        messageProgram: message?.ok === true ? message.value : undefined,
        reason: text(validation['reason']),
      };
    }),
  };
}

function judge(
  world: PolicyWorld,
  policy: Policy,
  bindings: readonly KubeObject[],
  request: AdmissionRequest,
  denials: Denial[],
): void {
  const constraints = record(policy.spec['matchConstraints']);
  if (!matches(constraints, records(constraints['resourceRules']), request, world.namespaces)) return;
  for (const object of bindings) {
    const binding = record(object.spec);
    if (!bindingMatches(binding, request, world.namespaces)) continue;
    const found = paramsFor(policy.spec, binding, request, world.access);
    const texts =
      typeof found === 'string'
        ? policy.spec['failurePolicy'] === 'Ignore'
          ? []
          : [{ message: found, reason: '' }]
        : found.flatMap((params) => failures(world, policy, request, params));
    act(policy.name, object.metadata.name, binding, texts, request, denials);
  }
}

/** A binding may narrow what its policy is about; without rules it only selects. */
export function bindingMatches(
  binding: Fields,
  request: AdmissionRequest,
  namespaces: FindNamespace,
): boolean {
  const narrowed = record(binding['matchResources']);
  const rules = records(narrowed['resourceRules']);
  const any = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }];
  return matches(narrowed, rules.length === 0 ? any : rules, request, namespaces);
}

interface Failure {
  readonly message: string;
  readonly reason: string;
}

function failures(
  world: PolicyWorld,
  policy: Policy,
  request: AdmissionRequest,
  params: KubeObject | undefined,
): readonly Failure[] {
  const ignore = policy.spec['failurePolicy'] === 'Ignore';
  const options = { request, access: world.access, security: world.security, scope: policy.scope, params };
  const held = conditionsHold(policy.conditions, makeRunner({ ...options, budget: conditionBudget }));
  if (held === false) return [];
  if (typeof held === 'string') return ignore ? [] : [{ message: held, reason: '' }];
  const runner = makeRunner({ ...options, budget: policyBudget });
  const found: Failure[] = [];
  for (const validation of policy.validations) {
    const result =
      typeof validation.program === 'string'
        ? { error: `compilation error: compilation failed: ${validation.program}` }
        : runner.run(validation.program);
    if ('error' in result) {
      const message = `expression '${validation.expression}' resulted in error: ${result.error}`;
      if (!ignore) found.push({ message, reason: '' });
    } else if (result.value !== true) {
      found.push({ message: messageOf(validation, runner), reason: validation.reason });
    }
  }
  return found;
}

function messageOf(validation: Validation, runner: Runner): string {
  const { messageProgram, message, expression } = validation;
  if (messageProgram !== undefined) {
    const result = runner.run(messageProgram);
    const value = 'value' in result && typeof result.value === 'string' ? result.value.trim() : '';
    if (value !== '' && !value.includes('\n') && Buffer.byteLength(value) <= messageBytesMax) return value;
  }
  return message.trim() === '' ? `failed expression: ${expression.trim()}` : message.trim();
}

function act(
  policy: string,
  name: string,
  binding: Fields,
  failed: readonly Failure[],
  request: AdmissionRequest,
  denials: Denial[],
): void {
  const actions = strings(binding['validationActions']);
  for (const { message, reason } of failed) {
    if (actions.includes('Warn')) {
      request.warn(
        `Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${name}': ${message}`,
      );
    }
    if (actions.includes('Deny')) denials.push({ policy, binding: name, message, reason });
  }
}

const codes: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
  Invalid: 422,
};

/** The first refusal speaks for all. */
function refusal(request: AdmissionRequest, denial: Denial): Error {
  const { resource } = request;
  const message = `ValidatingAdmissionPolicy '${denial.policy}' with binding '${denial.binding}' denied request: ${denial.message}`;
  const reason = denial.reason === '' ? 'Invalid' : denial.reason;
  const name = nameOf(request);
  const qualified = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  const text_ = `${qualified} ${JSON.stringify(name)} is forbidden: ${message}`;
  return failure(codes[reason] ?? 422, reason, text_, {
    name,
    ...(resource.group !== '' && { group: resource.group }),
    kind: resource.plural,
    causes: [{ message }],
  });
}
