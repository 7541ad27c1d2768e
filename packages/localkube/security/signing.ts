import type { Cancel } from '@plumbline/base';
import { isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Access } from '../registry/types.ts';
import type { Authority } from './authority.ts';
import { readSigningRequest } from './signing-request.ts';

const group = 'certificates.k8s.io';
const kind = 'CertificateSigningRequest';
const manager = 'kube-controller-manager';
const dayMs = 24 * 60 * 60 * 1000;
const daysDefault = 365;

/** Signers of this server, and whether their certificates are for servers. */
const signers: Readonly<Record<string, 'client' | 'server'>> = {
  'kubernetes.io/kube-apiserver-client': 'client',
  'kubernetes.io/kube-apiserver-client-kubelet': 'client',
  'kubernetes.io/kubelet-serving': 'server',
};

/** Signs requests for certificates once they are approved. */
export function followSigning(access: Access, authority: Authority): Cancel {
  const settle = (request: KubeObject): void => {
    const status = isRecord(request.status) ? request.status : {};
    const spec = isRecord(request.spec) ? request.spec : {};
    const use = signers[String(spec['signerName'])];
    if (use === undefined || status['certificate'] !== undefined) return;
    const conditions = Array.isArray(status['conditions']) ? status['conditions'].filter(isRecord) : [];
    const has = (type: string): boolean => conditions.some((one) => one['type'] === type);
    if (!has('Approved') || has('Denied') || has('Failed')) return;
    const signed = sign(spec, use, authority, access.now());
    const now = `${new Date(access.now()).toISOString().slice(0, 19)}Z`;
    const failed = {
      type: 'Failed',
      status: 'True',
      reason: 'SignerValidationFailure',
      message: 'why' in signed ? signed.why : '',
      lastUpdateTime: now,
      lastTransitionTime: now,
    };
    const next =
      'why' in signed
        ? { ...status, conditions: [...conditions, failed] }
        : { ...status, certificate: Buffer.from(signed.certificate).toString('base64') };
    access.update({ ...request, status: next }, manager, 'status');
  };
  Array.from(access.list(group, kind)).forEach(settle);
  return access.subscribe(group, kind, ({ type, object }) => {
    if (type !== 'deleted') settle(object);
  });
}

function sign(
  spec: Readonly<Record<string, unknown>>,
  use: 'client' | 'server',
  authority: Authority,
  now: number,
): { readonly certificate: string } | { readonly why: string } {
  const text = typeof spec['request'] === 'string' ? Buffer.from(spec['request'], 'base64').toString() : '';
  const request = readSigningRequest(text);
  if (typeof request === 'string') return { why: `unable to parse csr: ${request}` };
  if (request.subject.organizations?.includes('system:masters') === true)
    return { why: 'subject organization is system:masters, which this signer does not sign' };
  const seconds = typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : undefined;
  const lasts = seconds === undefined ? daysDefault * dayMs : Math.max(600, seconds) * 1000;
  return {
    certificate: authority.sign({ ...request, use, notAfter: now + Math.min(lasts, daysDefault * dayMs) }),
  };
}
