import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { expect, it } from 'vitest';
import { startLocalKube } from '../index.ts';

const statefulSet = (mounted: string) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'default' },
  spec: {
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    template: {
      metadata: { labels: { app: 'db' } },
      spec: {
        containers: [{ name: 'c', image: 'db:1', volumeMounts: [{ name: mounted, mountPath: '/data' }] }],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  },
});

it('lets containers of a StatefulSet mount its claims, and nothing that is neither claim nor volume', async () => {
  const kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: false,
    pods: 'none',
  });
  const create = (mounted: string) =>
    kube.transport.request({
      method: 'POST',
      path: '/apis/apps/v1/namespaces/default/statefulsets',
      body: statefulSet(mounted),
    });
  expect((await create('other')).body).toMatchObject({
    code: 422,
    details: { causes: [{ field: 'spec.template.spec.containers[0].volumeMounts[0].name' }] },
  });
  expect((await create('data')).status).toBe(201);
  await kube.stop();
});
