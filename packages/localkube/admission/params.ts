import type { KubeObject } from '@plumbline/api';
import { parseApiVersion } from '@plumbline/api';
import type { Access } from '../registry/types.ts';
import { parseSelector } from '../security/selector.ts';
import { record, text } from './match.ts';
import type { AdmissionRequest } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The parameters that a policy is judged with through a binding: one run for each; a text says what is wrong. */
export function paramsFor(
  policy: Fields,
  binding: Fields,
  request: AdmissionRequest,
  access: Access,
): readonly (KubeObject | undefined)[] | string {
  const kind = record(policy['paramKind']);
  const reference = record(binding['paramRef']);
  if (text(kind['kind']) === '' || Object.keys(reference).length === 0) return [undefined];
  const { group, version } = parseApiVersion(text(kind['apiVersion']));
  const served = access
    .resources()
    .find((one) => one.group === group && one.version === version && one.kind === kind['kind']);
  if (served === undefined) {
    return `failed to configure policy: failed to find resource referenced by paramKind: '${group === '' ? '' : `${group}/`}${version}, Kind=${text(kind['kind'])}'`;
  }
  const namespace = served.namespaced ? text(reference['namespace']) || request.namespace : '';
  if (served.namespaced && namespace === '')
    return 'failed to configure binding: cannot use namespaced paramRef in policy binding that matches cluster-scoped resources';
  const name = text(reference['name']);
  const found =
    name !== ''
      ? [access.get(group, served.kind, namespace, name)].filter((one) => one !== undefined)
      : Array.from(access.list(group, served.kind, namespace)).filter((one) =>
          parseSelector(reference['selector'])(one.metadata.labels ?? {}),
        );
  if (found.length > 0) return found;
  if (reference['parameterNotFoundAction'] !== 'Deny') return [];
  return 'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction';
}
