import {
  authorizerType,
  compileCel,
  declareSchema,
  dynType,
  requestResourceType,
  structType,
  type CelEnvironment,
  type CelProgram,
  type CelType,
  type DeclaredSchema,
} from '@plumbline/languages';
import { records, text } from './match.ts';

type Fields = Readonly<Record<string, unknown>>;

const plain: DeclaredSchema = { type: 'string' };
const texts: DeclaredSchema = { type: 'array', items: plain };
const textMap: DeclaredSchema = { type: 'object', additionalProperties: plain };
const time: DeclaredSchema = { type: 'string', format: 'date-time' };
const object = (properties: Readonly<Record<string, DeclaredSchema>>): DeclaredSchema => ({
  type: 'object',
  properties,
});
const kindNames = object({ group: plain, version: plain, kind: plain });
const resourceNames = object({ group: plain, version: plain, resource: plain });

export const requestDeclared = declareSchema(
  object({
    kind: kindNames,
    resource: resourceNames,
    subResource: plain,
    requestKind: kindNames,
    requestResource: resourceNames,
    requestSubResource: plain,
    name: plain,
    namespace: plain,
    operation: plain,
    userInfo: object({
      username: plain,
      uid: plain,
      groups: texts,
      extra: { type: 'object', additionalProperties: texts },
    }),
    dryRun: { type: 'boolean' },
    options: { 'x-kubernetes-int-or-string': true },
  }),
  false,
)!;

export const namespaceDeclared = declareSchema(
  object({
    metadata: object({
      name: plain,
      generateName: plain,
      namespace: plain,
      labels: textMap,
      annotations: textMap,
      uid: plain,
      creationTimestamp: time,
      deletionTimestamp: time,
      deletionGracePeriodSeconds: { type: 'integer' },
      generation: { type: 'integer' },
      resourceVersion: plain,
      finalizers: texts,
    }),
    spec: object({ finalizers: texts }),
    status: object({ phase: plain }),
  }),
  false,
)!;

const common: Readonly<Record<string, CelType>> = {
  object: dynType,
  oldObject: dynType,
  request: requestDeclared.type,
  authorizer: authorizerType,
  'authorizer.requestResource': requestResourceType,
};

/** What expressions of webhooks may name. */
export const webhookEnvironment: CelEnvironment = { variables: common };

/** A policy's variables and what its expressions may name. */
export interface PolicyScope {
  readonly environment: CelEnvironment;
  readonly variables: readonly { readonly name: string; readonly program: CelProgram | string }[];
}

/** Compiles the variables of a policy, each of which may name those before it. */
export function policyScope(spec: Fields, structs?: CelEnvironment['structs']): PolicyScope {
  const base: Record<string, CelType> = { ...common, namespaceObject: namespaceDeclared.type };
  if (spec['paramKind'] !== undefined && spec['paramKind'] !== null) base['params'] = dynType;
  const fields = new Map<string, CelType>();
  const variables: { name: string; program: CelProgram | string }[] = [];
  const environment = (): CelEnvironment => ({
    variables: { ...base, variables: structType('kubernetes.variables', new Map(fields)) },
    ...(structs !== undefined && { structs }),
  });
  for (const variable of records(spec['variables'])) {
    const name = text(variable['name']);
    const compiled = compileCel(text(variable['expression']), environment());
    variables.push({ name, program: compiled.ok ? compiled.value : compiled.error.message });
    fields.set(name, compiled.ok ? compiled.value.type : dynType);
  }
  return { environment: environment(), variables };
}
