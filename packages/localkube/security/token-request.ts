import { isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { badRequest, conflict, invalid, notFound } from '../registry/errors.ts';
import { timeText } from '../registry/time.ts';
import type { Access } from '../registry/types.ts';
import type { Security } from '../types.ts';

const secondsDefault = 3600;
const secondsMin = 600;
const secondsMax = 2 ** 32;

/** POST `serviceaccounts/NAME/token`. */
export function requestToken(
  access: Access,
  issuing: NonNullable<Security['tokens']>,
  namespace: string,
  name: string,
  body: unknown,
): unknown {
  const spec = isRecord(body) && isRecord(body['spec']) ? body['spec'] : {};
  const account = access.get('', 'ServiceAccount', namespace, name);
  if (account === undefined)
    throw notFound({ group: '', plural: 'serviceaccounts', kind: 'ServiceAccount' }, name);
  const seconds = typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : secondsDefault;
  checkSeconds(seconds);
  const given = Array.isArray(spec['audiences']) ? spec['audiences'].map(String) : [];
  const audiences = given.length === 0 ? [issuing.issuer] : given;
  const reference = isRecord(spec['boundObjectRef']) ? spec['boundObjectRef'] : undefined;
  const bound = reference === undefined ? undefined : boundObject(access, account, reference);
  const { token, expires } = issuing.issue({ account, audiences, seconds, bound });
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name,
      namespace,
      uid: account.metadata.uid,
      creationTimestamp: timeText(access.now()),
    },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: reference ?? null },
    status: { token, expirationTimestamp: timeText(expires) },
  };
}

function checkSeconds(seconds: number): void {
  const why =
    seconds < secondsMin
      ? 'may not specify a duration less than 10 minutes'
      : seconds > secondsMax
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (why === undefined) return;
  throw invalid('authentication.k8s.io', 'TokenRequest', '', [
    {
      reason: 'FieldValueInvalid',
      field: 'spec.expirationSeconds',
      message: `Invalid value: ${seconds}: ${why}`,
    },
  ]);
}

const bindable: Readonly<Record<string, string>> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' };

function boundObject(
  access: Access,
  account: KubeObject,
  reference: Readonly<Record<string, unknown>>,
): { readonly kind: string; readonly object: KubeObject } {
  const kind = String(reference['kind']);
  const apiVersion = typeof reference['apiVersion'] === 'string' ? reference['apiVersion'] : '';
  const plural = apiVersion === 'v1' ? bindable[kind] : undefined;
  if (plural === undefined)
    throw badRequest(`cannot bind token to object of type ${goType(apiVersion)}, Kind=${kind}`);
  const name = String(reference['name']);
  const subject = { group: '', plural, kind };
  const { namespace = '' } = account.metadata;
  const object = access.get('', kind, kind === 'Node' ? '' : namespace, name);
  if (object === undefined) throw notFound(subject, name);
  const uid = typeof reference['uid'] === 'string' ? reference['uid'] : '';
  if (uid !== '' && uid !== object.metadata.uid) {
    throw conflict(
      subject,
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  const runsAs = (object.spec as { readonly serviceAccountName?: string } | undefined)?.serviceAccountName;
  if (kind === 'Pod' && runsAs !== account.metadata.name) {
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account.metadata.name)} to pod running with different serviceaccount name.`,
    );
  }
  return { kind, object };
}

function goType(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
}
