import type { KubeObject } from '@plumbline/api';
import { text } from '../kinds/fields.ts';
import { specOf } from '../controllers/runtime/objects.ts';
import type { Access } from '../registry/types.ts';
import type { PodStreams } from '../streams/types.ts';
import type { Security } from '../types.ts';
import type { IssueToken, LocalRuntime } from './local/index.ts';

/** The ways into a pod, whoever runs it. */
export function podStreams(simulated: PodStreams, local: LocalRuntime | undefined): PodStreams {
  if (local === undefined) return simulated;
  const of = (pod: KubeObject): PodStreams => local.streams(pod) ?? simulated;
  return {
    log: (pod, options) => of(pod).log(pod, options),
    exec: (pod, options) => of(pod).exec(pod, options),
    attach: (pod, options) => of(pod).attach(pod, options),
    connect: (pod, port) => of(pod).connect(pod, port),
  };
}

/** Tokens of service accounts, bound to the pod that gets them. */
export function tokenIssuer(access: Access, security: Security | undefined): IssueToken {
  const tokens = security?.tokens;
  return (pod, { audience, seconds }) => {
    const name = text(specOf(pod)['serviceAccountName']) || 'default';
    const account = access.get('', 'ServiceAccount', pod.metadata.namespace ?? '', name);
    if (tokens === undefined || account === undefined) return undefined;
    const audiences = [audience === '' ? tokens.issuer : audience];
    return tokens.issue({ account, audiences, seconds, bound: { kind: 'Pod', object: pod } }).token;
  };
}
