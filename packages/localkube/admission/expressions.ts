import type { KubeObject } from '@plumbline/api';
import {
  adaptAny,
  authorizerValue,
  CelError,
  CelObject,
  compileCel,
  requestResourceValue,
  type AccessQuestion,
  type CelEnvironment,
  type CelProgram,
  type CelValue,
} from '@plumbline/languages';
import type { Access } from '../registry/types.ts';
import type { Security, User } from '../types.ts';
import { records, text } from './match.ts';
import { namespaceDeclared, requestDeclared, type PolicyScope } from './scope.ts';
import type { AdmissionRequest } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What all expressions of one policy may spend on one request. */
export const policyBudget = 10_000_000;
export const conditionBudget = 2_500_000;

/** Values of variables, made when they are first asked for. */
class Variables extends CelObject {
  readonly typeName = 'kubernetes.variables';
  private readonly scope: PolicyScope;
  private readonly evaluate: (program: CelProgram) => CelValue;
  private readonly known = new Map<string, CelValue>();
  constructor(scope: PolicyScope, evaluate: (program: CelProgram) => CelValue) {
    super();
    this.scope = scope;
    this.evaluate = evaluate;
  }
  get(field: string): CelValue | undefined {
    const known = this.known.get(field);
    if (known !== undefined) return known;
    const variable = this.scope.variables.find(({ name }) => name === field);
    if (variable === undefined || typeof variable.program === 'string') return undefined;
    try {
      const value = this.evaluate(variable.program);
      this.known.set(field, value);
      return value;
    } catch (thrown) {
      if (!(thrown instanceof CelError)) throw thrown;
      throw new CelError(`composited variable ${JSON.stringify(field)} fails to evaluate: ${thrown.message}`);
    }
  }
  names(): readonly string[] {
    return this.scope.variables.map(({ name }) => name);
  }
  declares(field: string): boolean {
    return this.scope.variables.some(({ name }) => name === field);
  }
}

/** Runs expressions about one request and counts what they spend. */
export interface Runner {
  run(program: CelProgram): { readonly value: CelValue } | { readonly error: string };
}

export interface RunnerOptions {
  readonly request: AdmissionRequest;
  readonly access: Access;
  readonly security: Security | undefined;
  readonly budget: number;
  readonly scope?: PolicyScope;
  readonly params?: KubeObject | undefined;
}

export function makeRunner(options: RunnerOptions): Runner {
  const { request, scope, access } = options;
  let left = options.budget;
  const namespace = request.namespace === '' ? undefined : access.get('', 'Namespace', '', request.namespace);
  const spend = (program: CelProgram): CelValue => {
    const { result, cost } = program.evaluate(bindings);
    left -= cost;
    if (left < 0)
      throw new CelError(
        'validation failed due to running out of cost budget, no further validation rules will be run',
      );
    if (!result.ok) throw new CelError(result.error.message);
    return result.value;
  };
  const variables = scope === undefined ? undefined : new Variables(scope, spend);
  const bindings: Record<string, CelValue | (() => CelValue) | undefined> = {
    object: () => adaptAny(request.object ?? null),
    oldObject: () => adaptAny(request.old ?? null),
    request: () => requestDeclared.adapt(requestData(request)),
    authorizer: () => authorizerValue(decider(options)),
    'authorizer.requestResource': () => requestResourceValue(decider(options), aboutRequest(request)),
    namespaceObject: () => (namespace === undefined ? null : namespaceDeclared.adapt(namespace)),
    params: () => adaptAny(options.params ?? null),
    variables,
  };
  return {
    run(program) {
      try {
        return { value: spend(program) };
      } catch (thrown) {
        if (!(thrown instanceof CelError)) throw thrown;
        return { error: thrown.message };
      }
    },
  };
}

/** Controllers of the server act as upstream's controller manager does. */
const internalUser: User = {
  name: 'system:kube-controller-manager',
  groups: ['system:authenticated'],
};

function userInfo({ name, uid, groups, extra }: User): Fields {
  return {
    username: name,
    ...(uid !== undefined && { uid }),
    groups,
    ...(extra !== undefined && { extra }),
  };
}

/** The request as policies and webhooks see it. */
export function requestData(request: AdmissionRequest): Fields {
  const { resource, subresource, bodyKind } = request;
  const { group, version, kind, plural } = resource;
  const kindShown = bodyKind ?? { group, version, kind };
  const resourceShown = { group, version, resource: plural };
  return {
    kind: kindShown,
    resource: resourceShown,
    ...(subresource !== '' && { subResource: subresource, requestSubResource: subresource }),
    requestKind: kindShown,
    requestResource: resourceShown,
    name: request.name,
    namespace: request.namespace,
    operation: request.operation,
    userInfo: userInfo(request.requester?.user ?? internalUser),
    dryRun: request.dryRun,
    options: { kind: optionsKind(request), apiVersion: 'meta.k8s.io/v1' },
  };
}

function optionsKind({ operation }: AdmissionRequest): string {
  return operation === 'DELETE'
    ? 'DeleteOptions'
    : operation === 'UPDATE'
      ? 'UpdateOptions'
      : 'CreateOptions';
}

function aboutRequest({ resource, subresource, namespace, name }: AdmissionRequest): Partial<AccessQuestion> {
  return { group: resource.group, resource: resource.plural, subresource, namespace, name };
}

function decider({ request, security, access }: RunnerOptions): Parameters<typeof authorizerValue>[0] {
  return (question) => {
    if (security === undefined) return { allowed: true, reason: '' };
    const user = question.user ?? request.requester?.user ?? internalUser;
    const attributes = { ...question, version: '*', user: undefined };
    const found = security.decide?.(user, attributes, access);
    if (found !== undefined) return found;
    const why = security.authorize(user, attributes, access);
    return { allowed: why === undefined, reason: why ?? '' };
  };
}

/** Whether all match conditions hold; a text says that one could not be judged. One that is false outweighs errors. */
export function conditionsHold(
  conditions: readonly { readonly name: string; readonly program: CelProgram | string }[],
  runner: Runner,
): boolean | string {
  let failed: string | undefined;
  for (const { name, program } of conditions) {
    const result = typeof program === 'string' ? { error: program } : runner.run(program);
    if ('error' in result)
      failed ??= `matchCondition ${JSON.stringify(name)} resulted in error: ${result.error}`;
    else if (result.value !== true) return false;
  }
  return failed ?? true;
}

/** Compiles match conditions. */
export function compileConditions(
  conditions: unknown,
  environment: CelEnvironment,
): readonly { readonly name: string; readonly program: CelProgram | string }[] {
  return records(conditions).map((condition) => {
    const compiled = compileCel(text(condition['expression']), environment);
    return {
      name: text(condition['name']),
      program: compiled.ok ? compiled.value : compiled.error.message,
    };
  });
}
