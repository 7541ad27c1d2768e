import { describe, expect, it } from 'vitest';
import type { KubeObject } from '@plumbline/api';
import type { Cluster } from '@plumbline/kube';
import { createRepositoryCredentials } from './credentials.ts';

function secret(
  name: string,
  type: string,
  data: Readonly<Record<string, string>>,
  namespace = 'argocd',
): KubeObject {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { 'argocd.argoproj.io/secret-type': type } },
    data: Object.fromEntries(encoded),
  };
}

describe('credentials of repositories', () => {
  const base = 'https://git.example.com';
  const secrets = [
    secret('own', 'repository', { url: `${base}/team/own.git`, username: 'u', password: 'own' }),
    secret('bare', 'repository', { url: `${base}/team/bare` }),
    secret('all', 'repo-creds', { url: base, username: 'u', password: 'all' }),
    secret('team', 'repo-creds', { url: `${base}/team`, username: 'u', password: 'team' }),
    secret(
      'foreign',
      'repository',
      { url: `${base}/foreign`, username: 'u', password: 'stolen' },
      'elsewhere',
    ),
    secret('cluster', 'cluster', { url: `${base}/x`, password: 'no' }),
  ];
  const cluster = { live: { all: () => secrets } } as unknown as Cluster;
  const credentials = createRepositoryCredentials(cluster, 'argocd');

  it.each([
    [`${base}/team/own`, 'own'],
    [`${base}/team/other.git`, 'team'],
    [`${base}/team/bare`, 'team'],
    [`${base}/foreign`, 'all'],
    ['https://elsewhere.example.com/a', undefined],
  ])('%s: %s', (url, password) => {
    expect(credentials(url)?.password.reveal()).toBe(password);
  });
});
