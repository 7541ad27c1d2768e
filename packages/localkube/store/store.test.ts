import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { virtualClock } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { afterEach, describe, expect, it } from 'vitest';
import { makeTree, openStore } from './index.ts';
import type { Store, StoreState } from './index.ts';

function configMap(name: string, data: Readonly<Record<string, string>> = {}, more: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'n', uid: `uid-${name}`, ...more },
    data,
  };
}

describe('the tree', () => {
  it('agrees with a sorted map over random writes, and its snapshots stay as they were', () => {
    const tree = makeTree<number>();
    const model = new Map<string, number>();
    const kept: { readonly view: Iterable<readonly [string, number]>; readonly expected: unknown }[] = [];
    const sorted = (): unknown => [...model].sort(([a], [b]) => (a < b ? -1 : 1));
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let step = 0; step < 6000; step++) {
      const key = `k${random(900)}`;
      if (random(3) === 0) {
        expect(tree.delete(key)).toBe(model.get(key));
        model.delete(key);
      } else {
        expect(tree.set(key, step)).toBe(model.get(key));
        model.set(key, step);
      }
      if (step % 1500 === 0)
        kept.push({
          view: {
            [Symbol.iterator]: (
              (view) => () =>
                view.range()
            )(tree.snapshot()),
          },
          expected: sorted(),
        });
    }
    expect([...tree.range()]).toEqual(sorted());
    expect(tree.size).toBe(model.size);
    for (const { view, expected } of kept) expect([...view]).toEqual(expected);
  });

  it('reads ranges from a key up to another', () => {
    const tree = makeTree<number>();
    for (let index = 0; index < 300; index++) tree.set(String(index).padStart(3, '0'), index);
    expect([...tree.range('098', '102')].map(([key]) => key)).toEqual(['098', '099', '100', '101']);
  });
});

describe('the store', () => {
  const clock = virtualClock();
  const open = (dataDir?: string, compactBytes?: number): Store =>
    openStore({
      clock,
      ...(dataDir !== undefined && { dataDir }),
      ...(compactBytes !== undefined && { compactBytes }),
    });
  const folders: string[] = [];
  const folder = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'plumbline-store-'));
    folders.push(path);
    return path;
  };
  afterEach(() => {
    for (const path of folders.splice(0)) rmSync(path, { recursive: true });
  });

  it('counts one version over all kinds and freezes what it keeps', () => {
    const store = open();
    const first = store.table('', 'ConfigMap').put(configMap('a'));
    const second = store.table('', 'Secret').put({ ...configMap('b'), kind: 'Secret' });
    expect(Number(second.metadata.resourceVersion)).toBe(Number(first.metadata.resourceVersion) + 1);
    expect(Object.isFrozen(first.data)).toBe(true);
    expect(store.table('', 'ConfigMap').get('n', 'a')).toBe(first);
  });

  it('tells readers what they have missed, and that it no longer knows', () => {
    const store = open();
    const table = store.table('', 'ConfigMap');
    const cursor = table.cursor(store.resourceVersion);
    if (!('read' in cursor)) throw new Error('expected a cursor');
    table.put(configMap('a'));
    table.remove('n', 'a');
    expect(cursor.read()).toMatchObject([{ type: 'added' }, { type: 'deleted' }]);
    expect(cursor.read()).toEqual([]);
    clock.advance(600_000);
    table.put(configMap('b'));
    expect(table.cursor(1)).toHaveProperty('oldest');
  });

  it('shows an older state exactly while its history is known', () => {
    const table = open().table('', 'ConfigMap');
    const version = Number(table.put(configMap('a')).metadata.resourceVersion);
    table.put(configMap('b'));
    table.put(configMap('a', { changed: 'yes' }));
    expect(
      [...table.snapshotAt(version)!.range('n')].map(({ metadata, data }) => [metadata.name, data]),
    ).toEqual([['a', {}]]);
  });

  it('finds the children of an owner until they leave it', () => {
    const store = open();
    const table = store.table('', 'ConfigMap');
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' };
    table.put(configMap('a', {}, { ownerReferences: [owner] }));
    expect([...store.children('u')].map(({ metadata }) => metadata.name)).toEqual(['a']);
    table.put(configMap('a'));
    expect([...store.children('u')]).toEqual([]);
  });

  it('comes back with everything that was durable, and drops a torn tail', async () => {
    const path = folder();
    const before = open(path);
    before.table('', 'ConfigMap').put(configMap('a', { k: 'v' }));
    before.table('', 'ConfigMap').put(configMap('b'));
    before.table('', 'ConfigMap').remove('n', 'b');
    await before.durable();
    const version = before.resourceVersion;
    // The process dies here: it neither closes the log nor finishes the record that it was writing.
    appendFileSync(join(path, readdirSync(path)[0]!), Buffer.from([200, 0, 0, 0, 1, 2, 3]));
    const after = open(path);
    expect(after.resourceVersion).toBe(version);
    expect([...after.table('', 'ConfigMap').list()]).toMatchObject([
      { metadata: { name: 'a' }, data: { k: 'v' } },
    ]);
    after.table('', 'ConfigMap').put(configMap('c'));
    await after.durable();
    expect([...open(path).table('', 'ConfigMap').list()].map(({ metadata }) => metadata.name)).toEqual([
      'a',
      'c',
    ]);
  });

  it('writes only the parts that are new, and comes back with the others', async () => {
    const path = folder();
    const store = open(path);
    const table = store.table('', 'ConfigMap');
    const entry = (manager: string): object => ({ manager, operation: 'Update', fieldsV1: { 'f:data': {} } });
    const text = 'x'.repeat(10_000);
    table.put(configMap('a', { text }, { managedFields: [entry('one'), entry('two')] }));
    for (let round = 0; round < 20; round++) {
      const live = table.get('n', 'a')!;
      const [one, two] = live.metadata.managedFields!;
      // The order of the fields is kept, too, and a later version leans on an earlier one.
      table.put({
        ...live,
        metadata: { ...live.metadata, managedFields: [entry(`new-${round}`), two, one] },
        status: { round },
        ...(round % 7 === 3 && { data: { text: `${round}` } }),
      } as KubeObject);
      if (round === 10) table.put({ ...table.get('n', 'a')!, data: { text } });
    }
    await store.durable();
    expect(statSync(join(path, 'log-0')).size).toBeLessThan(30_000);
    expect(JSON.stringify(open(path).table('', 'ConfigMap').get('n', 'a'))).toBe(
      JSON.stringify(table.get('n', 'a')),
    );
  });

  it('leans on nothing that was given from outside', async () => {
    const path = folder();
    const given = (text: string): StoreState => ({ version: 9, objects: [configMap('a', { text })] });
    const store = openStore({ clock, dataDir: path, initial: given('first') });
    const table = store.table('', 'ConfigMap');
    table.put({ ...table.get('n', 'a')!, status: {} });
    await store.durable();
    await store.close();
    const again = openStore({ clock, dataDir: path, initial: given('second') });
    expect(again.table('', 'ConfigMap').get('n', 'a')).toMatchObject({ data: { text: 'first' }, status: {} });
    await again.close();
  });

  it('compacts its log when that has grown, and keeps the version of deletions', async () => {
    const path = folder();
    const store = open(path, 2000);
    for (let round = 0; round < 50; round++) {
      store.table('', 'ConfigMap').put(configMap('a', { round: String(round) }));
      await store.durable();
    }
    store.table('', 'ConfigMap').remove('n', 'a');
    await store.durable();
    const again = open(path);
    expect(again.resourceVersion).toBe(store.resourceVersion);
    expect(again.table('', 'ConfigMap').size).toBe(0);
    expect(readdirSync(path).some((name) => name.startsWith('snapshot-'))).toBe(true);
    await store.close();
  });

  it('shares the field sets of equal managers', () => {
    const table = open().table('', 'ConfigMap');
    const managedFields = (): object => ({
      managedFields: [{ manager: 'm', operation: 'Update', fieldsV1: { 'f:data': {} } }],
    });
    const [a, b] = ['a', 'b'].map(
      (name) => table.put(configMap(name, {}, managedFields())).metadata.managedFields?.[0]?.fieldsV1,
    );
    expect(a).toBe(b);
  });
});
