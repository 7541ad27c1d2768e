import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newClone, type Clone } from './harness/git.ts';
import { kubeAt, type Kube, type KubeObject } from './harness/kube.ts';
import { application, applications, configMap, configMaps, isReady, one } from './harness/objects.ts';
import { removeFolder, startPlumb, temporaryFolder, type Plumb } from './harness/plumb.ts';

/** What a newcomer tries, in the order in which they try it. */
describe('a newcomer with git and the Kubernetes API', () => {
  let plumb: Plumb;
  let kube: Kube;
  let clone: Clone;
  const folder = temporaryFolder();

  const app = async (name: string): Promise<KubeObject> => {
    const found = await kube.get(`${applications}/${name}`);
    if (found === undefined) throw new Error(`no application ${name}`);
    return found;
  };
  const ready = (name: string, revision?: string): Promise<number> =>
    kube.until(
      one(applications, name),
      (object) => isReady(object) && (revision === undefined || object['status'].sync.revision === revision),
    );

  beforeAll(async () => {
    plumb = await startPlumb(join(folder, 'data'));
    kube = kubeAt(plumb.endpoints.kubernetes);
    clone = await newClone(join(folder, 'clone'), `${plumb.endpoints.git}/team/mono.git`);
    await clone.commit({
      'one/a.yaml': configMap('a', { k: 'v1' }),
      'one/b.yaml': configMap('b', { k: 'v1' }),
      'two/c.yaml': configMap('c', { k: 'v1' }),
    });
    await clone.push();
    const url = `${plumb.endpoints.git}/team/mono.git`;
    await kube.apply(application('one', url, 'one'));
    await kube.apply(application('two', url, 'two'));
    await Promise.all([ready('one'), ready('two')]);
  });
  afterAll(async () => {
    await plumb?.stop();
    removeFolder(folder);
  });

  it('sees a pushed change applied at once', async () => {
    await clone.commit({ 'one/a.yaml': configMap('a', { k: 'v2' }) });
    const seen = kube.until(one(configMaps, 'a'), (object) => object['data'].k === 'v2');
    await clone.push();
    expect(await seen).toBeLessThan(10_000);
  });

  it('sees an edit put back', async () => {
    const { metadata } = (await kube.get(`${configMaps}/a`)) as KubeObject;
    await kube.send(
      'PATCH',
      `${configMaps}/a?fieldManager=kubectl-edit`,
      { data: { k: 'edited' } },
      'application/merge-patch+json',
    );
    await kube.until(
      one(configMaps, 'a'),
      (object) => object['data'].k === 'v2' && object.metadata.resourceVersion !== metadata.resourceVersion,
    );
  });

  it('sees a deleted object come back', async () => {
    const before = await kube.get(`${configMaps}/a`);
    await kube.send('DELETE', `${configMaps}/a`);
    await kube.until(
      one(configMaps, 'a'),
      (object, type) => type !== 'DELETED' && object.metadata.uid !== before?.metadata.uid,
    );
  });

  it('sees an added file applied and a removed one pruned', async () => {
    await clone.commit({ 'one/new.yaml': configMap('new', {}) });
    await clone.push();
    await kube.until(one(configMaps, 'new'), () => true);
    await clone.commit({ 'one/new.yaml': null });
    const gone = kube.until(one(configMaps, 'new'), (_object, type) => type === 'DELETED');
    await clone.push();
    await gone;
  });

  it('is told file and line of broken YAML, while nothing is touched and others carry on', async () => {
    await clone.commit({
      'one/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n data: [\n',
      'two/c.yaml': configMap('c', { k: 'v2' }),
    });
    const other = kube.until(one(configMaps, 'c'), (object) => object['data'].k === 'v2');
    await clone.push();
    await kube.until(one(applications, 'one'), (object) =>
      (object['status']?.conditions ?? []).some(
        (c: { type: string; message: string }) =>
          c.type === 'ComparisonError' && /one\/a\.yaml:\d+/.test(c.message),
      ),
    );
    await other;
    expect((await kube.get(`${configMaps}/a`))?.['data']).toEqual({ k: 'v2' });
    expect((await kube.get(`${configMaps}/b`))?.['data']).toEqual({ k: 'v1' });

    const mended = await clone.commit({ 'one/a.yaml': configMap('a', { k: 'v3' }) });
    await clone.push();
    await ready('one', mended);
    expect((await app('one'))['status'].conditions ?? []).toEqual([]);
  });

  it('keeps everything when the folder is emptied without consent', async () => {
    await clone.commit({ 'two/c.yaml': null, 'two/readme.txt': 'nothing to see' });
    await clone.push();
    await kube.until(one(applications, 'two'), (object) =>
      (object['status']?.conditions ?? []).some((c: { type: string }) => c.type === 'SyncError'),
    );
    expect(await kube.get(`${configMaps}/c`)).toBeDefined();
  });

  it('finds everything again after a restart', async () => {
    const before = await app('one');
    expect(await plumb.stop()).toBe(0);
    plumb = await startPlumb(join(folder, 'data'));
    kube = kubeAt(plumb.endpoints.kubernetes);
    await ready('one');
    const after = await app('one');
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after['status'].history).toEqual(before['status'].history);
  });
});
