import { describe, expect, it } from 'vitest';
import { virtualClock } from '@plumbline/base';
import { inClusterAddress, readKubeconfig } from '@plumbline/kube';

const clock = virtualClock();

function files(content: Readonly<Record<string, string>>): (path: string) => Promise<string> {
  return (path) =>
    content[path] === undefined
      ? Promise.reject(new Error(`no such file: ${path}`))
      : Promise.resolve(content[path]);
}

function config(user: string, cluster = 'server: https://10.0.0.1:6443'): string {
  return `
apiVersion: v1
kind: Config
current-context: main
contexts:
- {name: main, context: {cluster: c, user: u, namespace: apps}}
clusters:
- name: c
  cluster: {${cluster}}
users:
- name: u
  user: {${user}}
`;
}

describe('readKubeconfig', () => {
  it('reads data and files, relative to the file', async () => {
    const text = config(
      `client-certificate: certs/me.crt, client-key-data: ${btoa('KEY')}`,
      `server: https://h:1, certificate-authority-data: ${btoa('CA')}, tls-server-name: api, insecure-skip-tls-verify: true`,
    );
    const readFile = files({ '/home/me/config': text, '/home/me/certs/me.crt': 'CERT' });
    expect(await readKubeconfig({ path: '/home/me/config', readFile, clock })).toEqual({
      ok: true,
      value: {
        context: 'main',
        namespace: 'apps',
        options: {
          server: 'https://h:1',
          ca: 'CA',
          cert: 'CERT',
          key: 'KEY',
          insecure: true,
          serverName: 'api',
        },
      },
    });
  });

  it('reads a token from its file again after a minute', async () => {
    const content: Record<string, string> = { '/c': config('tokenFile: /run/token'), '/run/token': 'one\n' };
    const readFile = (path: string): Promise<string> => files(content)(path);
    const address = await readKubeconfig({ path: '/c', readFile, clock });
    if (!address.ok) throw new Error(address.error.message);
    const { token } = address.value.options;
    expect(await token?.()).toBe('one');
    content['/run/token'] = 'two\n';
    expect(await token?.()).toBe('one');
    clock.advance(61_000);
    expect(await token?.()).toBe('two');
  });

  it.each([
    ['exec: {command: aws}', undefined, 'running a program (exec), which is refused'],
    ['auth-provider: {name: gcp}', undefined, 'auth-provider, which is not supported'],
    ['token: x', 'server: https://h, proxy-url: http://p', 'proxy'],
    ['token: x', 'insecure-skip-tls-verify: true', 'names no server'],
    ['client-key: gone.pem', undefined, 'no such file: /gone.pem'],
  ])('refuses %s %s', async (user, cluster, message) => {
    const readFile = files({ '/c': config(user, cluster) });
    const result = await readKubeconfig({ path: '/c', readFile, clock });
    expect(result.ok ? '' : result.error.message).toContain(message);
  });

  it('names the contexts that there are', async () => {
    const readFile = files({ '/c': config('token: x') });
    const result = await readKubeconfig({ path: '/c', readFile, clock, context: 'other' });
    expect(result).toMatchObject({
      ok: false,
      error: { message: 'has no context "other"', hint: 'it has: main' },
    });
  });
});

describe('inClusterAddress', () => {
  const root = '/var/run/secrets/kubernetes.io/serviceaccount';
  it('is made of the service account', async () => {
    const readFile = files({
      [`${root}/ca.crt`]: 'CA',
      [`${root}/namespace`]: 'argocd',
      [`${root}/token`]: 'T',
    });
    const result = await inClusterAddress({ host: 'fd00::1', port: '6443', readFile, clock });
    expect(result).toMatchObject({
      ok: true,
      value: { namespace: 'argocd', options: { server: 'https://[fd00::1]:6443', ca: 'CA' } },
    });
  });

  it('is none outside of a cluster', async () => {
    expect(
      await inClusterAddress({ host: undefined, port: undefined, readFile: files({}), clock }),
    ).toMatchObject({
      ok: false,
      error: { code: 'not-in-cluster' },
    });
  });
});
