import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newResource } from '../resource.ts';
import type { JsonObject } from '../resource.ts';
import type { FieldOptions, Replacement, Selector } from '../types.ts';
import {
  applyReplacements,
  applyToFieldSpec,
  compileSelector,
  defaultConfig,
  lookupPath,
  matchPath,
  parseFieldPath,
  setScalar,
  splitPath,
} from './index.ts';

describe('paths', () => {
  it.each([
    ['a.b.c', ['a', 'b', 'c']],
    ['a\\.b.c', ['a.b', 'c']],
    ['spec.containers.[name=a.b].image', ['spec', 'containers', '[name=a.b]', 'image']],
    ['metadata.annotations.[a.b/c]', ['metadata', 'annotations', 'a.b/c']],
    ['a.0.*', ['a', '0', '*']],
    ['', ['']],
  ])('%s is %j', (path, parts) => {
    expect(parseFieldPath(path)).toEqual(parts);
  });

  it.each([
    ['a/b\\/c/d', ['a', 'b/c', 'd']],
    ['/a/b', ['a', 'b']],
    ['a', ['a']],
  ])('of field specs: %s is %j', (path, parts) => {
    expect(splitPath(path)).toEqual(parts);
  });

  const object = {
    list: [
      { name: 'a', v: 1 },
      { name: 'ab', v: 2 },
    ],
    text: 'x',
    nothing: null,
  };

  it.each([
    ['list.[name=ab].v', 2],
    ['list.1.v', 2],
    ['list.-.name', 'ab'],
    ['list.9', undefined],
    ['gone.further', undefined],
  ])('leads to one value: %s', (path, value) => {
    expect(lookupPath(object, parseFieldPath(path))).toEqual(value);
  });

  it.each([
    ['list.*.v', [1, 2]],
    // Conditions are expressions that fit anywhere in the text.
    ['list.[name=a].v', [1, 2]],
    ['list.[name=^a$].v', [1]],
  ])('leads to all places: %s', (path, values) => {
    expect(matchPath(object, parseFieldPath(path)).map(({ value }) => value)).toEqual(values);
  });

  it.each([
    ['list.*', 'wildcard is not supported in PathGetter'],
    ['list.-1', 'array index -1 cannot be negative'],
    ['list.[name]', 'list path element must contain fieldName=fieldValue for element to match'],
    ['text.a', 'wrong node kind: expected MappingNode but got ScalarNode: node contents:\nx\n'],
  ])('refuses %s', (path, message) => {
    expect(() => lookupPath(object, parseFieldPath(path))).toThrow(message);
  });

  it('make what is missing where they are asked to', () => {
    const made: JsonObject = {};
    for (const place of matchPath(made, parseFieldPath('spec.list.[name=a].ports.0.port'), 'ScalarNode'))
      place.write(80);
    expect(made).toEqual({ spec: { list: [{ name: 'a', ports: [{ port: 80 }] }] } });
    expect(() => matchPath({}, parseFieldPath('list.[name=b^].x'), 'ScalarNode')).toThrow('would not match');
  });

  it('give places or an error for any text', () => {
    const piece = fc.constantFrom(
      '.',
      '[',
      ']',
      '=',
      '*',
      '-',
      '0',
      '7',
      '\\',
      'list',
      'name',
      'text',
      'nothing',
      '(',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), fc.boolean(), (pieces, create) => {
        const path = parseFieldPath(pieces.join(''));
        for (const look of [
          () => lookupPath(object, path),
          () => matchPath(structuredClone(object), path, create ? 'ScalarNode' : undefined),
        ]) {
          try {
            look();
          } catch (thrown) {
            expect((thrown as Error).name, pieces.join('')).toBe('KustomizeError');
          }
        }
      }),
    );
  });
});

const anyone = {
  group: '',
  version: '',
  kind: '',
  name: '',
  namespace: '',
  annotationSelector: '',
  labelSelector: '',
};

describe('selectors', () => {
  const resource = newResource({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'new-web', labels: { app: 'web' }, annotations: { a: 'b' } },
  });
  resource.previous = [{ name: 'web', namespace: 'default', kind: 'Deployment' }];

  it.each<[Partial<Selector>, boolean]>([
    [{}, true],
    [{ name: 'web' }, true],
    [{ name: 'new-.*' }, true],
    [{ name: 'we' }, false],
    [{ kind: 'Deploy.*', group: 'apps', version: 'v1' }, true],
    [{ namespace: 'default' }, true],
    [{ namespace: 'other' }, false],
    [{ labelSelector: 'app in (web, x)', annotationSelector: 'a=b' }, true],
    [{ labelSelector: '!app' }, false],
  ])('%j: %s', (selector, matches) => {
    expect(compileSelector({ ...anyone, ...selector }).matches(resource)).toBe(matches);
  });

  it('refuse what is no expression', () => {
    expect(() => compileSelector({ ...anyone, name: 'a[' })).toThrow(
      'error parsing regexp: missing closing ]: `[)$`',
    );
  });
});

describe('replacements', () => {
  const run = (
    target: JsonObject,
    path: string,
    options: Partial<FieldOptions> = {},
    value = '9',
  ): unknown => {
    const resources = [
      newResource({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'from' }, data: { value } }),
      newResource({ apiVersion: 'v1', kind: 'Foo', metadata: { name: 'to' }, ...target }),
    ];
    const replacement: Replacement = {
      source: { ...anyone, kind: 'ConfigMap', fieldPath: 'data.value' },
      targets: [
        {
          select: { ...anyone, kind: 'Foo' },
          reject: [],
          fieldPaths: [path],
          options: { delimiter: '', index: 0, encoding: '', create: false, ...options },
        },
      ],
    };
    applyReplacements(resources, [replacement]);
    const { apiVersion: _, kind: __, metadata: ___, ...rest } = resources[1]?.object ?? {};
    return rest;
  };

  it.each<[string, JsonObject, string, Partial<FieldOptions>, JsonObject]>([
    ['a text stays a text', { a: 'x' }, 'a', {}, { a: '9' }],
    ['a number stays a number', { a: 1 }, 'a', {}, { a: 9 }],
    ['what is made takes the type of its text', {}, 'a.b', { create: true }, { a: { b: 9 } }],
    ['a mapping is replaced', { a: { b: 1 } }, 'a', {}, { a: '9' }],
    ['one part', { a: 'x/y/z' }, 'a', { delimiter: '/', index: 1 }, { a: 'x/9/z' }],
    ['a part in front', { a: 'x/y' }, 'a', { delimiter: '/', index: -1 }, { a: '9/x/y' }],
    ['a part behind', { a: 'x/y' }, 'a', { delimiter: '/', index: 5 }, { a: 'x/y/9' }],
    ['within JSON', { a: '{"b": {"c": 1}, "a": "<"}' }, 'a.b.c', {}, { a: '{"a":"\\u003c","b":{"c":9}}' }],
    ['within YAML', { a: 'x: 1 # one\n"y": ["z"]\n' }, 'a.x', {}, { a: 'x: 9 # one\n"y": ["z"]' }],
    [
      'within a list in YAML',
      { a: 'l:\n- name: n\n  v: o\n' },
      'a.l.[name=n].v',
      {},
      { a: 'l:\n- name: n\n  v: "9"' },
    ],
  ])('%s', (_, target, path, options, expected) => {
    expect(run(target, path, options)).toEqual(expected);
  });

  it.each<[JsonObject, string, Partial<FieldOptions>, string, string]>([
    [{ a: 1 }, 'a', {}, 'x', 'map[string]interface {}(nil): yaml: cannot decode !!str `x` as a !!int'],
    [{ a: null }, 'a', {}, 'x', 'map[string]interface {}(nil): yaml: cannot decode !!str `x` as a !!null'],
    [{}, 'a.b', {}, '9', 'unable to find field "a.b" in replacement target'],
    [
      { a: [1] },
      'a.3',
      { create: true },
      '9',
      'unable to find or create field "a.3" in replacement target: index 3 specified but only 1 elements found',
    ],
    [{ a: { b: 1 } }, 'a', { delimiter: '/' }, '9', 'delimiter option can only be used with scalar nodes'],
  ])('refuse %j at %s', (target, path, options, value, message) => {
    expect(() => run(target, path, options, value)).toThrow(message);
  });
});

describe('the default fields', () => {
  it('are as many as upstream has', () => {
    const counts = {
      namePrefix: 1,
      nameSuffix: 1,
      namespace: 3,
      commonLabels: 32,
      labels: 0,
      templateLabels: 9,
      volumeClaimTemplateLabels: 1,
      commonAnnotations: 9,
      nameReference: 16,
      varReference: 72,
      images: 6,
      replicas: 4,
    };
    expect(
      Object.fromEntries(Object.entries(defaultConfig).map(([name, list]) => [name, list.length])),
    ).toEqual(counts);
    expect(defaultConfig.nameReference.flatMap(({ fieldSpecs }) => fieldSpecs)).toHaveLength(166);
  });

  it('are written as upstream has them', () => {
    expect(defaultConfig.nameReference.find(({ kind }) => kind === 'IngressClass')?.group).toBe(
      'networking.k8s.io/v1',
    );
    const selector = defaultConfig.commonLabels.find(({ kind }) => kind === 'Service');
    expect(selector).toEqual({
      group: '',
      version: 'v1',
      kind: 'Service',
      path: 'spec/selector',
      create: true,
    });
  });

  it('reach into lists and stop where something is of another kind', () => {
    const object = { kind: 'Pod', spec: { containers: [{ image: 'a' }, { image: 'b' }] } };
    const spec = { group: '', version: '', kind: '', create: false };
    applyToFieldSpec(object, { ...spec, path: 'spec/containers/image' }, setScalar('c'));
    expect(object.spec.containers).toEqual([{ image: 'c' }, { image: 'c' }]);
    expect(() =>
      applyToFieldSpec(object, { ...spec, path: 'spec/containers/image/x' }, setScalar('c')),
    ).toThrow(
      "considering field 'spec/containers/image/x' of object Pod.[noVer].[noGrp]/[noName].[noNs]: visit traversal on path: [image x]: expected sequence or mapping node",
    );
  });
});
