import { KustomizeError } from '../problem.ts';
import { newResource } from '../resource.ts';
import type { JsonObject, Resource } from '../resource.ts';

export interface IamPolicyArgs {
  readonly cloud?: string;
  readonly kubernetesService?: { readonly name?: string; readonly namespace?: string };
  readonly serviceAccount?: { readonly name?: string; readonly projectId?: string };
}

/** A service account that stands for one of the cloud's. */
export function generateIamPolicy(args: IamPolicyArgs): Resource {
  const { cloud = '', kubernetesService = {}, serviceAccount = {} } = args;
  if (cloud !== 'gke') throw new KustomizeError(`cloud provider ${cloud} not supported yet`);
  const { name = '', projectId = '' } = serviceAccount;
  const metadata: JsonObject = {
    name: kubernetesService.name ?? '',
    annotations: { 'iam.gke.io/gcp-service-account': `${name}@${projectId}.iam.gserviceaccount.com` },
  };
  if (kubernetesService.namespace) metadata['namespace'] = kubernetesService.namespace;
  return newResource({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
}
