import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import type { KubeObject, KubeResponse, Status, WatchEvent } from '@plumbline/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecurity, startLocalKube } from '../index.ts';
import type { LocalKube } from '../index.ts';

interface Review {
  readonly apiVersion: string;
  readonly request: {
    readonly uid: string;
    readonly desiredAPIVersion: string;
    readonly objects: KubeObject[];
  };
}

type Fields = Record<string, unknown>;

/** In v1 the size is a number, in v2 a text with a unit; the place is called differently, too. */
function converted(object: KubeObject, desired: string): KubeObject {
  const { size, where, place } = object['spec'] as Fields;
  const spec =
    desired === 'example.org/v2'
      ? { size: `${String(size)}cm`, where: place ?? where }
      : { size: Number.parseInt(String(size), 10), place: where ?? place };
  return { ...object, apiVersion: desired, spec };
}

const secured = createSecurity({ random: systemRandom, now: () => systemClock.now() });

/** A webhook that answers over real HTTPS. */
class Webhook {
  readonly reviews: Review[] = [];
  /** Changes the answer before it is sent. */
  twist: (response: Fields, review: Review) => unknown = (response) => response;
  convert: (object: KubeObject, desired: string) => unknown = converted;
  status = 200;
  server!: Server;
  url = '';

  async start(): Promise<void> {
    this.server = createServer({ key: secured.tls.key, cert: secured.tls.cert }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const review = JSON.parse(Buffer.concat(chunks).toString()) as Review;
        this.reviews.push(review);
        const { uid, desiredAPIVersion, objects } = review.request;
        const answer = {
          uid,
          result: { status: 'Success' },
          convertedObjects: objects.map((object) => this.convert(object, desiredAPIVersion)),
        };
        response.writeHead(this.status, { 'content-type': 'application/json' });
        const body = { kind: 'ConversionReview', apiVersion: review.apiVersion, response: answer };
        response.end(JSON.stringify({ ...body, response: this.twist(answer, review) }));
      });
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `https://127.0.0.1:${(this.server.address() as AddressInfo).port}/convert`;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.closeAllConnections();
      this.server.close(() => resolve());
    });
  }
}

let webhook: Webhook;
let kube: LocalKube;

beforeEach(async () => {
  webhook = new Webhook();
  await webhook.start();
  kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: false,
    pods: 'none',
  });
});

afterEach(async () => {
  await kube.stop();
  await webhook.stop();
});

const bundle = Buffer.from(secured.admin.caCert).toString('base64');

const text = {
  type: 'object',
  properties: { size: { type: 'string' }, where: { type: 'string', default: 'here' } },
};
const number = {
  type: 'object',
  properties: { size: { type: 'integer', maximum: 100 }, place: { type: 'string' } },
};
const versioned = (name: string, storage: boolean, spec: object): object => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
  subresources: {},
});

function definition(storage: 'v1' | 'v2' = 'v1', more: Fields = {}): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'boxes.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { plural: 'boxes', kind: 'Box' },
      versions: [versioned('v1', storage === 'v1', number), versioned('v2', storage === 'v2', text)],
      conversion: {
        strategy: 'Webhook',
        webhook: {
          clientConfig: { url: webhook.url, caBundle: bundle },
          conversionReviewVersions: ['v9', 'v1'],
          ...more,
        },
      },
    },
  } as unknown as KubeObject;
}

const path = (version: string, name = ''): string =>
  `/apis/example.org/${version}/namespaces/default/boxes${name === '' ? '' : `/${name}`}`;

async function send(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  where: string,
  body?: unknown,
  contentType?: string,
): Promise<KubeResponse> {
  return kube.transport.request({
    method,
    path: where,
    ...(body === undefined ? {} : { body }),
    ...(contentType === undefined ? {} : { contentType }),
  });
}

const box = (version: string, name: string, spec: Fields): object => ({
  apiVersion: `example.org/${version}`,
  kind: 'Box',
  metadata: { name },
  spec,
});

const specOf = ({ body }: KubeResponse): unknown => (body as Fields)['spec'];
const messageOf = ({ body }: KubeResponse): string => (body as Status).message ?? '';
const define = (object: KubeObject): KubeObject => kube.access.create(object, 'test');

describe('a definition whose versions a webhook converts', () => {
  it('is read and written in each version, and kept in the stored one', async () => {
    define(definition());
    const made = await send('POST', path('v2'), box('v2', 'a', { size: '5cm', where: 'there' }));
    expect(made.status).toBe(201);
    expect(specOf(made)).toEqual({ size: '5cm', where: 'there' });
    expect(specOf(await send('GET', path('v1', 'a')))).toEqual({ size: 5, place: 'there' });
    await send('PATCH', path('v1', 'a'), { spec: { size: 7 } }, 'application/merge-patch+json');
    expect(specOf(await send('GET', path('v2', 'a')))).toEqual({ size: '7cm', where: 'there' });
    const live = (await send('GET', path('v2', 'a'))).body as KubeObject;
    const put = await send('PUT', path('v2', 'a'), { ...live, spec: { size: '9cm', where: 'x' } });
    expect(put.status).toBe(200);
    expect(put.body).toMatchObject({ metadata: { generation: 3 }, spec: { size: '9cm', where: 'x' } });
    expect((await send('DELETE', path('v2', 'a'))).status).toBe(200);
    expect((await send('GET', path('v1', 'a'))).status).toBe(404);
  });

  it('speaks the first form of a review that both know, and prunes and defaults what comes back', async () => {
    define(definition());
    webhook.convert = (object, desired) => {
      const made = converted(object, desired);
      return { ...made, spec: { ...(made['spec'] as Fields), unknown: 1, where: undefined } };
    };
    await send('POST', path('v1'), box('v1', 'a', { size: 5 }));
    expect(specOf(await send('GET', path('v2', 'a')))).toEqual({ size: '5cm', where: 'here' });
    const [review] = webhook.reviews;
    expect(review).toMatchObject({
      apiVersion: 'apiextensions.k8s.io/v1',
      request: { desiredAPIVersion: 'example.org/v2' },
    });
    expect(review?.request.objects).toMatchObject([
      { apiVersion: 'example.org/v1', metadata: { name: 'a' } },
    ]);
  });

  it('asks once for a list, and not again for what it knows', async () => {
    define(definition());
    for (let i = 0; i < 40; i++) await send('POST', path('v1'), box('v1', `b${i}`, { size: i }));
    expect(webhook.reviews).toEqual([]);
    const list = (await send('GET', path('v2'))).body as { readonly items: readonly KubeObject[] };
    expect(list.items).toHaveLength(40);
    expect(list.items.every((item) => /^\d+cm$/.test(String((item['spec'] as Fields)['size'])))).toBe(true);
    expect(webhook.reviews.map(({ request }) => request.objects.length)).toEqual([40]);
    await send('GET', path('v2', 'b3'));
    expect(webhook.reviews).toHaveLength(1);
    // A page asks for no more than it shows.
    await send('PATCH', path('v1', 'b39'), { spec: { size: 99 } }, 'application/merge-patch+json');
    await send('GET', `${path('v2')}?limit=3`);
    expect(webhook.reviews).toHaveLength(1);
  });

  it('converts the events of a watch, in their order', async () => {
    define(definition());
    await send('POST', path('v1'), box('v1', 'a', { size: 1 }));
    const events: WatchEvent[] = [];
    const abort = new AbortController();
    const seen = (count: number): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => void (events.length >= count ? resolve() : setImmediate(look));
        look();
      });
    await kube.transport.watch(
      {
        method: 'GET',
        path: `${path('v2')}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
        signal: abort.signal,
      },
      { onEvents: (batch) => events.push(...batch), onEnd: () => {} },
    );
    await send('PATCH', path('v1', 'a'), { spec: { size: 2 } }, 'application/merge-patch+json');
    await send('POST', path('v2'), box('v2', 'b', { size: '3cm' }));
    await send('DELETE', path('v1', 'a'));
    await seen(5);
    abort.abort();
    expect(
      events.map(({ type, object }) => [type, (object['spec'] as Fields | undefined)?.['size']]),
    ).toEqual([
      ['ADDED', '1cm'],
      ['BOOKMARK', undefined],
      ['MODIFIED', '2cm'],
      ['ADDED', '3cm'],
      ['DELETED', '2cm'],
    ]);
  });

  it('ends a watch with an error when an event cannot be converted', async () => {
    define(definition());
    await send('POST', path('v1'), box('v1', 'a', { size: 1 }));
    webhook.twist = () => ({ result: { status: 'Failure', message: 'no way' } });
    const events: WatchEvent[] = [];
    await new Promise<void>((resolve) => {
      void kube.transport.watch(
        { method: 'GET', path: `${path('v2')}?watch=true` },
        { onEvents: (batch) => events.push(...batch), onEnd: () => resolve() },
      );
    });
    expect(events).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', code: 500 } }]);
  });

  it('moves to another stored version: old objects are converted when they are read and kept as new when they are written', async () => {
    define(definition('v1'));
    await send('POST', path('v1'), box('v1', 'a', { size: 4, place: 'p' }));
    const live = kube.access.get('apiextensions.k8s.io', 'CustomResourceDefinition', '', 'boxes.example.org');
    kube.access.update({ ...definition('v2'), metadata: live!.metadata }, 'test');
    expect(specOf(await send('GET', path('v2', 'a')))).toEqual({ size: '4cm', where: 'p' });
    await send(
      'PATCH',
      path('v2', 'a'),
      { metadata: { labels: { x: 'y' } } },
      'application/merge-patch+json',
    );
    expect(kube.access.get('example.org', 'Box', 'default', 'a')).toMatchObject({
      apiVersion: 'example.org/v2',
      metadata: { labels: { x: 'y' } },
      spec: { size: '4cm' },
    });
    expect(
      kube.access.get('apiextensions.k8s.io', 'CustomResourceDefinition', '', 'boxes.example.org')?.[
        'status'
      ],
    ).toMatchObject({ storedVersions: ['v1', 'v2'] });
  });

  it('keeps the identity of objects, and lets labels and annotations be changed', async () => {
    define(definition());
    await send('POST', path('v1'), box('v1', 'a', { size: 1 }));
    const before = (await send('GET', path('v1', 'a'))).body as KubeObject;
    webhook.convert = (object, desired) => ({
      ...converted(object, desired),
      metadata: {
        ...object.metadata,
        labels: { by: 'webhook' },
        resourceVersion: '1',
        finalizers: ['x.y/z'],
        ownerReferences: [],
      },
    });
    const { metadata } = (await send('GET', path('v2', 'a'))).body as KubeObject;
    expect(metadata).toEqual({ ...before.metadata, labels: { by: 'webhook' } });
  });

  const fail = 'conversion webhook for example.org/v1, Kind=Box failed: ';
  const bad = 'conversion webhook for example.org/v1, Kind=Box returned ';
  const changed = (change: (object: KubeObject) => unknown) => () => {
    webhook.convert = (object, desired) => change(converted(object, desired));
  };

  it.each<readonly [string, () => void, string]>([
    [
      'says no',
      () => (webhook.twist = () => ({ uid: 'x', result: { status: 'Success' } })),
      `${fail}expected response.uid=`,
    ],
    [
      'refuses',
      () => (webhook.twist = (answer) => ({ ...answer, result: { status: 'Failure', message: 'too big' } })),
      `${fail}too big`,
    ],
    [
      'fails without a word',
      () => (webhook.twist = (answer) => ({ ...answer, result: {} })),
      `${fail}response.result.status was '', not 'Success'`,
    ],
    ['answers nothing', () => (webhook.twist = () => undefined), `${fail}no response provided`],
    [
      'loses objects',
      () => (webhook.twist = (answer) => ({ ...answer, convertedObjects: [] })),
      `${bad}0 objects, expected 1`,
    ],
    ['is broken', () => (webhook.status = 500), `${fail}an error on the server (`],
    ['is not there', () => (webhook.status = 404), `${fail}the server could not find the requested resource`],
    [
      'gives another version',
      changed((object) => ({ ...object, apiVersion: 'example.org/v3' })),
      `${bad}invalid object at index 0: invalid groupVersion (expected example.org/v2, received example.org/v3)`,
    ],
    [
      'gives another kind',
      changed((object) => ({ ...object, kind: 'Bag' })),
      `${bad}invalid object at index 0: invalid kind (expected Box, received Bag)`,
    ],
    [
      'renames',
      changed((object) => ({ ...object, metadata: { ...object.metadata, name: 'b' } })),
      `${bad}invalid object: must have the same name: a != b`,
    ],
    [
      'changes the uid',
      changed((object) => ({ ...object, metadata: { ...object.metadata, uid: 'u' } })),
      `${bad}invalid object: must have the same UID: `,
    ],
    [
      'drops metadata',
      changed((object) => ({ ...object, metadata: undefined })),
      `${bad}invalid object: must have the same name: a != `,
    ],
    [
      'breaks labels',
      changed((object) => ({ ...object, metadata: { ...object.metadata, labels: { a: 1 } } })),
      `${bad}invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object`,
    ],
  ])('is 500 for the client when the webhook %s, and nothing is changed', async (_, setUp, message) => {
    define(definition());
    await send('POST', path('v1'), box('v1', 'a', { size: 1 }));
    setUp();
    const got = await send('GET', path('v2', 'a'));
    expect(got.status).toBe(500);
    expect(messageOf(got)).toContain(message);
    expect((await send('GET', path('v2'))).status).toBe(500);
    expect((await send('GET', path('v1'))).status).toBe(200);
    const post = await send('POST', path('v2'), box('v2', 'new', { size: '1cm' }));
    if (!message.includes('same name')) expect(post.status).toBe(500);
    expect((await send('GET', path('v1', 'a'))).body).toMatchObject({ spec: { size: 1 } });
  });

  it('says which service is missing, and whose certificate is not trusted', async () => {
    define(definition('v1', {
      clientConfig: { service: { namespace: 'ops', name: 'hook', path: '/convert' } },
    }));
    await send('POST', path('v1'), box('v1', 'a', { size: 1 }));
    expect(messageOf(await send('GET', path('v2', 'a')))).toBe(
      `${fail}Post "https://hook.ops.svc:443/convert?timeout=30s": service "hook" not found`,
    );
    const live = kube.access.get('apiextensions.k8s.io', 'CustomResourceDefinition', '', 'boxes.example.org');
    const strangers = createSecurity({ random: systemRandom, now: () => systemClock.now() }).admin.caCert;
    kube.access.update(
      {
        ...definition('v1', {
          clientConfig: { url: webhook.url, caBundle: Buffer.from(strangers).toString('base64') },
        }),
        metadata: live!.metadata,
      },
      'test',
    );
    expect(messageOf(await send('GET', path('v2', 'a')))).toContain(
      `${fail}Post "${webhook.url}?timeout=30s": `,
    );
    expect(webhook.reviews).toEqual([]);
  });

  it('checks what is written in the version it is written in', async () => {
    define(definition());
    const answer = await send('POST', path('v1'), box('v1', 'a', { size: 101 }));
    expect(answer.status).toBe(422);
    expect(webhook.reviews).toEqual([]);
  });
});

describe('a version that is not the stored one', () => {
  const plain = (): KubeObject => {
    const made = definition() as unknown as { spec: Fields };
    made.spec['conversion'] = { strategy: 'None' };
    made.spec['versions'] = [versioned('v1', true, number), versioned('v2', false, number)];
    return made as unknown as KubeObject;
  };

  it.each([
    ['is refused', { spec: { size: 101 } }, ''],
    ['is only tried', { spec: { size: 7 }, metadata: { labels: { a: 'b' } } }, '?dryRun=All'],
  ])('shows nothing of a write that %s', async (_, change, query) => {
    define(plain());
    await send('POST', path('v2'), box('v2', 'a', { size: 5 }));
    const before = JSON.stringify((await send('GET', path('v2', 'a'))).body);
    const json = Object.entries(change).flatMap(([part, members]) =>
      Object.entries(members).map(([name, value]) => ({
        op: 'add',
        path: `/${part}/${name}`,
        value: value as unknown,
      })),
    );
    await send('PATCH', `${path('v2', 'a')}${query}`, json, 'application/json-patch+json');
    await send('PATCH', `${path('v2', 'a')}${query}`, change, 'application/merge-patch+json');
    expect(JSON.stringify((await send('GET', path('v2', 'a'))).body)).toBe(before);
  });
});
