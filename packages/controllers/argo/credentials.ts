import { Secret } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Cluster } from '@plumbline/kube';
import { repositoryKey } from '@plumbline/sources';
import type { ChartAccess, GitCredentials } from '@plumbline/sources';

const TYPE_LABEL = 'argocd.argoproj.io/secret-type';

/** Whether a Secret tells how to get at repositories. */
export function isRepositorySecret(object: KubeObject): boolean {
  const type = object.metadata.labels?.[TYPE_LABEL];
  return object.kind === 'Secret' && (type === 'repository' || type === 'repo-creds');
}

/** Who to be for a repository: its own Secret, else the template with the longest address that it begins with. */
export function createRepositoryCredentials(
  cluster: Cluster,
  namespace: string,
): (repoURL: string) => GitCredentials | undefined {
  return (repoURL) => {
    const secret = secretFor(cluster, namespace, repoURL, (one) => credentialsOf(one) !== undefined);
    return secret === undefined ? undefined : credentialsOf(secret);
  };
}

/** The same for a repository of charts, with its kind and its certificates. */
export function createChartAccess(
  cluster: Cluster,
  namespace: string,
): (repoURL: string) => ChartAccess | undefined {
  return (repoURL) => {
    const secret = secretFor(cluster, namespace, repoURL, () => true);
    return secret === undefined ? undefined : accessOf(secret);
  };
}

/** The address of a repository of charts that is set up under a name (`@name`, `alias:name` in a chart's dependencies). */
export function namedRepository(cluster: Cluster, namespace: string, name: string): string | undefined {
  for (const secret of cluster.live.all({ group: '', kind: 'Secret' })) {
    if (secret.metadata.namespace !== namespace || !isRepositorySecret(secret)) continue;
    if (field(secret, 'name') === name) return field(secret, 'url');
  }
  return undefined;
}

function secretFor(
  cluster: Cluster,
  namespace: string,
  repoURL: string,
  useful: (secret: KubeObject) => boolean,
): KubeObject | undefined {
  const wanted = repositoryKey(repoURL);
  let best: { readonly secret: KubeObject; readonly length: number } | undefined;
  for (const secret of cluster.live.all({ group: '', kind: 'Secret' })) {
    if (secret.metadata.namespace !== namespace || !isRepositorySecret(secret)) continue;
    const url = field(secret, 'url');
    if (url === undefined) continue;
    if (secret.metadata.labels?.[TYPE_LABEL] === 'repository') {
      if (repositoryKey(url) === wanted && useful(secret)) return secret;
    } else if (repoURL.startsWith(url) && url.length > (best?.length ?? 0)) {
      best = { secret, length: url.length };
    }
  }
  return best?.secret;
}

function accessOf(secret: KubeObject): ChartAccess {
  const credentials = credentialsOf(secret);
  const [cert, key] = [field(secret, 'tlsClientCertData'), field(secret, 'tlsClientCertKey')];
  const insecure = field(secret, 'insecure') === 'true';
  const hasTls = insecure || cert !== undefined;
  return {
    ...(credentials === undefined ? {} : { credentials }),
    ...(hasTls
      ? {
          tls: {
            insecure,
            ...(cert === undefined ? {} : { cert }),
            ...(key === undefined ? {} : { key: new Secret(key) }),
          },
        }
      : {}),
    oci: field(secret, 'enableOCI') === 'true',
    plainHttp: field(secret, 'insecureOCIForceHttp') === 'true',
  };
}

function credentialsOf(secret: KubeObject): GitCredentials | undefined {
  const password = field(secret, 'password');
  if (password === undefined || password === '') return undefined;
  return { username: field(secret, 'username') ?? '', password: new Secret(password) };
}

function field(secret: KubeObject, name: string): string | undefined {
  const value = (secret['data'] as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : undefined;
}
