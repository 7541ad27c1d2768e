import type { Random } from '@plumbline/base';
import type { Access } from '../registry/types.ts';
import { checkEscalation } from '../security/escalation.ts';
import type { Security } from '../types.ts';
import { fillIngressClass } from './ingress-class.ts';
import { makeMutations } from './mutations.ts';
import { checkPodSecurity, checkSecurityLabels } from './pod-security.ts';
import { makePolicies } from './policies.ts';
import { checkApproval, fillSigningRequest } from './signing-requests.ts';
import type { Admission, AdmissionRequest, Merge } from './types.ts';
import { mutateByWebhooks, validateByWebhooks } from './webhooks.ts';

export { WebhookNeeded } from './types.ts';
export type { Admission, WebhookReply } from './types.ts';
export { callWebhook } from './webhook-caller.ts';

const roles = 'rbac.authorization.k8s.io';

/** The plugins that look at every write, in upstream's order. */
export function makeAdmission(world: {
  readonly access: Access;
  readonly random: Random;
  readonly security?: Security | undefined;
  readonly merge: Merge;
}): Admission {
  const { access, random, security } = world;
  const namespaces = (name: string) => access.get('', 'Namespace', '', name);
  const around = { access, security, namespaces, random };
  const policies = makePolicies(around);
  const mutations = makeMutations(around, world.merge);
  return {
    mutate(request) {
      const filled = fillSigningRequest(request, access.now()) || fillIngressClass(request, access);
      const byPolicies = mutations.mutate(request);
      const byWebhooks = mutateByWebhooks(around, request);
      guardRoles(request, security, access);
      return filled || byPolicies || byWebhooks;
    },
    validate(request) {
      checkApproval(request, security, access);
      checkSecurityLabels(request);
      if (request.namespace !== '') checkPodSecurity(request, namespaces(request.namespace));
      policies.validate(request);
      validateByWebhooks(around, request);
    },
  };
}

function guardRoles(request: AdmissionRequest, security: Security | undefined, access: Access): void {
  const { resource, requester, object, old, namespace, name } = request;
  if (resource.group !== roles || requester === undefined || security === undefined || object === undefined)
    return;
  const { kind, plural } = resource;
  const write = { kind, plural, namespace, name: name || object.metadata.name, object, old };
  checkEscalation(write, requester.user, security, access);
}
