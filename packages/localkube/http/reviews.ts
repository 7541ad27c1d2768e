import { isRecord } from '@plumbline/base';
import { decodeBody, errors, internalWrite, timeText } from '../registry/index.ts';
import type { FieldError, Served } from '../registry/index.ts';
import type { Draft } from '../registry/types.ts';
import type { Attributes, PolicyRule, User } from '../types.ts';
import { readBody } from './body.ts';
import { writeQuery } from './options.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import type { ResourceRoute, Surroundings } from './surroundings.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Kinds that are questions: POST answers them and nothing is stored. Undefined for other kinds. */
export function answerReview(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
): ApiAnswer | undefined {
  if (!resource.kind.endsWith('Review') || request.method !== 'POST') return undefined;
  const body = readBody(request, { kind: resource.kind, duplicates: false });
  const review = decodeBody(around.core, resource, body.data, { ...internalWrite, manager: '' });
  const spec = (review['spec'] ?? {}) as Fields;
  if (resource.group === 'authorization.k8s.io') checkMetadata(around, resource, request, review);
  const status = statusOf(around, resource, route, request, spec);
  const { name: _, ...metadata } = review.metadata;
  const { kind, apiVersion } = review;
  const shown =
    resource.kind === 'SelfSubjectReview'
      ? { kind, apiVersion, metadata: { ...metadata, creationTimestamp: timeText(around.core.clock.now()) } }
      : { kind, apiVersion, metadata, spec };
  return { type: 'data', status: 201, data: { ...shown, status } };
}

function statusOf(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
  spec: Fields,
): unknown {
  switch (resource.kind) {
    case 'SelfSubjectReview':
      return { userInfo: userInfo(request.user) };
    case 'SelfSubjectAccessReview':
      return decide(around, request.user, attributesOf(spec));
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview':
      return decide(
        around,
        subjectOf(spec),
        attributesOf(spec, resource.namespaced ? route.namespace : undefined),
      );
    case 'TokenReview':
      return tokenStatus(around, spec);
    default:
      return rulesStatus(around, request.user, spec);
  }
}

/** Reviews of access have no name and nothing else in their metadata; the error shows it as it would be stored. */
function checkMetadata(around: Surroundings, resource: Served, request: ApiRequest, review: Draft): void {
  const local = resource.namespaced;
  const { namespace: _, ...rest } = review.metadata;
  const given = Object.entries(local ? rest : review.metadata).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  if (given.length === 0) return;
  const managedFields = around.core.doors.updateManagers({
    before: undefined,
    after: review,
    manager: writeQuery(request, 'CreateOptions').manager,
    schema: resource.schema,
    apiVersion: review.apiVersion,
    time: timeText(around.core.clock.now()),
  });
  const shown = { ...Object.fromEntries(given), ...(managedFields.length > 0 && { managedFields }) };
  refuse(mistake('metadata', shown, local ? 'must be empty except for namespace' : 'must be empty'));
}

function userInfo(user: User): unknown {
  return {
    username: user.name,
    ...(user.uid !== undefined && { uid: user.uid }),
    groups: user.groups,
    ...(user.extra !== undefined && { extra: user.extra }),
  };
}

function refuse(...mistakes: readonly FieldError[]): never {
  throw errors.invalid('authorization.k8s.io', '', '', mistakes);
}

function mistake(field: string, value: unknown, why: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

function attributesOf(spec: Fields, namespace?: string): Attributes {
  const resource = isRecord(spec['resourceAttributes']) ? spec['resourceAttributes'] : undefined;
  const other = isRecord(spec['nonResourceAttributes']) ? spec['nonResourceAttributes'] : undefined;
  const shown =
    other === undefined ? undefined : { Path: textOf(other, 'path'), Verb: textOf(other, 'verb') };
  if (namespace !== undefined && other !== undefined)
    refuse(mistake('spec.nonResourceAttributes', shown, 'disallowed on this kind of request'));
  if (resource !== undefined && other !== undefined)
    refuse(
      mistake(
        'spec.nonResourceAttributes',
        shown,
        'cannot be specified in combination with resourceAttributes',
      ),
    );
  if (resource === undefined && other === undefined) {
    refuse(
      mistake(
        'spec.resourceAttributes',
        null,
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    );
  }
  if (namespace !== undefined && resource !== undefined && textOf(resource, 'namespace') !== namespace) {
    refuse(
      mistake(
        'spec.resourceAttributes.namespace',
        textOf(resource, 'namespace'),
        'must match metadata.namespace',
      ),
    );
  }
  const fields = resource ?? other ?? {};
  return {
    verb: textOf(fields, 'verb'),
    group: textOf(fields, 'group'),
    version: textOf(fields, 'version'),
    resource: textOf(fields, 'resource'),
    subresource: textOf(fields, 'subresource'),
    namespace: textOf(fields, 'namespace'),
    name: textOf(fields, 'name'),
    path: textOf(fields, 'path'),
    isResource: resource !== undefined,
  };
}

function subjectOf(spec: Fields): User {
  const name = textOf(spec, 'user');
  const groups = Array.isArray(spec['groups']) ? (spec['groups'] as readonly string[]) : [];
  if (name === '' && groups.length === 0)
    refuse(mistake('spec.user', name, 'at least one of user or group must be specified'));
  return { name, groups };
}

/** Without security everything is allowed. */
function decide(around: Surroundings, user: User, attributes: Attributes): unknown {
  const { security, access } = around;
  if (security === undefined) return { allowed: true };
  const why = security.decide === undefined ? security.authorize(user, attributes, access) : undefined;
  const { allowed, reason } = security.decide?.(user, attributes, access) ?? {
    allowed: why === undefined,
    reason: why ?? '',
  };
  return { allowed, ...(reason !== '' && { reason }) };
}

function tokenStatus(around: Surroundings, spec: Fields): unknown {
  const token = textOf(spec, 'token');
  if (token === '') throw errors.badRequest('token is required for TokenReview in authentication');
  const found = around.security?.identify?.(token);
  if (found === undefined) return { user: {}, error: 'invalid bearer token' };
  const wanted = Array.isArray(spec['audiences']) ? spec['audiences'].map(String) : [];
  const own = around.security?.tokens?.issuer ?? '';
  const audiences = (wanted.length === 0 ? [own] : wanted).filter((one) => found.audiences.includes(one));
  if (audiences.length > 0) return { authenticated: true, user: userInfo(found.user), audiences };
  const listed = (list: readonly string[]): string => `[${list.map((one) => JSON.stringify(one)).join(' ')}]`;
  const why = `token audiences ${listed(found.audiences)} is invalid for the target audiences ${listed(wanted.length === 0 ? [own] : wanted)}`;
  return { user: {}, error: `[invalid bearer token, ${why}]` };
}

/** Without security, or where nobody collects the rules of a user, an administrator's are told. */
function rulesStatus(around: Surroundings, user: User, spec: Fields): unknown {
  const namespace = textOf(spec, 'namespace');
  if (namespace === '') throw errors.badRequest('no namespace on request');
  const any = ['*'];
  const found = around.security?.rules?.(user, namespace, around.access);
  if (found === undefined) {
    return {
      resourceRules: [{ verbs: any, apiGroups: any, resources: any }],
      nonResourceRules: [{ verbs: any, nonResourceURLs: any }],
      incomplete: false,
    };
  }
  const { rules, errors: problems } = found;
  return {
    resourceRules: rules.filter((rule) => rule.resources.length > 0).map(shownRule),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: problems.length > 0,
    ...(problems.length > 0 && { evaluationError: problems.join(', ') }),
  };
}

function shownRule({ verbs, apiGroups, resources, resourceNames }: PolicyRule): unknown {
  return { verbs, apiGroups, resources, ...(resourceNames.length > 0 && { resourceNames }) };
}
