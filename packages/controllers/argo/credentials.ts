import { Secret } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Cluster } from '@plumbline/kube';
import { repositoryKey } from '@plumbline/sources';
import type { GitCredentials } from '@plumbline/sources';

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
    const wanted = repositoryKey(repoURL);
    let best: { readonly secret: KubeObject; readonly length: number } | undefined;
    for (const secret of cluster.live.all({ group: '', kind: 'Secret' })) {
      if (secret.metadata.namespace !== namespace || !isRepositorySecret(secret)) continue;
      const url = field(secret, 'url');
      if (url === undefined) continue;
      if (secret.metadata.labels?.[TYPE_LABEL] === 'repository') {
        const own = repositoryKey(url) === wanted ? credentialsOf(secret) : undefined;
        if (own !== undefined) return own;
      } else if (repoURL.startsWith(url) && url.length > (best?.length ?? 0)) {
        best = { secret, length: url.length };
      }
    }
    return best === undefined ? undefined : credentialsOf(best.secret);
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
