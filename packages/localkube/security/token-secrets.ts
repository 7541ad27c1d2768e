import type { Cancel } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Access } from '../registry/types.ts';
import type { Tokens } from './tokens.ts';

const type = 'kubernetes.io/service-account-token';
const nameAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';
const manager = 'kube-controller-manager';

/** Fills Secrets that are meant to hold the token of a service account, and removes those of accounts that are gone. */
export function followTokenSecrets(access: Access, tokens: Tokens, certificate: string): Cancel {
  const settle = (secret: KubeObject): void => {
    if (secret['type'] !== type || secret.metadata.deletionTimestamp !== undefined) return;
    const { namespace = '', name, annotations = {} } = secret.metadata;
    const account = access.get('', 'ServiceAccount', namespace, annotations[nameAnnotation] ?? '');
    const uid = annotations[uidAnnotation] ?? '';
    if (account === undefined || (uid !== '' && uid !== account.metadata.uid)) {
      if (uid !== '' || account === undefined) access.delete('', 'Secret', namespace, name);
      return;
    }
    const data = (secret['data'] ?? {}) as Readonly<Record<string, string>>;
    if (data['token'] !== undefined && data['ca.crt'] !== undefined && uid !== '') return;
    access.update(filled(secret, account, tokens, certificate), manager);
  };
  // Settling changes what is listed.
  const settleAll = (namespace?: string): void =>
    Array.from(access.list('', 'Secret', namespace)).forEach(settle);
  settleAll();
  const stops = [
    access.subscribe('', 'Secret', ({ type: what, object }) => {
      if (what !== 'deleted') settle(object);
    }),
    access.subscribe('', 'ServiceAccount', ({ type: what, object }) => {
      if (what === 'deleted') settleAll(object.metadata.namespace);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function filled(secret: KubeObject, account: KubeObject, tokens: Tokens, certificate: string): KubeObject {
  const { metadata } = secret;
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return {
    ...secret,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, [uidAnnotation]: account.metadata.uid ?? '' },
    },
    data: {
      ...(secret['data'] as object | undefined),
      'ca.crt': base64(certificate),
      namespace: base64(metadata.namespace ?? ''),
      token: base64(tokens.issueForSecret(account, metadata.name)),
    },
  };
}
