import type { Access } from '../registry/types.ts';
import type { Security } from '../types.ts';
import { records, record, text } from './match.ts';
import { refuse } from './refuse.ts';
import type { AdmissionRequest } from './types.ts';

const group = 'certificates.k8s.io';

/** A request for a certificate says who made it, whatever its body says, and when its conditions came. True: changed. */
export function fillSigningRequest(request: AdmissionRequest, now: number): boolean {
  const { resource, object, old, operation, subresource, requester } = request;
  if (resource.group !== group || resource.plural !== 'certificatesigningrequests' || object === undefined)
    return false;
  if (operation === 'CREATE' && requester !== undefined) {
    const { name, uid, groups, extra } = requester.user;
    const { uid: _, extra: __, ...spec } = record(object['spec']);
    object['spec'] = {
      ...spec,
      username: name,
      groups,
      ...(uid !== undefined && { uid }),
      ...(extra !== undefined && { extra }),
    };
    return true;
  }
  if (subresource !== 'approval' && subresource !== 'status') return false;
  const time = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const before = records(record(old?.status)['conditions']);
  const conditions = records(record(object['status'])['conditions']).map((condition) => {
    const known = before.find((one) => one['type'] === condition['type']);
    const since = known?.['status'] === condition['status'] ? known?.['lastTransitionTime'] : undefined;
    return {
      ...condition,
      lastUpdateTime: condition['lastUpdateTime'] ?? time,
      lastTransitionTime: condition['lastTransitionTime'] ?? since ?? time,
    };
  });
  if (conditions.length === 0) return false;
  object['status'] = { ...record(object['status']), conditions };
  return true;
}

/** Approving is a power of its own for each signer. */
export function checkApproval(
  request: AdmissionRequest,
  security: Security | undefined,
  access: Access,
): void {
  const { resource, subresource, old, requester } = request;
  if (resource.group !== group || subresource !== 'approval' || requester === undefined) return;
  if (security === undefined) return;
  const signer = text(record(old?.spec)['signerName']);
  const domain = `${signer.split('/')[0] ?? ''}/*`;
  const may = (name: string): boolean =>
    security.authorize(
      requester.user,
      {
        verb: 'approve',
        group,
        version: '*',
        resource: 'signers',
        subresource: '',
        namespace: '',
        name,
        path: '',
        isResource: true,
      },
      access,
    ) === undefined;
  if (!may(signer) && !may(domain))
    throw refuse(request, `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`);
}
