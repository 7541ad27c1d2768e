import { request as httpRequest } from 'node:http';
import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalKube } from './index.ts';
import type { LocalKube } from './index.ts';

/** A small generator with a seed, so that what fails fails again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

let kube: LocalKube;
let port: number;

beforeAll(async () => {
  kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: false,
    pods: 'none',
  });
  ({ port } = await kube.listen({ host: '127.0.0.1', port: 0 }));
  for (const object of [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' }, data: { x: 'y' } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a', namespace: 'default' },
      spec: {
        selector: { matchLabels: { app: 'a' } },
        template: {
          metadata: { labels: { app: 'a' } },
          spec: { containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 80 }] }] },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'x' }] },
    },
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.x.io' },
      spec: {
        group: 'x.io',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { n: { type: 'integer' } } } },
              },
            },
            subresources: { status: {} },
          },
        ],
      },
    },
    { apiVersion: 'x.io/v1', kind: 'Widget', metadata: { name: 'a', namespace: 'default' }, spec: { n: 1 } },
  ])
    kube.access.create(object as never, 'test');
});

afterAll(() => kube.stop());

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly ms: number;
}

function send(method: string, path: string, headers: Record<string, string>, body: Buffer): Promise<Answer> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, method, path, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        const done = (): void =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            text: Buffer.concat(chunks).toString('latin1'),
            ms: performance.now() - began,
          });
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          // A watch goes on; its first bytes are answer enough.
          if (path.includes('watch')) outgoing.destroy();
        });
        response.on('end', done);
        response.on('close', done);
        if (path.includes('watch') && response.statusCode === 200) setTimeout(() => outgoing.destroy(), 20);
      },
    );
    outgoing.on('error', (error) => reject(new Error(`${method} ${path}: ${error.message}`)));
    outgoing.end(body);
  });
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const routes = [
  '/api/v1/namespaces/default/configmaps',
  '/api/v1/namespaces/default/configmaps/a',
  '/api/v1/namespaces/default/pods/a',
  '/api/v1/namespaces/default/pods/a/eviction',
  '/api/v1/namespaces/default/pods/a/binding',
  '/api/v1/namespaces/default/pods/a/log',
  '/api/v1/namespaces/default/pods/a/ephemeralcontainers',
  '/apis/apps/v1/namespaces/default/deployments',
  '/apis/apps/v1/namespaces/default/deployments/a',
  '/apis/apps/v1/namespaces/default/deployments/a/scale',
  '/apis/apps/v1/namespaces/default/deployments/a/status',
  '/apis/x.io/v1/namespaces/default/widgets',
  '/apis/x.io/v1/namespaces/default/widgets/a',
  '/apis/x.io/v1/namespaces/default/widgets/a/status',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers',
  '/api/v1/namespaces',
  '/api/v1/nodes',
  '/apis',
  '/openapi/v3/apis/apps/v1',
  '/api/v1/namespaces/default/serviceaccounts/default/token',
  '/nope',
];
const queries = [
  '',
  '?dryRun=All',
  '?dryRun=x',
  '?fieldManager=%00',
  '?fieldManager=m&force=true',
  '?fieldValidation=Strict',
  '?limit=-1',
  '?limit=1&continue=%FF%FE',
  '?continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ',
  '?labelSelector=a%20in%20(',
  '?fieldSelector=x%3D%3D',
  '?watch=true&timeoutSeconds=1&resourceVersion=9999999',
  '?watch=true&timeoutSeconds=1&sendInitialEvents=true',
  '?resourceVersion=abc',
  '?%E0%A4%A',
  '?pretty=1',
];
const types = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'text/plain',
  '',
];
const seeds = [
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default"},"data":{"x":"y"}}',
  '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"c","image":"y","$patch":"delete"}]}}}}',
  '{"apiVersion":"x.io/v1","kind":"Widget","metadata":{"name":"a"},"spec":{"n":2}}',
  '{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"a"},"spec":{"replicas":2}}',
  '[{"op":"replace","path":"/data/x","value":"z"},{"op":"move","from":"/data","path":"/data/x"}]',
  'apiVersion: v1\nkind: ConfigMap\nmetadata: &a {name: a, labels: *a}\ndata: {x: !!binary "//"}\n',
  '{"metadata":{"managedFields":[{"manager":"x","operation":"Apply","fieldsV1":{"k:{":{}}}]}}',
  '{"spec":{"__proto__":{"x":1},"constructor":null,"toString":"x"}}',
  `${'['.repeat(3000)}${']'.repeat(3000)}`,
  'k8s\u0000\n\u000f\n\u0002v1\u0012\tConfigMap\u0012\u0003abc\u001a\u0000"\u0000',
];
const splices = [
  'null',
  '-1',
  '1e999',
  '"\\ud800"',
  '{}',
  '[]',
  '\u0000',
  'ÿ',
  '"',
  '{',
  ']',
  ': ',
  '\n',
  '9007199254740993',
];

/** A body that was right once. */
function mutated(random: () => number): Buffer {
  let text = seeds[Math.floor(random() * seeds.length)] ?? '';
  for (let times = Math.floor(random() * 4); times > 0; times--) {
    const at = Math.floor(random() * text.length);
    const cut = Math.floor(random() * 12);
    text = `${text.slice(0, at)}${splices[Math.floor(random() * splices.length)] ?? ''}${text.slice(at + cut)}`;
  }
  return Buffer.from(text, random() < 0.2 ? 'latin1' : 'utf8');
}

function versionNow(): number {
  const made = kube.access.update(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kept', namespace: 'kube-public' },
      data: { at: String((count += 1)) },
    },
    'test',
  );
  return Number(made.metadata.resourceVersion);
}
let count = 0;

describe('any bytes on any route', () => {
  it('are answered with a Status or what was asked for, quickly, and a refusal changes nothing', async () => {
    kube.access.create(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept', namespace: 'kube-public' } },
      'test',
    );
    const random = seeded(20260);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    let before = versionNow();
    for (let round = 0; round < 600; round++) {
      const method = pick(methods);
      const path = pick(routes) + pick(queries);
      const type = pick(types);
      const body = method === 'GET' || method === 'HEAD' ? Buffer.alloc(0) : mutated(random);
      const headers = {
        ...(type === '' ? {} : { 'content-type': type }),
        ...(random() < 0.1
          ? {
              accept: pick([
                'text/html',
                'application/json;as=Table;v=v1;g=meta.k8s.io',
                ';;',
                'application/yaml',
              ]),
            }
          : {}),
      };
      const about = `round ${round}: ${method} ${path} ${type} ${body.toString('latin1').slice(0, 200)}`;
      const answer = await send(method, path, headers, body);
      expect(answer.status, about).toBeGreaterThanOrEqual(200);
      expect(answer.ms, about).toBeLessThan(1000);
      if (answer.status >= 500) expect([500, 501, 504], about).toContain(answer.status);
      if (answer.status >= 400 && answer.type.includes('json') && method !== 'HEAD') {
        const status = JSON.parse(answer.text) as { readonly kind: string; readonly message?: string };
        expect(status.kind, about).toBe('Status');
        // A mistake of the server itself would show Node's words.
        expect(status.message ?? '', about).not.toMatch(
          /undefined|is not a function|Cannot read|is not iterable/,
        );
      }
      const after = versionNow();
      if (answer.status >= 400) expect(after - before, about).toBe(1);
      before = after;
    }
  }, 60_000);
});
