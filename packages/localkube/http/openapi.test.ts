import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { expect, it } from 'vitest';
import { startLocalKube } from '../index.ts';

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

it('offers strategic patches for built-in kinds only, as kubectl asks here which patch to send', async () => {
  const kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: false,
    pods: 'none',
  });
  await kube.transport.request({
    method: 'POST',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    body: definition,
  });
  const patchTypes = async (group: string, path: string): Promise<readonly string[]> => {
    const { body } = await kube.transport.request({ method: 'GET', path: `/openapi/v3/apis/${group}` });
    const document = (typeof body === 'string' ? JSON.parse(body) : body) as {
      paths: Record<string, { patch: { requestBody: { content: Record<string, unknown> } } }>;
    };
    return Object.keys(document.paths[path]?.patch.requestBody.content ?? {});
  };
  const strategic = 'application/strategic-merge-patch+json';
  expect(await patchTypes('apps/v1', '/apis/apps/v1/namespaces/{namespace}/deployments/{name}')).toContain(
    strategic,
  );
  const custom = await patchTypes(
    'example.com/v1',
    '/apis/example.com/v1/namespaces/{namespace}/widgets/{name}',
  );
  expect(custom).toContain('application/merge-patch+json');
  expect(custom).not.toContain(strategic);
  await kube.stop();
});
