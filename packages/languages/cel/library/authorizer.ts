import { global, member, type Overload } from '../functions.ts';
import { boolType, opaqueType, stringType } from '../types.ts';
import { CelError, Opaque } from '../values.ts';

type Table = Record<string, readonly Overload[]>;

export const authorizerType = opaqueType('kubernetes.authorization.Authorizer');
const pathType = opaqueType('kubernetes.authorization.PathCheck');
const groupType = opaqueType('kubernetes.authorization.GroupCheck');
const resourceType = opaqueType('kubernetes.authorization.ResourceCheck');
const decisionType = opaqueType('kubernetes.authorization.Decision');

/** What an expression wants to know. An empty `user` is who sends the request. */
export interface AccessQuestion {
  readonly user?: { readonly name: string; readonly groups: readonly string[] };
  readonly verb: string;
  readonly path: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly isResource: boolean;
}

/** Decides about requests that an expression asks about. */
export type Decide = (question: AccessQuestion) => {
  readonly allowed: boolean;
  readonly reason: string;
  readonly error?: string;
};

interface Asked {
  readonly decide: Decide;
  readonly question: AccessQuestion;
}

class Asking extends Opaque {
  readonly type;
  readonly asked: Asked;
  constructor(type: ReturnType<typeof opaqueType>, asked: Asked) {
    super();
    this.type = type;
    this.asked = asked;
  }
  equals(other: Opaque): boolean {
    return other === this;
  }
}

class Decision extends Opaque {
  readonly type = decisionType;
  readonly answer: ReturnType<Decide>;
  constructor(answer: ReturnType<Decide>) {
    super();
    this.answer = answer;
  }
  equals(other: Opaque): boolean {
    return other === this;
  }
}

const nothing: AccessQuestion = {
  verb: '',
  path: '',
  group: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  isResource: true,
};

/** The value of the variable `authorizer`. */
export function authorizerValue(decide: Decide): Opaque {
  return new Asking(authorizerType, { decide, question: nothing });
}

/** The value of `authorizer.requestResource`: a check of what the request is about. */
export function requestResourceValue(decide: Decide, about: Partial<AccessQuestion>): Opaque {
  return new Asking(resourceType, { decide, question: { ...nothing, ...about } });
}

export const requestResourceType = resourceType;

type Change = (...texts: string[]) => Partial<AccessQuestion>;

function step(
  id: string,
  from: ReturnType<typeof opaqueType>,
  to: ReturnType<typeof opaqueType>,
  count: number,
  change: Change,
): Overload {
  return member(
    id,
    [from, ...Array.from({ length: count }, () => stringType)],
    to,
    (asking: Asking, ...texts: string[]) =>
      new Asking(to, {
        decide: asking.asked.decide,
        question: { ...asking.asked.question, ...change(...texts) },
      }),
  );
}

function required(text: string, what: string): string {
  if (text === '') throw new CelError(`${what} must not be empty`);
  return text;
}

function check({ asked }: Asking, verb: string): Decision {
  return new Decision(asked.decide({ ...asked.question, verb }));
}

function account(namespace: string, name: string): Partial<AccessQuestion> {
  if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) throw new CelError('Invalid service account name');
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(namespace))
    throw new CelError('Invalid service account namespace');
  return {
    user: {
      name: `system:serviceaccount:${namespace}:${name}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    },
  };
}

/** Kubernetes' functions that ask who may do what. */
export const authorizers: Table = {
  path: [
    step('authorizer_path', authorizerType, pathType, 1, (path = '') => ({
      path: required(path, 'path'),
      isResource: false,
    })),
  ],
  group: [step('authorizer_group', authorizerType, groupType, 1, (group = '') => ({ group }))],
  serviceAccount: [
    step('authorizer_serviceaccount', authorizerType, authorizerType, 2, (namespace = '', name = '') =>
      account(namespace, name),
    ),
  ],
  resource: [
    step('groupcheck_resource', groupType, resourceType, 1, (resource = '') => ({
      resource: required(resource, 'resource'),
    })),
  ],
  subresource: [
    step('resourcecheck_subresource', resourceType, resourceType, 1, (subresource = '') => ({ subresource })),
  ],
  namespace: [
    step('resourcecheck_namespace', resourceType, resourceType, 1, (namespace = '') => ({ namespace })),
  ],
  name: [step('resourcecheck_name', resourceType, resourceType, 1, (name = '') => ({ name }))],
  // Roles know no selectors, so these only narrow a question that is answered without them.
  fieldSelector: [step('authorizer_fieldselector', resourceType, resourceType, 1, () => ({}))],
  labelSelector: [step('authorizer_labelselector', resourceType, resourceType, 1, () => ({}))],
  check: [
    member('pathcheck_check', [pathType, stringType], decisionType, check),
    member('resourcecheck_check', [resourceType, stringType], decisionType, check),
  ],
  errored: [
    member(
      'decision_errored',
      [decisionType],
      boolType,
      ({ answer }: Decision) => answer.error !== undefined,
    ),
  ],
  error: [member('decision_error', [decisionType], stringType, ({ answer }: Decision) => answer.error ?? '')],
  allowed: [member('decision_allowed', [decisionType], boolType, ({ answer }: Decision) => answer.allowed)],
  reason: [member('decision_reason', [decisionType], stringType, ({ answer }: Decision) => answer.reason)],
};

/** For patches that mutating policies write. */
export const jsonPatches: Table = {
  'jsonpatch.escapeKey': [
    global('string_jsonpatch_escapeKey_string', [stringType], stringType, (key: string) =>
      key.replaceAll('~', '~0').replaceAll('/', '~1'),
    ),
  ],
};
