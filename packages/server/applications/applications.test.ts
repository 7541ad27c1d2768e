import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '@plumbline/api';
import { APPLICATIONS, applicationNamed, startHarness, until } from '../test/harness.ts';
import type { Harness } from '../test/harness.ts';

const base = '/api/v1/applications';
let harness: Harness;

beforeAll(async () => {
  harness = await startHarness();
});

afterAll(() => harness.stop());

async function json<T>(response: Response | Promise<Response>): Promise<T> {
  return (await (await response).json()) as T;
}

async function stored(name: string): Promise<Application> {
  return (await harness.cluster.get({ ...APPLICATIONS, name })) as Application;
}

async function patch(name: string, body: object): Promise<void> {
  await harness.cluster.patch({ ...APPLICATIONS, name }, 'application/merge-patch+json', body);
}

describe('reading applications', () => {
  it('lists them by name, filtered and pruned, with the version to follow from', async () => {
    await harness.application('read-b', {
      metadata: { name: 'read-b', namespace: 'argocd', labels: { team: 'b' } },
    });
    await harness.application('read-a', {
      metadata: { name: 'read-a', namespace: 'argocd', labels: { team: 'a' } },
    });
    const list = await json<{ metadata: { resourceVersion: string }; items: Application[] }>(
      harness.call('GET', base),
    );
    expect(list.items.map((app) => app.metadata.name)).toEqual(['read-a', 'read-b']);
    expect(list.items[0]?.metadata.managedFields).toBeUndefined();
    expect(list.metadata.resourceVersion).toBe(list.items[0]?.metadata.resourceVersion);
    const some = await json<unknown>(
      harness.call('GET', `${base}?selector=team%3Db&fields=items.metadata.name`),
    );
    expect(some).toEqual({ items: [{ metadata: { name: 'read-b' } }] });
    const most = await json<{ items: Application[] }>(harness.call('GET', `${base}?fields=-items.spec`));
    expect(most.items[0]?.spec).toBeUndefined();
    expect(most.items[0]?.metadata.managedFields).toBeUndefined();
    const none = await json<{ items: unknown[] }>(harness.call('GET', `${base}?projects=other`));
    expect(none.items).toEqual([]);
    expect((await harness.call('GET', `${base}?selector=a%20b`)).status).toBe(400);
  });

  it('writes long lists in slices', async () => {
    for (let i = 0; i < 120; i++) await harness.application(`many-${i}`);
    const list = await json<{ items: Application[] }>(
      harness.call('GET', `${base}?repo=https://git.example/config.git`),
    );
    expect(list.items.length).toBeGreaterThanOrEqual(120);
  });

  it('shows one, and what belongs to it', async () => {
    await harness.application('one');
    expect(await json<Application>(harness.call('GET', `${base}/one`))).toMatchObject({
      metadata: { name: 'one' },
    });
    expect(await json(harness.call('GET', `${base}/one/resource-tree`))).toEqual({ nodes: [] });
    expect(await json(harness.call('GET', `${base}/one/managed-resources`))).toEqual({ items: [] });
    expect(await json(harness.call('GET', `${base}/one/plan?prune=true`))).toEqual({ hash: 'h', waves: [] });
    expect((await harness.call('GET', `${base}/one/plan`)).status).toBe(503);
    expect(await json(harness.call('GET', `${base}/one/revisions/abc/metadata`))).toEqual({
      author: 'Ada <ada@example.org>',
      date: '2026-01-01T00:00:00Z',
      message: 'Begin',
      tags: ['v1'],
    });
    expect((await harness.call('GET', `${base}/one/revisions/def/metadata`)).status).toBe(404);
    const resource = `${base}/one/resource?kind=Deployment&group=apps&version=v1&namespace=default&resourceName=`;
    expect(await json(harness.call('GET', `${resource}web`))).toEqual({ manifest: '{"kind":"Deployment"}' });
    expect((await harness.call('GET', `${resource}other`)).status).toBe(404);
    expect((await harness.call('GET', `${base}/one/resource`)).status).toBe(400);
    expect((await harness.call('GET', `${base}/one/events?resourceName=alien`)).status).toBe(404);
  });

  it('shows its events', async () => {
    const app = await harness.application('told');
    const { name, namespace, uid } = app.metadata;
    await harness.cluster.create({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'told.1', namespace: 'argocd' },
      involvedObject: { kind: 'Application', apiVersion: 'argoproj.io/v1alpha1', name, namespace, uid },
      reason: 'Synced',
      message: 'done',
      type: 'Normal',
    });
    const events = await json<{ items: { reason: string }[] }>(harness.call('GET', `${base}/told/events`));
    expect(events.items.map((event) => event.reason)).toEqual(['Synced']);
  });

  it('refreshes by annotation and waits until the controller has seen it', async () => {
    await harness.application('fresh');
    const answer = harness.call('GET', `${base}/fresh?refresh=hard`);
    const key = { ...APPLICATIONS, name: 'fresh' };
    await until(
      () => harness.cluster.live.get(key)?.metadata.annotations?.['argocd.argoproj.io/refresh'] === 'hard',
    );
    await patch('fresh', { metadata: { annotations: { 'argocd.argoproj.io/refresh': null } } });
    const app = await json<Application>(answer);
    expect(app.metadata.annotations?.['argocd.argoproj.io/refresh']).toBeUndefined();
    expect((await harness.call('GET', `${base}/fresh?refresh=soft`)).status).toBe(400);
  });
});

describe('writing applications', () => {
  it('creates, does nothing for the same, and replaces only when asked', async () => {
    const app = applicationNamed('made');
    expect((await harness.call('POST', base, app)).status).toBe(200);
    expect((await harness.call('POST', base, app)).status).toBe(200);
    const other = { ...app, spec: { ...app.spec, source: { ...app.spec.source, path: 'elsewhere' } } };
    const refused = await harness.call('POST', base, other);
    expect(refused.status).toBe(400);
    expect((await json<{ message: string; code: number }>(refused)).code).toBe(3);
    await patch('made', { metadata: { labels: { kept: 'yes' } } });
    expect((await harness.call('POST', `${base}?upsert=true`, other)).status).toBe(200);
    const after = await stored('made');
    expect([after.spec.source?.path, after.metadata.labels]).toEqual(['elsewhere', { kept: 'yes' }]);
  });

  it.each([
    [{}, 'metadata: is missing'],
    [
      { metadata: { name: 'Bad Name' } },
      'metadata.name: must be a name in lower case letters, digits, - and .',
    ],
    [{ metadata: { name: 'x' } }, 'spec: is missing'],
    [{ metadata: { name: 'x' }, spec: {} }, 'spec.destination: is missing'],
    [{ metadata: { name: 'x' }, spec: { destination: { server: 's' } } }, 'spec.source: is missing'],
    [
      { metadata: { name: 'x' }, spec: { destination: { server: 's' }, source: {} } },
      'spec.source.repoURL: is missing',
    ],
    [
      { metadata: { name: 'x' }, spec: { destination: { server: 's' }, sources: [{ repoURL: 'r' }, {}] } },
      'spec.sources[1].repoURL: is missing',
    ],
    [{ metadata: { name: 'x', labels: { a: 1 } }, spec: {} }, 'metadata.labels: must be texts by name'],
  ])('says what is wrong with %j and where', async (body, message) => {
    const response = await harness.call('POST', base, body);
    expect(response.status).toBe(400);
    expect(await json(response)).toEqual({ error: message, message, code: 3 });
  });

  it('updates, patches spec and metadata, and never the status or the operation', async () => {
    await harness.application('change');
    const app = applicationNamed('change');
    const spec = { ...app.spec, source: { ...app.spec.source, targetRevision: 'v2' } };
    expect(await json(harness.call('PUT', `${base}/change/spec`, spec))).toMatchObject({
      source: { targetRevision: 'v2' },
    });
    const merge = {
      spec: { source: { path: 'patched' } },
      metadata: { labels: { x: 'y' } },
      operation: { sync: {} },
      status: { health: { status: 'Healthy' } },
    };
    const sent = { patch: JSON.stringify(merge), patchType: 'merge' };
    expect((await harness.call('PATCH', `${base}/change`, sent)).status).toBe(200);
    const operations = [{ op: 'replace', path: '/spec/source/targetRevision', value: 'v3' }];
    const json6902 = { patch: JSON.stringify(operations), patchType: 'json' };
    expect((await harness.call('PATCH', `${base}/change`, json6902)).status).toBe(200);
    const after = await stored('change');
    expect(after.spec.source).toMatchObject({ path: 'patched', targetRevision: 'v3' });
    expect(after.metadata.labels).toEqual({ x: 'y' });
    expect(after.operation).toBeUndefined();
    expect(after.status?.health).toBeUndefined();
    expect((await harness.call('PATCH', `${base}/change`, { patch: '{', patchType: 'merge' })).status).toBe(
      400,
    );
    expect((await harness.call('PATCH', `${base}/change`, { patch: '{}', patchType: 'other' })).status).toBe(
      400,
    );
  });

  it.each([
    ['', ['keep/me', 'resources-finalizer.argocd.argoproj.io']],
    ['?propagationPolicy=background', ['keep/me', 'resources-finalizer.argocd.argoproj.io/background']],
    ['?cascade=false', ['keep/me']],
  ])('deletes with the finalizers for "%s"', async (query, finalizers) => {
    const name = `gone-${finalizers.length}${query.length}`;
    await harness.application(name, { metadata: { name, namespace: 'argocd', finalizers: ['keep/me'] } });
    expect((await harness.call('DELETE', `${base}/${name}${query}`)).status).toBe(200);
    const { metadata } = await stored(name);
    expect(metadata.finalizers).toEqual(finalizers);
    expect(metadata.deletionTimestamp).toBeDefined();
    expect((await harness.call('POST', `${base}/${name}/sync`, {})).status).toBe(400);
  });
});

describe('operations', () => {
  it('start once, with who asked', async () => {
    await harness.application('sync');
    const request = {
      prune: true,
      dryRun: false,
      strategy: { hook: { force: true } },
      resources: [{ group: 'apps', kind: 'Deployment', name: 'web' }],
      syncOptions: { items: ['Validate=false'] },
      infos: null,
    };
    expect((await harness.call('POST', `${base}/sync/sync`, request)).status).toBe(200);
    expect((await stored('sync')).operation).toEqual({
      initiatedBy: { username: 'admin' },
      sync: {
        prune: true,
        syncStrategy: { hook: { force: true } },
        resources: [{ group: 'apps', kind: 'Deployment', name: 'web' }],
        syncOptions: ['Validate=false'],
      },
    });
    const again = await harness.call('POST', `${base}/sync/sync`, {});
    expect(again.status).toBe(400);
    expect(await json(again)).toMatchObject({ code: 9, message: 'another operation is already in progress' });
  });

  it('are won by one of many that ask at the same time', async () => {
    await harness.application('race');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => harness.call('POST', `${base}/race/sync`, {})),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(7);
  });

  it('do not leave the revision that auto-sync is bound to', async () => {
    const app = applicationNamed('bound');
    await harness.application('bound', { spec: { ...app.spec, syncPolicy: { automated: {} } } });
    const refused = await harness.call('POST', `${base}/bound/sync`, { revision: 'v9' });
    expect((await json<{ message: string }>(refused)).message).toBe(
      'Cannot sync to v9: auto-sync currently set to main',
    );
    expect((await harness.call('POST', `${base}/bound/sync`, { revision: 'v9', dryRun: true })).status).toBe(
      200,
    );
  });

  it('end when told to, if one runs', async () => {
    await harness.application('end');
    expect((await harness.call('DELETE', `${base}/end/operation`)).status).toBe(400);
    const operation = { sync: {} };
    await patch('end', {
      operation,
      status: { operationState: { operation, phase: 'Running', startedAt: '2026-01-01T00:00:00Z' } },
    });
    expect((await harness.call('DELETE', `${base}/end/operation`)).status).toBe(200);
    expect((await stored('end')).status?.operationState?.phase).toBe('Terminating');
  });

  it('go back to what was deployed before', async () => {
    await harness.application('back');
    const source = { repoURL: 'https://git.example/config.git', path: 'apps' };
    await patch('back', {
      status: { history: [{ id: 4, revision: 'abc', source, deployedAt: '2026-01-01T00:00:00Z' }] },
    });
    expect((await harness.call('POST', `${base}/back/rollback`, { id: 5 })).status).toBe(400);
    expect((await harness.call('POST', `${base}/back/rollback`, { id: 4, prune: true })).status).toBe(200);
    expect((await stored('back')).operation?.sync).toEqual({
      revision: 'abc',
      source,
      prune: true,
      syncStrategy: { apply: {} },
    });
  });

  it.each([
    [{ revision: 3 }, 'revision: must be a text'],
    [{ prune: 'yes' }, 'prune: must be true or false'],
    [{ resources: [{ name: 'x' }] }, 'resources[0].kind: is missing'],
  ])('refuse %j', async (body, message) => {
    const response = await harness.call('POST', `${base}/one/sync`, body);
    expect((await json<{ message: string }>(response)).message).toBe(message);
  });
});
