import { afterEach, describe, expect, it } from 'vitest';
import { configMap, openHouse } from './test/house.ts';
import type { House } from './test/house.ts';

const houses: House[] = [];

async function open(files: Readonly<Record<string, string>>): Promise<House> {
  const house = await openHouse(files);
  houses.push(house);
  return house;
}

afterEach(async () => {
  for (const house of houses.splice(0)) await house.stop();
});

function synced(house: House, name: string): boolean {
  const { status, operation } = house.application(name);
  return status?.sync?.status === 'Synced' && status.health?.status === 'Healthy' && operation === undefined;
}

function value(house: House, name: string): unknown {
  return (house.object('ConfigMap', name)?.['data'] as { k?: unknown } | undefined)?.k;
}

function count(requests: readonly string[], request: string): number {
  return requests.filter((one) => one === request).length;
}

const automated = { prune: true, selfHeal: true };

describe('an automated application', () => {
  it('is brought about with one request per object and two status writes', async () => {
    const house = await open({ 'one/a.yaml': configMap('a', 'v1'), 'one/b.yaml': configMap('b', 'v1') });
    house.requests();
    await house.apply('one', { automated });
    await house.until('synced', () => synced(house, 'one'));
    await house.queue.idle();
    const requests = house.requests();
    expect(count(requests, 'POST configmaps')).toBe(2);
    expect(count(requests, 'PATCH applications')).toBe(2);
    expect(requests.filter((one) => one.startsWith('GET'))).toEqual([]);
    expect(house.application('one').status).toMatchObject({
      operationState: { phase: 'Succeeded', message: 'successfully synced (all tasks run)' },
      history: [{ id: 0, revision: '1'.padStart(40, '0') }],
      resources: [
        { kind: 'ConfigMap', name: 'a', status: 'Synced' },
        { kind: 'ConfigMap', name: 'b', status: 'Synced' },
      ],
    });
  });

  it('costs nothing while nothing happens', async () => {
    const house = await open({ 'one/a.yaml': configMap('a', 'v1') });
    await house.apply('one', { automated });
    await house.until('synced', () => synced(house, 'one'));
    await house.queue.idle();
    house.requests();
    const renders = house.renders();
    house.cluster.live.get({ group: '', kind: 'ConfigMap', namespace: 'n', name: 'a' });
    await house.queue.idle();
    expect([house.requests(), house.renders()]).toEqual([[], renders]);
  });

  it('is applied anew by a push that touches it; others only get the revision, and nothing of them is rendered', async () => {
    const house = await open({ 'one/a.yaml': configMap('a', 'v1'), 'two/b.yaml': configMap('b', 'v1') });
    await house.apply('one', { automated });
    await house.apply('two', { automated });
    await house.until('both synced', () => synced(house, 'one') && synced(house, 'two'));
    await house.queue.idle();
    house.requests();
    const renders = house.renders();
    const revision = house.commit({ 'one/a.yaml': configMap('a', 'v2') });
    await house.until('both at the revision', () =>
      ['one', 'two'].every(
        (name) => house.application(name).status?.sync?.revision === revision && synced(house, name),
      ),
    );
    await house.queue.idle();
    const requests = house.requests();
    await house.until('v2 is there', () => value(house, 'a') === 'v2');
    expect(house.renders()).toBe(renders + 1);
    // Begun and ended for the one, the revision for the other.
    expect(count(requests, 'PATCH applications')).toBe(3);
    expect(count(requests, 'PATCH configmaps')).toBe(1);
  });

  it('puts edits back, however often somebody edits', async () => {
    const house = await open({ 'one/a.yaml': configMap('a', 'v1') });
    await house.apply('one', { automated });
    await house.until('synced', () => synced(house, 'one'));
    for (const edit of ['x', 'y', 'z']) {
      const ref = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'n', name: 'a' };
      await house.cluster.patch(
        ref,
        'application/merge-patch+json',
        { data: { k: edit } },
        { fieldManager: 'kubectl-edit' },
      );
      await house.until('edited', () => value(house, 'a') === edit || value(house, 'a') === 'v1');
      await house.until(`${edit} is put back`, () => value(house, 'a') === 'v1' && synced(house, 'one'));
    }
    await house.cluster.delete({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'n', name: 'a' });
    await house.until('made again', () => value(house, 'a') === 'v1' && synced(house, 'one'));
    // Healing is a part of a sync: history does not grow.
    expect(house.application('one').status?.history).toHaveLength(1);
  });

  it('deletes what left Git, and nothing else', async () => {
    const house = await open({ 'one/a.yaml': configMap('a', 'v1'), 'one/b.yaml': configMap('b', 'v1') });
    await house.apply('one', { automated });
    await house.until('synced', () => synced(house, 'one') && value(house, 'b') === 'v1');
    await house.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'mine', namespace: 'n' },
    });
    await house.until('mine is there', () => house.object('ConfigMap', 'mine') !== undefined);
    house.commit({ 'one/b.yaml': '' });
    await house.until('pruned', () => house.object('ConfigMap', 'b') === undefined && synced(house, 'one'));
    expect(
      [house.object('ConfigMap', 'a'), house.object('ConfigMap', 'mine')].every(
        (object) => object !== undefined,
      ),
    ).toBe(true);
  });
});

describe('on doubt nothing is touched', () => {
  it('when a file is broken: the condition says which and where', async () => {
    const house = await open({ 'one/a.yaml': configMap('a', 'v1'), 'one/b.yaml': configMap('b', 'v1') });
    await house.apply('one', { automated });
    await house.until('synced', () => synced(house, 'one'));
    await house.queue.idle();
    house.requests();
    house.commit({
      'one/b.yaml': 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: b}\ndata:\n  a: b: c\n',
    });
    await house.until(
      'told',
      () => house.application('one').status?.conditions?.[0]?.type === 'ComparisonError',
    );
    await house.queue.idle();
    const { conditions, sync } = house.application('one').status ?? {};
    expect(conditions?.[0]?.message).toMatch(/b\.yaml.*line 5|one\/b\.yaml:5/);
    expect(sync?.status).toBe('Unknown');
    expect(house.requests().filter((one) => /configmaps/.test(one))).toEqual([]);
    expect([value(house, 'a'), value(house, 'b')]).toEqual(['v1', 'v1']);
    house.commit({ 'one/b.yaml': configMap('b', 'v2') });
    await house.until('mended', () => synced(house, 'one') && value(house, 'b') === 'v2');
  });

  it('when a folder was emptied', async () => {
    const house = await open({ 'one/a.yaml': configMap('a', 'v1'), 'one/README.md': 'x' });
    await house.apply('one', { automated });
    await house.until('synced', () => synced(house, 'one'));
    house.commit({ 'one/a.yaml': '' });
    await house.until(
      'refused',
      () => house.application('one').status?.conditions?.[0]?.type === 'SyncError',
    );
    await house.queue.idle();
    expect(house.application('one').status?.conditions?.[0]?.message).toMatch(
      /auto-sync will wipe out all resources/,
    );
    expect(value(house, 'a')).toBe('v1');
  });

  it('when its project is gone', async () => {
    const house = await open({ 'one/a.yaml': configMap('a', 'v1') });
    await house.apply('one', { automated, finalizers: [] });
    await house.until('synced', () => synced(house, 'one'));
    await house.cluster.delete({
      group: 'argoproj.io',
      version: 'v1alpha1',
      kind: 'AppProject',
      namespace: 'argocd',
      name: 'default',
    });
    house.commit({ 'one/a.yaml': '' });
    await house.until(
      'told',
      () => house.application('one').status?.conditions?.[0]?.type === 'InvalidSpecError',
    );
    await house.queue.idle();
    expect(value(house, 'a')).toBe('v1');
  });
});

describe('operations', () => {
  const hook = (phase: string) => ({ 'argocd.argoproj.io/hook': phase });
  const pod = (name: string, phase: string): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, annotations: hook(phase) },
      spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'job:1' }] },
    });

  async function finish(house: House, name: string, phase: string): Promise<void> {
    const ref = { group: '', version: 'v1', kind: 'Pod', namespace: 'n', name };
    await house.cluster.patch(
      ref,
      'application/merge-patch+json',
      { status: { phase } },
      { subresource: 'status' },
    );
  }

  it('run hooks around the objects and wait for them', async () => {
    const house = await open({ 'one/a.yaml': configMap('a', 'v1'), 'one/pre.yaml': pod('pre', 'PreSync') });
    await house.apply('one');
    await house.until('compared', () => house.application('one').status?.sync?.status === 'OutOfSync');
    await house.operate('one', { initiatedBy: { username: 'alice' }, sync: {} });
    await house.until(
      'waiting',
      () =>
        house.application('one').status?.operationState?.message ===
        'waiting for completion of hook /Pod/pre',
    );
    expect(value(house, 'a')).toBeUndefined();
    await finish(house, 'pre', 'Succeeded');
    await house.until('synced', () => synced(house, 'one'));
    expect(house.application('one').status?.operationState?.syncResult?.resources).toMatchObject([
      { kind: 'Pod', hookType: 'PreSync', hookPhase: 'Succeeded' },
      { kind: 'ConfigMap', message: 'configmap/a created' },
    ]);
  });

  it('go on after the controller was stopped, and repeat no hook that has run', async () => {
    const house = await open({
      'one/a.yaml': configMap('a', 'v1'),
      'one/first.yaml': configMap('first', 'v1', {
        ...hook('PreSync'),
        'argocd.argoproj.io/sync-wave': '-1',
      }),
      'one/pre.yaml': pod('pre', 'PreSync'),
    });
    await house.apply('one');
    await house.operate('one', { sync: {} });
    await house.until(
      'the second hook runs',
      () => house.application('one').status?.operationState?.message?.includes('Pod/pre') === true,
    );
    await house.until(
      'both are there',
      () => value(house, 'first') === 'v1' && house.object('Pod', 'pre') !== undefined,
    );
    await house.controller.stop();
    const before = [
      house.object('ConfigMap', 'first')?.metadata.uid,
      house.object('Pod', 'pre')?.metadata.uid,
    ];
    const again = await house.restart();
    await again.queue.idle();
    await finish(again, 'pre', 'Succeeded');
    await again.until('synced', () => synced(again, 'one'));
    expect([
      again.object('ConfigMap', 'first')?.metadata.uid,
      again.object('Pod', 'pre')?.metadata.uid,
    ]).toEqual(before);
    expect(
      again.application('one').status?.operationState?.syncResult?.resources?.map(({ name }) => name),
    ).toEqual(['first', 'pre', 'a']);
    await again.controller.stop();
  });

  it('can be terminated', async () => {
    const house = await open({ 'one/pre.yaml': pod('pre', 'PreSync'), 'one/a.yaml': configMap('a', 'v1') });
    await house.apply('one');
    await house.operate('one', { sync: {} });
    await house.until(
      'running',
      () => house.application('one').status?.operationState?.message?.includes('Pod/pre') === true,
    );
    const ref = {
      group: 'argoproj.io',
      version: 'v1alpha1',
      kind: 'Application',
      namespace: 'argocd',
      name: 'one',
    };
    await house.cluster.patch(ref, 'application/merge-patch+json', {
      status: { operationState: { phase: 'Terminating' } },
    });
    await house.until('terminated', () => house.application('one').operation === undefined);
    expect(house.application('one').status?.operationState).toMatchObject({
      phase: 'Failed',
      message: 'Operation terminated',
    });
    expect(value(house, 'a')).toBeUndefined();
  });

  it('go back to an earlier revision', async () => {
    const house = await open({ 'one/a.yaml': configMap('a', 'v1') });
    await house.apply('one');
    await house.operate('one', { sync: {} });
    await house.until('synced', () => synced(house, 'one'));
    house.commit({ 'one/a.yaml': configMap('a', 'v2') });
    await house.operate('one', { sync: {} });
    await house.until('at v2', () => value(house, 'a') === 'v2' && synced(house, 'one'));
    const [first] = house.application('one').status?.history ?? [];
    await house.operate('one', { sync: { revision: first?.revision ?? '', source: first!.source! } });
    await house.until(
      'back',
      () => value(house, 'a') === 'v1' && house.application('one').operation === undefined,
    );
    expect(house.application('one').status).toMatchObject({
      sync: { status: 'OutOfSync' },
      history: [{ id: 0 }, { id: 1 }, { id: 2 }],
    });
  });
});

describe('a process that is killed after any write', () => {
  const hook = (type: string, wave: string) => ({
    'argocd.argoproj.io/hook': type,
    'argocd.argoproj.io/sync-wave': wave,
  });

  it.each(Array.from({ length: 16 }, (_, writes) => writes))(
    '(%d writes) leads to the same end, and no hook runs twice',
    async (writes) => {
      const house = await open({
        'one/first.yaml': configMap('first', 'v1', hook('PreSync', '0')),
        'one/second.yaml': configMap('second', 'v1', hook('PreSync', '1')),
        'one/a.yaml': configMap('a', 'v1'),
        'one/b.yaml': configMap('b', 'v1', { 'argocd.argoproj.io/sync-wave': '1' }),
        'one/last.yaml': configMap('last', 'v1', hook('PostSync', '0')),
      });
      const made: string[] = [];
      house.cluster.live.listen(({ type, object }) => {
        if (type === 'added' && object.kind === 'ConfigMap' && !object.metadata.name.startsWith('kube-'))
          made.push(object.metadata.name);
      });
      await house.apply('one', { automated });
      house.cutAfter(writes);
      await house.queue.idle();
      await house.controller.stop();
      const again = await house.restart();
      await again.until('synced', () => synced(again, 'one'));
      await again.until('all are heard of', () => new Set(made).size === 5);
      await again.queue.idle();
      expect(made.toSorted()).toEqual(['a', 'b', 'first', 'last', 'second']);
      expect(again.application('one').status).toMatchObject({
        operationState: { phase: 'Succeeded' },
        history: [{ id: 0 }],
      });
      await again.controller.stop();
    },
  );
});

describe('deletion', () => {
  it('takes the objects along, the last wave first, and leaves what is to stay', async () => {
    const house = await open({
      'one/a.yaml': configMap('a', 'v1'),
      'one/late.yaml': configMap('late', 'v1', { 'argocd.argoproj.io/sync-wave': '1' }),
      'one/kept.yaml': configMap('kept', 'v1', { 'argocd.argoproj.io/sync-options': 'Delete=false' }),
    });
    await house.apply('one', {
      automated,
      finalizers: ['resources-finalizer.argocd.argoproj.io/background'],
    });
    await house.until('synced', () => synced(house, 'one'));
    const gone: string[] = [];
    house.cluster.live.listen(({ type, object }) => {
      if (type === 'deleted') gone.push(`${object.kind} ${object.metadata.name}`);
    });
    await house.cluster.delete({
      group: 'argoproj.io',
      version: 'v1alpha1',
      kind: 'Application',
      namespace: 'argocd',
      name: 'one',
    });
    await house.until('gone', () => !house.exists('one'));
    expect(gone).toEqual(['ConfigMap late', 'ConfigMap a', 'Application one']);
    expect(value(house, 'kept')).toBe('v1');
  });
});

describe('deletion hooks', () => {
  it('run before and after the objects go', async () => {
    const hook = (type: string) => ({ 'argocd.argoproj.io/hook': type });
    const house = await open({
      'one/a.yaml': configMap('a', 'v1'),
      'one/pre.yaml': configMap('pre', 'v1', hook('PreDelete')),
      'one/post.yaml': configMap('post', 'v1', {
        ...hook('PostDelete'),
        'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded',
      }),
    });
    await house.apply('one', {
      automated,
      finalizers: ['resources-finalizer.argocd.argoproj.io/background'],
    });
    await house.until(
      'synced',
      () =>
        synced(house, 'one') &&
        value(house, 'a') === 'v1' &&
        house.application('one').metadata.finalizers?.length === 5,
    );
    const seen: string[] = [];
    house.cluster.live.listen(({ type, object }) => {
      if (object.kind === 'ConfigMap' && type !== 'modified') seen.push(`${object.metadata.name} ${type}`);
    });
    await house.cluster.delete({
      group: 'argoproj.io',
      version: 'v1alpha1',
      kind: 'Application',
      namespace: 'argocd',
      name: 'one',
    });
    await house.until('gone', () => !house.exists('one') && seen.includes('post deleted'));
    expect(seen[0]).toBe('pre added');
    expect(seen.slice(1, 3).toSorted()).toEqual(['a deleted', 'pre deleted']);
    expect(seen.slice(3)).toEqual(['post added', 'post deleted']);
  });
});

describe('views', () => {
  it('show the tree and the states, but no secret value', async () => {
    const secret = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      stringData: { p: 'hunter2' },
    });
    const house = await open({ 'one/s.yaml': secret, 'one/a.yaml': configMap('a', 'v1') });
    const heard: string[] = [];
    house.controller.views.listen(({ name }) => void heard.push(name));
    await house.apply('one', { automated });
    await house.until('synced', () => synced(house, 'one'));
    await house.queue.idle();
    const one = { namespace: 'argocd', name: 'one' };
    expect(
      house.controller.views.tree(one)?.nodes.map(({ kind, name, status }) => [kind, name, status]),
    ).toEqual([
      ['ConfigMap', 'a', 'Synced'],
      ['Secret', 's', 'Synced'],
    ]);
    const shown = JSON.stringify([
      house.controller.views.managed(one),
      house.controller.views.live(one, { group: '', kind: 'Secret', namespace: 'n', name: 's' }),
      house.application('one').status,
    ]);
    expect(shown).not.toMatch(/hunter2|aHVudGVyMg/);
    expect(shown).toMatch(/\+\+\+\+/);
    expect(heard).toContain('one');
  });

  it('show no object that is not the application’s', async () => {
    const house = await open({ 'one/a.yaml': configMap('a', 'v1') });
    await house.apply('one', { automated });
    await house.until('synced', () => synced(house, 'one'));
    await house.queue.idle();
    const key = { group: '', kind: 'Namespace', namespace: '', name: 'n' };
    expect(house.controller.views.live({ namespace: 'argocd', name: 'one' }, key)).toBeUndefined();
  });
});
