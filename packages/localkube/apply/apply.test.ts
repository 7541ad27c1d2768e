import { describe, expect, it } from 'vitest';
import type { SchemaNode } from '@plumbline/api';
import { schemaFor } from '@plumbline/api/schema';
import type { Draft } from '../registry/types.ts';
import { makeOwnership, type ApplyRequest } from './index.ts';

const { applyServerSide, updateManagers } = makeOwnership();

const configMap = schemaFor({ group: '', version: 'v1', kind: 'ConfigMap' })!;
const deployment = schemaFor({ group: 'apps', version: 'v1', kind: 'Deployment' })!;
const time = '2026-01-02T03:04:05Z';

const cm = (data?: Record<string, unknown>, metadata: Record<string, unknown> = {}): Draft => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
  ...(data !== undefined && { data }),
});

function stored(draft: Draft): Draft {
  return { ...draft, metadata: { ...draft.metadata, uid: 'u' } };
}

function apply(
  live: Draft | undefined,
  applied: Draft,
  manager: string,
  more: Partial<ApplyRequest> = {},
): ReturnType<typeof applyServerSide> {
  return applyServerSide({
    live,
    applied,
    manager,
    force: false,
    schema: configMap,
    apiVersion: 'v1',
    time,
    ...more,
  });
}

function applied(...args: Parameters<typeof apply>): Draft {
  const result = apply(...args);
  if (result.type !== 'applied') throw new Error(result.message);
  return stored(result.object);
}

function write(
  before: Draft | undefined,
  after: Draft,
  manager: string,
  schema: SchemaNode = configMap,
  apiVersion = 'v1',
  at = time,
): Draft {
  const sent =
    before === undefined
      ? after
      : { ...after, metadata: { ...after.metadata, managedFields: before.metadata['managedFields'] } };
  const entries = updateManagers({ before, after: sent, manager, schema, apiVersion, time: at });
  return stored({ ...sent, metadata: { ...sent.metadata, managedFields: entries } });
}

type Entries = readonly { readonly manager: string; readonly fieldsV1: unknown; readonly time?: string }[];
const owners = (object: Draft): Record<string, unknown> =>
  Object.fromEntries(
    (object.metadata['managedFields'] as Entries).map((entry) => [entry.manager, entry.fieldsV1]),
  );

describe('server-side apply', () => {
  it('owns what it applies and removes what it no longer applies', () => {
    const first = applied(undefined, cm({ k: 'v', x: 'y' }), 'a1');
    expect(first.metadata['managedFields']).toEqual([
      {
        manager: 'a1',
        operation: 'Apply',
        apiVersion: 'v1',
        time,
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:k': {}, 'f:x': {} } },
      },
    ]);
    const second = applied(first, cm({ k: 'w' }), 'a1');
    expect(second['data']).toEqual({ k: 'w' });
    expect(owners(second)).toEqual({ a1: { 'f:data': { 'f:k': {} } } });
    const third = applied(second, cm(), 'a1');
    expect(third['data']).toBeUndefined();
    expect(third.metadata['managedFields']).toBeUndefined();
  });

  it('refuses to change what somebody else applied, unless forced', () => {
    const first = applied(undefined, cm({ k: 'v' }), 'a1');
    const refused = apply(first, cm({ k: 'w' }), 'a2');
    expect(refused).toMatchObject({
      type: 'conflict',
      message: 'Apply failed with 1 conflict: conflict with "a1": .data.k',
      conflicts: [{ manager: 'a1', operation: 'Apply', path: '.data.k' }],
    });
    const forced = applied(first, cm({ k: 'w' }), 'a2', { force: true });
    expect(owners(forced)).toEqual({ a2: { 'f:data': { 'f:k': {} } } });
  });

  it('shares what two apply alike, without a time for the one who changed nothing', () => {
    const first = applied(undefined, cm({ k: 'v' }), 'a1');
    const second = applied(first, cm({ k: 'v' }), 'a2');
    const entries = second.metadata['managedFields'] as Entries;
    expect(entries.map((entry) => [entry.manager, entry.time])).toEqual([
      ['a2', undefined],
      ['a1', time],
    ]);
    const third = applied(second, cm({}), 'a1');
    expect(third['data']).toEqual({ k: 'v' });
    expect(owners(third)['a1']).toEqual({ 'f:data': {} });
  });

  it('says that nothing changed when the same is applied again', () => {
    const first = applied(undefined, cm({ k: 'v' }), 'a1');
    expect(apply(first, cm({ k: 'v' }), 'a1', { time: '2027-01-01T00:00:00Z' })).toMatchObject({
      type: 'applied',
      unchanged: true,
    });
  });

  it('names a writer with its version in a conflict', () => {
    const first = write(applied(undefined, cm({ k: 'v' }), 'a1'), cm({ k: 'w' }), 'u1');
    expect(owners(first)).toEqual({ u1: { 'f:data': { 'f:k': {} } } });
    const refused = apply(first, cm({ k: 'v', l: '1' }), 'a1');
    expect(refused).toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "u1" using v1: .data.k',
    });
  });

  it('lists several conflicts by manager', () => {
    const both = applied(applied(undefined, cm({ k: 'v' }), 'a1'), cm({ l: 'v' }), 'a2');
    expect(apply(both, cm({ k: '1', l: '2' }), 'a3')).toMatchObject({
      message:
        'Apply failed with 2 conflicts: conflicts with "a1":\n- .data.k\nconflicts with "a2":\n- .data.l',
    });
  });

  it('counts an object without managers as written before the first apply', () => {
    const bare = stored(cm({ k: 'v', l: 'w' }));
    const next = applied(bare, cm({ k: 'v' }), 'a1');
    expect(Object.keys(owners(next)).toSorted()).toEqual(['a1', 'before-first-apply']);
    expect(owners(next)['before-first-apply']).toEqual({ 'f:data': { '.': {}, 'f:k': {}, 'f:l': {} } });
  });

  it('does not conflict with what client-side apply set for the same kubectl', () => {
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
    const text = '{"apiVersion":"v1","data":{"k":"v"},"kind":"ConfigMap","metadata":{"name":"a"}}\n';
    const first = write(
      undefined,
      cm({ k: 'v' }, { annotations: { [annotation]: text } }),
      'kubectl-client-side-apply',
    );
    expect(apply(first, cm({ k: 'w' }), 'other').type).toBe('conflict');
    const second = applied(first, cm({ k: 'w' }), 'kubectl');
    expect(second['data']).toEqual({ k: 'w' });
    const annotations = second.metadata['annotations'] as Record<string, string>;
    expect(annotations[annotation]).toBe(
      '{"apiVersion":"v1","data":{"k":"w"},"kind":"ConfigMap","metadata":{"name":"a"}}\n',
    );
  });

  it.each([
    [cm({ k: 1 }), '.data.k: expected string, got &value.valueUnstructured{Value:1}'],
    [{ ...cm(), data: ['x'] }, '.data: expected map, got &{[x]}'],
    [{ ...cm(), junk: 1 }, '.junk: field not declared in schema'],
    [
      cm({}, { finalizers: ['a.io/x', 'a.io/x'] }),
      '.metadata.finalizers: duplicate entries for key [="a.io/x"]',
    ],
  ])('refuses what does not fit the schema: %j', (object, text) => {
    expect(apply(undefined, object, 'a1')).toEqual({
      type: 'invalid',
      message: `failed to create typed patch object (/a; /v1, Kind=ConfigMap): ${text}`,
    });
  });

  it('merges lists by their keys and keeps the order that is applied', () => {
    const spec = (env: readonly object[]): Draft => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { template: { spec: { containers: [{ name: 'c', image: 'x', env }] } } },
    });
    const more = { schema: deployment, apiVersion: 'apps/v1' };
    const envOf = (object: Draft): unknown =>
      (object['spec'] as { template: { spec: { containers: [{ env: unknown }] } } }).template.spec
        .containers[0].env;
    const first = applied(
      undefined,
      spec([
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
        { name: 'C', value: '3' },
      ]),
      'a1',
      more,
    );
    const second = applied(
      first,
      spec([
        { name: 'C', value: '3' },
        { name: 'X', value: '4' },
        { name: 'A', value: '1' },
      ]),
      'a1',
      more,
    );
    expect(envOf(second)).toEqual([
      { name: 'C', value: '3' },
      { name: 'X', value: '4' },
      { name: 'A', value: '1' },
    ]);
    expect(apply(second, spec([{ name: 'A', value: '9' }]), 'a2', more)).toMatchObject({
      message:
        'Apply failed with 1 conflict: conflict with "a1": .spec.template.spec.containers[name="c"].env[name="A"].value',
    });
  });
});

describe('managers of plain writes', () => {
  it('follow creates, replacements and removals', () => {
    const created = write(undefined, cm({ k: 'v' }), 'c1');
    expect(owners(created)).toEqual({ c1: { 'f:data': { '.': {}, 'f:k': {} } } });
    const put = write(created, cm({ k: 'v', n: '1' }), 'p1');
    expect(owners(put)).toEqual({
      c1: { 'f:data': { '.': {}, 'f:k': {} } },
      p1: { 'f:data': { 'f:n': {} } },
    });
    const removed = write(put, cm({ n: '1' }), 'j1');
    expect(owners(removed)).toEqual({ c1: { 'f:data': {} }, p1: { 'f:data': { 'f:n': {} } } });
  });

  it('own no structs that every object of the kind has', () => {
    const created = write(
      undefined,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'd', labels: { app: 'x' } },
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: 'x' } },
          strategy: { type: 'Recreate' },
          template: {
            metadata: { labels: { app: 'x' } },
            spec: {
              containers: [{ name: 'c', image: 'i', resources: {}, livenessProbe: { periodSeconds: 3 } }],
            },
          },
        },
        status: {},
      },
      'kubectl-create',
      deployment,
      'apps/v1',
    );
    expect(owners(created)).toEqual({
      'kubectl-create': {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:replicas': {},
          'f:selector': {},
          'f:strategy': { 'f:type': {} },
          'f:template': {
            'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
            'f:spec': {
              'f:containers': {
                'k:{"name":"c"}': {
                  '.': {},
                  'f:image': {},
                  'f:livenessProbe': { '.': {}, 'f:periodSeconds': {} },
                  'f:name': {},
                  'f:resources': {},
                },
              },
            },
          },
        },
      },
    });
  });

  it('are kept as they are by a write that changes nothing', () => {
    const created = write(undefined, cm({ k: 'v' }), 'c1');
    expect(write(created, cm({ k: 'v' }), 'c2').metadata['managedFields']).toBe(
      created.metadata['managedFields'],
    );
  });

  it('are removed by an entry of nothing and do not come back with plain writes', () => {
    const created = write(undefined, cm({ k: 'v' }), 'c1');
    const request = { manager: 'x', schema: configMap, apiVersion: 'v1', time };
    expect(
      updateManagers({ ...request, before: created, after: cm({ k: 'v' }, { managedFields: [{}] }) }),
    ).toEqual([]);
    const bare = stored(cm({ k: 'v' }));
    expect(updateManagers({ ...request, before: bare, after: cm({ k: 'w' }) })).toEqual([]);
  });

  it('may be renamed by whoever writes the object', () => {
    const created = applied(undefined, cm({ k: 'v' }), 'a1');
    const [entry] = created.metadata['managedFields'] as readonly object[];
    const after = cm({ k: 'v' }, { managedFields: [{ ...entry, manager: 'moved' }] });
    const entries = updateManagers({
      before: created,
      after,
      manager: 'x',
      schema: configMap,
      apiVersion: 'v1',
      time,
    });
    expect(entries).toMatchObject([{ manager: 'moved', operation: 'Apply' }]);
  });

  it('are put together when they are more than ten', () => {
    let object = write(undefined, cm({ k0: 'v' }), 'm00');
    for (let i = 1; i <= 12; i++) {
      const data = { ...(object['data'] as Record<string, unknown>), [`k${i}`]: 'v' };
      object = write(
        object,
        cm(data),
        `m${String(i).padStart(2, '0')}`,
        configMap,
        'v1',
        `2026-01-02T03:04:${String(5 + i).padStart(2, '0')}Z`,
      );
    }
    const entries = object.metadata['managedFields'] as Entries;
    expect(entries).toHaveLength(10);
    expect(entries[0]).toMatchObject({
      manager: 'ancient-changes',
      fieldsV1: { 'f:data': { '.': {}, 'f:k0': {}, 'f:k1': {} } },
    });
  });
});
