import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '@plumbline/api';
import { records, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import type { ApiAddress } from './types.ts';

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * How a container finds the API of its cluster. Clients look for the token at a fixed path, which a process without a
 * file system of its own cannot have, so it gets a kubeconfig that says the same; only where the pod mounts a token.
 */
export function apiVariables(
  api: ApiAddress | undefined,
  pod: KubeObject,
  container: Fields,
  volumes: ReadonlyMap<string, string>,
  folder: string,
): Readonly<Record<string, string>> {
  if (api === undefined) return {};
  const { hostname, port, protocol } = new URL(api.url);
  const address = {
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port || (protocol === 'https:' ? '443' : '80'),
  };
  const mount = records(container['volumeMounts']).find((one) => one['mountPath'] === tokenPath);
  const volume = volumes.get(text(mount?.['name']));
  if (volume === undefined) return address;
  const file = join(folder, 'kubeconfig');
  const cluster = {
    server: api.url,
    ...(api.certificate !== undefined && {
      'certificate-authority-data': Buffer.from(api.certificate).toString('base64'),
    }),
  };
  const user = protocol === 'https:' ? { tokenFile: join(volume, 'token') } : {};
  const namespace = pod.metadata.namespace ?? 'default';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'here', cluster }],
    users: [{ name: 'pod', user }],
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'pod', namespace } }],
    'current-context': 'here',
  };
  // JSON is YAML too.
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return { ...address, KUBECONFIG: file };
}
