import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { adminKubeconfig, createSecurity, startLocalKube } from '@plumbline/localkube';
import type { LocalKube } from '@plumbline/localkube';
import { connect, httpsTransport, readKubeconfig } from '@plumbline/kube';
import type { Cluster, HttpsOptions } from '@plumbline/kube';

const ports = { clock: systemClock, random: systemRandom, logger: silentLogger };
const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };

let kube: LocalKube;
let options: HttpsOptions;

beforeAll(async () => {
  const { security, tls, admin } = createSecurity({ random: systemRandom, now: () => systemClock.now() });
  kube = await startLocalKube({ ...ports, controllers: false, pods: 'none', security });
  const { url } = await kube.listen({ host: '127.0.0.1', port: 0, tls });
  const text = adminKubeconfig({
    server: url,
    ca: admin.caCert,
    clientCert: admin.clientCert,
    clientKey: admin.clientKey,
  });
  const address = await readKubeconfig({
    path: '/config',
    readFile: () => Promise.resolve(text),
    clock: systemClock,
  });
  if (!address.ok) throw new Error(address.error.message);
  options = address.value.options;
});

afterAll(() => kube.stop());

async function using<T>(transport: HttpsOptions, act: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = connect({
    ...ports,
    transport: httpsTransport(transport),
    name: 'x',
    server: transport.server,
  });
  try {
    return await act(cluster);
  } finally {
    await cluster.close();
  }
}

describe('HTTPS', () => {
  it('signs in with the certificate of a kubeconfig, for requests and for watches', async () => {
    await using(options, async (cluster) => {
      await cluster.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a', namespace: 'default' },
      });
      await cluster.live.require([CONFIG_MAP]);
      expect(cluster.live.synced(CONFIG_MAP)).toBe(true);
      expect(cluster.live.get({ ...CONFIG_MAP, namespace: 'default', name: 'a' })).toBeDefined();
    });
  });

  it('refuses a server whose certificate nobody vouches for, unless told not to look', async () => {
    const { ca: _ca, ...unknown } = options;
    await expect(using(unknown, (cluster) => cluster.list(CONFIG_MAP))).rejects.toThrow(
      'cannot reach the API server',
    );
    const { items } = await using({ ...unknown, insecure: true }, (cluster) => cluster.list(CONFIG_MAP));
    expect(items.length).toBeGreaterThan(0);
  });

  it('says that a token is wrong, and does not show it', async () => {
    const { cert: _cert, key: _key, ...nobody } = options;
    const token = (): Promise<string> => Promise.resolve('a-secret-token');
    const thrown: unknown = await using({ ...nobody, token }, (cluster) => cluster.list(CONFIG_MAP)).catch(
      (e: unknown) => e,
    );
    expect(thrown).toMatchObject({ code: 401, reason: 'Unauthorized' });
    expect(JSON.stringify(thrown) + String(thrown)).not.toContain('a-secret-token');
  });
});
