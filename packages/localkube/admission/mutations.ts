import type { KubeObject } from '@plumbline/api';
import { applyJsonPatch, compileCel, toPlain, type CelProgram } from '@plumbline/languages';
import type { Draft } from '../registry/types.ts';
import {
  compileConditions,
  conditionBudget,
  conditionsHold,
  makeRunner,
  policyBudget,
  type Runner,
} from './expressions.ts';
import { matches, record, records, text } from './match.ts';
import { paramsFor } from './params.ts';
import { bindingMatches, type PolicyWorld } from './policies.ts';
import { refuse } from './refuse.ts';
import { policyScope, type PolicyScope } from './scope.ts';
import type { AdmissionRequest, Merge } from './types.ts';
import { writtenStructs } from './written.ts';

type Fields = Readonly<Record<string, unknown>>;

const group = 'admissionregistration.k8s.io';

interface Mutation {
  readonly patch: boolean;
  readonly expression: string;
  readonly program: CelProgram | string;
}

interface Policy {
  readonly name: string;
  readonly spec: Fields;
  readonly scope: PolicyScope;
  readonly conditions: ReturnType<typeof compileConditions>;
  readonly mutations: readonly Mutation[];
}

/** MutatingAdmissionPolicies and their bindings. */
export function makeMutations(
  world: PolicyWorld,
  merge: Merge,
): { mutate(request: AdmissionRequest): boolean } {
  const compiled = new WeakMap<KubeObject, Policy>();
  const policyOf = (object: KubeObject): Policy => {
    const known = compiled.get(object) ?? compilePolicy(object);
    compiled.set(object, known);
    return known;
  };
  return {
    mutate(request) {
      if (request.object === undefined || request.resource.group === group) return false;
      const bindings = Array.from(world.access.list(group, 'MutatingAdmissionPolicyBinding'));
      if (bindings.length === 0) return false;
      let changed = false;
      for (const object of world.access.list(group, 'MutatingAdmissionPolicy')) {
        const own = bindings.filter((one) => record(one.spec)['policyName'] === object.metadata.name);
        for (const binding of own)
          if (applyPolicy(world, policyOf(object), binding, request, merge)) changed = true;
      }
      return changed;
    },
  };
}

function compilePolicy(object: KubeObject): Policy {
  const spec = record(object.spec);
  const scope = policyScope(spec, writtenStructs);
  return {
    name: object.metadata.name,
    spec,
    scope,
    conditions: compileConditions(spec['matchConditions'], scope.environment),
    mutations: records(spec['mutations']).map((mutation) => {
      const patch = mutation['patchType'] === 'JSONPatch';
      const expression = text(record(mutation[patch ? 'jsonPatch' : 'applyConfiguration'])['expression']);
      const program = compileCel(expression, scope.environment);
      return { patch, expression, program: program.ok ? program.value : program.error.message };
    }),
  };
}

function applyPolicy(
  world: PolicyWorld,
  policy: Policy,
  object: KubeObject,
  request: AdmissionRequest,
  merge: Merge,
): boolean {
  const constraints = record(policy.spec['matchConstraints']);
  const binding = record(object.spec);
  const concerned =
    matches(constraints, records(constraints['resourceRules']), request, world.namespaces) &&
    bindingMatches(binding, request, world.namespaces);
  if (!concerned) return false;
  const fail = (why: string): boolean => {
    if (policy.spec['failurePolicy'] === 'Ignore') return false;
    throw refuse(
      request,
      `policy '${policy.name}' with binding '${object.metadata.name}' denied request: ${why}`,
    );
  };
  const found = paramsFor(policy.spec, binding, request, world.access);
  if (typeof found === 'string') return fail(found);
  let changed = false;
  for (const params of found) {
    const { access, security } = world;
    const options = { request, access, security, scope: policy.scope, params };
    const held = conditionsHold(policy.conditions, makeRunner({ ...options, budget: conditionBudget }));
    if (held === false) continue;
    if (typeof held === 'string') return fail(held);
    for (const mutation of policy.mutations) {
      // Each sees what those before it have done.
      const why = mutateOnce(mutation, makeRunner({ ...options, budget: policyBudget }), request, merge);
      if (typeof why === 'string') return fail(why);
      changed = true;
    }
  }
  return changed;
}

/** Undefined: done. */
function mutateOnce(
  mutation: Mutation,
  runner: Runner,
  request: AdmissionRequest,
  merge: Merge,
): string | undefined {
  const object = request.object!;
  const error = (why: string): string => `expression '${mutation.expression}' resulted in error: ${why}`;
  if (typeof mutation.program === 'string') return error(mutation.program);
  const result = runner.run(mutation.program);
  if ('error' in result) return error(result.error);
  const plain = toPlain(result.value);
  if (!mutation.patch) {
    replace(object, merge(request, object, record(plain)));
    return undefined;
  }
  const patched = applyJsonPatch(structuredClone(object), plain);
  if (!patched.ok) return error(patched.error.message);
  replace(object, structuredClone(patched.value) as Draft);
  return undefined;
}

/** Everything that hangs on the draft keeps pointing at it. */
export function replace(object: Draft, by: Draft): void {
  for (const field of Object.keys(object)) if (!(field in by)) delete object[field];
  Object.assign(object, by);
}
