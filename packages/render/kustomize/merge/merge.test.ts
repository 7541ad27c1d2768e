import fc from 'fast-check';
import { readKyaml } from '@plumbline/languages';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../resource.ts';
import { parseOpenApi } from '../schema/index.ts';
import { applyJson6902, merge3, strategicMerge } from './index.ts';

function read(text: string): JsonObject {
  const documents = readKyaml(text, 'test.yaml');
  if (!documents.ok) throw new Error(documents.error.message);
  return documents.value[0]?.value as JsonObject;
}

/** A Deployment with these containers, in flow style. */
function deployment(containers: string, more = ''): JsonObject {
  return read(
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: ${containers}}}${more}}`,
  );
}

function containersOf(object: JsonObject | undefined): unknown {
  const spec = object?.['spec'] as { template: { spec: { containers?: unknown } } };
  return spec.template.spec.containers;
}

describe('strategicMerge', () => {
  it.each([
    [
      'merges by name and puts new items in front',
      '[{name: a, image: x}]',
      '[{name: b}, {name: a, args: [y]}]',
      [{ name: 'b' }, { name: 'a', image: 'x', args: ['y'] }],
    ],
    ['removes an item', '[{name: a}, {name: b}]', '[{name: a, $patch: delete}]', [{ name: 'b' }]],
    ['keeps an empty list', '[{name: a}]', '[{name: a, $patch: delete}]', []],
    [
      'leaves an item alone that it is told to replace',
      '[{name: a, image: x}]',
      '[{name: a, args: [y], $patch: replace}]',
      [{ name: 'a', image: 'x' }],
    ],
    ['replaces a list', '[{name: a}]', '[{name: b}, {$patch: replace}]', [{ name: 'b' }]],
    ['removes a list', '[{name: a}]', '[{$patch: delete}]', undefined],
    ['removes a field', '[{name: a, image: x}]', '[{name: a, image: null}]', [{ name: 'a' }]],
    ['drops nulls of new items', '[]', '[{name: a, image: null}]', [{ name: 'a' }]],
    [
      'tells ports apart by number and protocol',
      '[{name: a, ports: [{containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP}]}]',
      '[{name: a, ports: [{containerPort: 80, protocol: UDP, name: u}]}]',
      [
        {
          name: 'a',
          ports: [
            { containerPort: 80, protocol: 'TCP' },
            { containerPort: 80, protocol: 'UDP', name: 'u' },
          ],
        },
      ],
    ],
    [
      'adds ports without a protocol',
      '[{name: a, ports: [{containerPort: 8080}]}]',
      '[{name: a, ports: [{containerPort: 80}]}]',
      [{ name: 'a', ports: [{ containerPort: 80 }, { containerPort: 8080 }] }],
    ],
    [
      'makes a text of what takes the place of a quoted number',
      '[{name: a, env: [{name: A, value: "1"}]}]',
      '[{name: a, env: [{name: A, value: 2}]}]',
      [{ name: 'a', env: [{ name: 'A', value: '2' }] }],
    ],
    [
      'merges equal items of the target into the last one',
      '[{name: a, image: x}, {name: a, image: y}]',
      '[]',
      [{ name: 'a', image: 'y' }],
    ],
  ])('%s', (_, target, patch, expected) => {
    expect(containersOf(strategicMerge(deployment(target), deployment(patch)))).toEqual(expected);
  });

  it('knows no lists of kinds that it does not know, unless objects in them say what they are', () => {
    const target = read(
      'apiVersion: x/v1\nkind: Foo\nlist: [{name: a}]\ninner: {apiVersion: v1, kind: Pod, spec: {containers: [{name: a}]}}',
    );
    const patch = read(
      'apiVersion: x/v1\nkind: Foo\nlist: [{name: b}]\ninner: {spec: {containers: [{name: b}]}}',
    );
    expect(strategicMerge(target, patch)).toMatchObject({
      list: [{ name: 'b' }],
      inner: { spec: { containers: [{ name: 'b' }, { name: 'a' }] } },
    });
  });

  it('takes the lists of unknown kinds from a document of the user', () => {
    const openapi = parseOpenApi({
      definitions: {
        'v1.Foo': {
          properties: { spec: { $ref: '#/definitions/v1.Spec' } },
          'x-kubernetes-group-version-kind': [{ group: 'x', version: 'v1', kind: 'Foo' }],
        },
        'v1.Spec': {
          properties: {
            list: {
              type: 'array',
              items: { type: 'object' },
              'x-kubernetes-patch-strategy': 'merge',
              'x-kubernetes-patch-merge-key': 'id',
            },
          },
        },
      },
    });
    const merged = strategicMerge(
      read('apiVersion: x/v1\nkind: Foo\nspec: {list: [{id: 1, a: b}]}'),
      read('apiVersion: x/v1\nkind: Foo\nspec: {list: [{id: 1, c: d}, {id: 2}]}'),
      { openapi },
    );
    expect(merged?.['spec']).toEqual({ list: [{ id: 1, a: 'b', c: 'd' }, { id: 2 }] });
  });

  it('gives nothing where the patch deletes the target or leaves nothing', () => {
    expect(strategicMerge({ a: 1 }, { $patch: 'delete' })).toBeUndefined();
    expect(strategicMerge({ a: 1 }, { a: null })).toBeUndefined();
  });

  it('keeps a null that somebody wrote out, and drops one that nobody did', () => {
    const options = { isSilentNull: (_: JsonObject, key: string) => key === 'b' };
    expect(strategicMerge({ a: null, b: null, c: 1 }, { d: 2 }, options)).toEqual({ a: null, c: 1, d: 2 });
  });

  it.each([
    [
      { a: [1] },
      { a: { b: 1 } },
      /^wrong node kind: expected SequenceNode but got MappingNode: node contents:\nb: 1\n$/,
    ],
    [{ a: { b: 1 } }, { a: { $patch: 'mend' } }, /^unknown patch strategy 'mend'$/],
  ])('refuses %j with %j', (target, patch, message) => {
    expect(() => strategicMerge(target, patch)).toThrow(message);
  });
});

const key = fc.constantFrom('a', 'b', 'spec', 'name', 'containers', 'template', '__proto__');
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(null, 1, 'x', '1', true, ''),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
}));
const mapping = fc
  .dictionary(key, anything, { maxKeys: 4 })
  .map((object) => ({ apiVersion: 'apps/v1', kind: 'Deployment', ...object }));

describe('any documents', () => {
  /** What came out, or the words of the refusal. */
  const attempt = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (thrown) {
      expect((thrown as Error).name).toBe('KustomizeError');
      return (thrown as Error).message;
    }
  };

  it('leave a patch as it was and say the same thing twice', () => {
    fc.assert(
      fc.property(mapping, mapping, (target, patch) => {
        const before = structuredClone(patch);
        const once = attempt(() => strategicMerge(structuredClone(target), patch));
        expect(attempt(() => strategicMerge(structuredClone(target), patch))).toEqual(once);
        expect(patch).toEqual(before);
      }),
    );
  });

  it('are not changed by a patch that says nothing more than what is there', () => {
    const plain = fc.dictionary(
      fc.constantFrom('a', 'b', 'c'),
      fc.constantFrom<unknown>(1, 'x', true, ['y', 'z'], { d: 1 }),
    );
    fc.assert(
      fc.property(plain, (object) => {
        const target = { apiVersion: 'x/v1', kind: 'Foo', ...object };
        expect(strategicMerge(structuredClone(target), structuredClone(target))).toEqual(target);
        expect(strategicMerge(structuredClone(target), {})).toEqual(target);
      }),
    );
  });

  it('are merged three ways without a change where nothing was updated', () => {
    fc.assert(
      fc.property(mapping, (object) => {
        const plain = JSON.parse(
          JSON.stringify(object, (_, value: unknown) => value ?? undefined),
        ) as JsonObject;
        const merged = attempt(() => merge3(plain, structuredClone(plain), structuredClone(plain)));
        expect(attempt(() => merge3(plain, structuredClone(plain), structuredClone(plain)))).toEqual(merged);
      }),
    );
  });
});

describe('applyJson6902', () => {
  const target = (): JsonObject => ({ a: { b: [1, 2, 3] }, n: null });

  it.each([
    [
      { op: 'add', path: '/a/b/-', value: 4 },
      { a: { b: [1, 2, 3, 4] }, n: null },
    ],
    [
      { op: 'add', path: '/a/b/-1', value: 4 },
      { a: { b: [1, 2, 3, 4] }, n: null },
    ],
    [
      { op: 'add', path: '/a/b/1', value: 4 },
      { a: { b: [1, 4, 2, 3] }, n: null },
    ],
    [
      { op: 'remove', path: '/a/b/-1' },
      { a: { b: [1, 2] }, n: null },
    ],
    [
      { op: 'replace', path: '/a/new', value: 1 },
      { a: { b: [1, 2, 3], new: 1 }, n: null },
    ],
    [
      { op: 'add', path: '/a/x~1y~0', value: 1 },
      { a: { b: [1, 2, 3], 'x/y~': 1 }, n: null },
    ],
    [
      { op: 'move', from: '/a/b', path: '/c' },
      { a: {}, c: [1, 2, 3], n: null },
    ],
    [
      { op: 'copy', from: '/a/b/0', path: '/c' },
      { a: { b: [1, 2, 3] }, c: 1, n: null },
    ],
    [
      { op: 'copy', from: '/gone', path: '/c' },
      { a: { b: [1, 2, 3] }, c: null, n: null },
    ],
    [
      { op: 'test', path: '/n', value: null },
      { a: { b: [1, 2, 3] }, n: null },
    ],
    [{ op: 'replace', path: '', value: { x: 1 } }, { x: 1 }],
  ])('%j', (operation, expected) => {
    expect(applyJson6902(target(), [operation])).toEqual(expected);
  });

  it.each([
    [
      { op: 'add', path: '/x/y', value: 1 },
      'add operation does not apply: doc is missing path: "/x/y": missing value',
    ],
    [
      { op: 'remove', path: '/x' },
      "error in remove for path: '/x': Unable to remove nonexistent key: x: missing value",
    ],
    [
      { op: 'remove', path: '/a/b/7' },
      "error in remove for path: '/a/b/7': Unable to access invalid index: 7: invalid index referenced",
    ],
    [
      { op: 'add', path: '/a/b/x', value: 1 },
      "error in add for path: '/a/b/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax",
    ],
    [
      { op: 'replace', path: '/a/b/9', value: 1 },
      'replace operation does not apply: doc is missing key: /a/b/9: missing value',
    ],
    [{ op: 'test', path: '/a/b/0', value: 2 }, 'testing value /a/b/0 failed: test failed'],
    [{ op: 'frob', path: '/a' }, 'Unexpected kind: frob'],
    [{ path: '/a' }, 'Unexpected kind: unknown'],
  ])('refuses %j', (operation, message) => {
    expect(() => applyJson6902(target(), [operation])).toThrow(message);
  });
});
