import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { afterEach, describe, expect, it } from 'vitest';
import { adminKubeconfig, createSecurity, startLocalKube, type LocalKube } from '../index.ts';
import type { Attributes } from '../types.ts';

const options = { random: systemRandom, now: () => Date.UTC(2026, 5, 1) };

describe('certificates', () => {
  it('are read by others and signed by the authority', () => {
    const { tls, admin } = createSecurity(options);
    const authority = new X509Certificate(admin.caCert);
    const server = new X509Certificate(tls.cert);
    expect(authority.ca).toBe(true);
    expect(server.checkIssued(authority)).toBe(true);
    expect(server.verify(authority.publicKey)).toBe(true);
    expect(server.checkHost('kubernetes.default.svc')).toBeDefined();
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(server.checkIP('::1')).toBeDefined();
    expect(server.checkHost('elsewhere.example')).toBeUndefined();
    expect(new X509Certificate(admin.clientCert).subject).toBe('O=system:masters\nCN=plumbline-admin');
  });

  it('come from the same authority after a restart, whose key only its owner can read', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'plumbline-pki-'));
    const first = createSecurity({ ...options, dataDir });
    const second = createSecurity({ ...options, dataDir });
    expect(second.admin.caCert).toBe(first.admin.caCert);
    expect(
      new X509Certificate(first.admin.clientCert).verify(new X509Certificate(second.admin.caCert).publicKey),
    ).toBe(true);
    expect(statSync(join(dataDir, 'pki/ca.key')).mode & 0o777).toBe(0o600);
    rmSync(dataDir, { recursive: true });
  });

  it('go into a kubeconfig', () => {
    const text = adminKubeconfig({
      server: 'https://127.0.0.1:6443',
      ca: 'PEM',
      clientCert: 'C',
      clientKey: 'K',
    });
    expect(text).toContain('server: https://127.0.0.1:6443');
    expect(text).toContain('certificate-authority-data: UEVN');
  });
});

describe('requests', () => {
  const { security } = createSecurity(options);
  it.each([
    ['nobody in particular', {}, 'system:anonymous'],
    ['a wrong token is refused', { authorization: 'Bearer wrong' }, undefined],
    ['another scheme is refused', { authorization: 'Basic eA==' }, undefined],
  ])('%s', (_, headers, name) => {
    expect(security.authenticate({ headers })?.name).toBe(name);
  });

  it('with a token that is known from the start come from its user', () => {
    const tokens = new Map([['secret-token', { name: 'ci', groups: ['robots'] }]]);
    const secured = createSecurity({ ...options, tokens });
    expect(secured.security.authenticate({ headers: { authorization: 'Bearer secret-token' } })).toEqual({
      name: 'ci',
      groups: ['robots', 'system:authenticated'],
    });
  });
});

describe('roles', () => {
  let kube: LocalKube | undefined;
  afterEach(() => kube?.stop());

  it('allow what a rule of a bound role names, and nothing else', async () => {
    const secured = createSecurity(options);
    kube = await startLocalKube({
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      controllers: true,
      pods: 'none',
      security: secured.security,
    });
    secured.seed(kube.access);
    const { access } = kube;
    access.create(
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'bob-views', namespace: 'default' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'User', name: 'bob', apiGroup: 'rbac.authorization.k8s.io' }],
      },
      'test',
    );
    const bob = { name: 'bob', groups: ['system:authenticated'] };
    const ask = (more: Partial<Attributes>): boolean =>
      secured.security.authorize(
        bob,
        {
          verb: 'get',
          group: '',
          version: 'v1',
          resource: 'pods',
          subresource: '',
          namespace: 'default',
          name: '',
          path: '',
          isResource: true,
          ...more,
        },
        access,
      ) === undefined;
    expect(ask({})).toBe(true);
    expect(ask({ subresource: 'log' })).toBe(true);
    expect(ask({ namespace: 'kube-system' })).toBe(false);
    expect(ask({ namespace: '' })).toBe(false);
    expect(ask({ verb: 'delete' })).toBe(false);
    expect(ask({ resource: 'secrets' })).toBe(false);
    expect(ask({ isResource: false, path: '/apis/apps' })).toBe(true);
    expect(ask({ isResource: false, path: '/metrics' })).toBe(false);
  });

  it('that every cluster has are what the API would have made of them', async () => {
    const secured = createSecurity(options);
    kube = await startLocalKube({ ...parts, security: secured.security });
    secured.seed(kube.access);
    const other = await startLocalKube(parts);
    const group = 'rbac.authorization.k8s.io';
    let count = 0;
    for (const kind of ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'])
      for (const seeded of kube.access.list(group, kind)) {
        const { name, namespace, labels, annotations } = seeded.metadata;
        const given = { name, ...(namespace !== undefined && { namespace }), labels, annotations };
        // Rules that others bring are stored as null, and given as none.
        const rules = seeded['rules'] === null ? { rules: [] } : {};
        const asGiven = { ...seeded, ...rules, metadata: given } as typeof seeded;
        const made = other.access.create(asGiven, 'kube-apiserver');
        expect(withoutChance(seeded)).toBe(withoutChance(made));
        count++;
      }
    await other.stop();
    expect(count).toBeGreaterThan(100);
  });
});

const parts = {
  clock: systemClock,
  random: systemRandom,
  logger: silentLogger,
  controllers: false,
  pods: 'none',
} as const;

/** The text of an object but for what differs from one to the next. */
function withoutChance(object: unknown): string {
  return JSON.stringify(object).replaceAll(
    /"(uid|resourceVersion|creationTimestamp|time)":"[^"]+"/g,
    '"$1":""',
  );
}
