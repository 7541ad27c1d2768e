import { describe, expect, it } from 'vitest';
import type { KubeObject } from '@plumbline/api';
import type { Draft } from '../registry/types.ts';
import { compileDefinition, type CompiledVersion } from './index.ts';

type Raw = Record<string, unknown>;

const object = (properties: Raw, more: Raw = {}): Raw => ({ type: 'object', properties, ...more });

function definition(schema: unknown, change: (spec: Raw) => void = () => {}): KubeObject {
  const version: Raw = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } };
  const spec: Raw = {
    group: 'test.io',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [version],
  };
  change(spec);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.test.io' },
    spec,
  };
}

function versionOf(properties: Raw): CompiledVersion {
  const { versions, errors } = compileDefinition(definition(object({ spec: object(properties) })));
  expect(errors).toEqual([]);
  return versions[0]!;
}

const widget = (spec: unknown, more: Raw = {}): Draft => ({
  apiVersion: 'test.io/v1',
  kind: 'Widget',
  metadata: { name: 'a' },
  spec,
  ...more,
});
const check = (version: CompiledVersion, spec: unknown, previous?: unknown): readonly string[] =>
  version
    .validate(
      widget(spec) as unknown as KubeObject,
      previous === undefined ? undefined : (widget(previous) as unknown as KubeObject),
    )
    .map((error) => `${error.reason.replace('FieldValue', '')} ${error.field}: ${error.message}`);

describe('values of custom kinds', () => {
  const limits = {
    i: { type: 'integer', minimum: 1, maximum: 5 },
    x: { type: 'integer', exclusiveMinimum: true, minimum: 0, multipleOf: 3 },
    s: { type: 'string', minLength: 2, maxLength: 3, pattern: '^[a-z]+$' },
    e: { type: 'string', enum: ['A', 'B'] },
    a: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string' } },
    m: { type: 'object', maxProperties: 1, additionalProperties: { type: 'integer' } },
  };
  // What the API server itself answers.
  it.each([
    [{ i: 0 }, ['Invalid spec.i: Invalid value: 0: spec.i in body should be greater than or equal to 1']],
    [{ i: 6 }, ['Invalid spec.i: Invalid value: 6: spec.i in body should be less than or equal to 5']],
    [{ x: 0 }, ['Invalid spec.x: Invalid value: 0: spec.x in body should be greater than 0']],
    [{ x: 4 }, ['Invalid spec.x: Invalid value: 4: spec.x in body should be a multiple of 3']],
    [{ s: 'a' }, ['Invalid spec.s: Invalid value: "a": spec.s in body should be at least 2 chars long']],
    [{ s: 'abcd' }, ['TooLong spec.s: Too long: may not be more than 3 bytes']],
    [{ s: 'AB' }, ['Invalid spec.s: Invalid value: "AB": spec.s in body should match \'^[a-z]+$\'']],
    [{ e: 'C' }, ['NotSupported spec.e: Unsupported value: "C": supported values: "A", "B"']],
    [
      { e: 1 },
      [
        'TypeInvalid spec.e: Invalid value: "integer": spec.e in body must be of type string: "integer"',
        'NotSupported spec.e: Unsupported value: 1: supported values: "A", "B"',
      ],
    ],
    [{ a: [] }, ['Invalid spec.a: Invalid value: 0: spec.a in body should have at least 1 items']],
    [{ a: ['a', 'b', 'c'] }, ['TooMany spec.a: Too many: 3: must have at most 2 items']],
    [
      { a: [null] },
      ['TypeInvalid spec.a[0]: Invalid value: "null": spec.a[0] in body must be of type string: "null"'],
    ],
    [
      { m: { a: 'x' } },
      ['TypeInvalid spec.m.a: Invalid value: "string": spec.m.a in body must be of type integer: "string"'],
    ],
    [{ m: { a: 1, b: 2 } }, ['TooMany spec.m: Too many: 2: must have at most 1 item']],
    [{ i: 5, x: 3, s: 'ab', e: 'A', a: ['a'], m: {} }, []],
  ])('%j', (spec, expected) => {
    expect(check(versionOf(limits), spec)).toEqual(expected);
  });

  it.each([
    [
      { p: true },
      [
        'TypeInvalid spec.p: Invalid value: "boolean": spec.p in body must be of type integer,string: "boolean"',
      ],
    ],
    [
      { p: 1.5 },
      [
        'TypeInvalid spec.p: Invalid value: "number": spec.p in body must be of type integer,string: "number"',
      ],
    ],
    [{ p: 1 }, []],
    [
      { o: { a: '1', b: '2' } },
      [
        'Invalid <nil>: Invalid value: "": "spec.o" must validate one and only one schema (oneOf). Found 2 valid alternatives',
      ],
    ],
    [
      { o: {} },
      [
        'Invalid <nil>: Invalid value: "": "spec.o" must validate one and only one schema (oneOf). Found none valid',
        'Required spec.o.a: Required value',
      ],
    ],
    [{ n: 'bad' }, ['Invalid <nil>: Invalid value: "": "spec.n" must not validate the schema (not)']],
    [{ set: ['a', 'a'] }, ['Duplicate spec.set[1]: Duplicate value: "a"']],
    [{ map: [{ k: 'x' }, { k: 'x', v: '1' }] }, ['Duplicate spec.map[1]: Duplicate value: {"k":"x"}']],
    [
      { emb: { metadata: {} } },
      ['Required spec.emb.apiVersion: Required value', 'Required spec.emb.kind: Required value'],
    ],
    [{ d: 'x' }, ['TypeInvalid spec.d: Invalid value: "x": spec.d in body must be of type date-time: "x"']],
    [{ d: '2020-01-01T00:00:00Z' }, []],
    [{ nullable: null }, []],
  ])('%j', (spec, expected) => {
    const version = versionOf({
      p: { 'x-kubernetes-int-or-string': true },
      o: object(
        { a: { type: 'string' }, b: { type: 'string' } },
        { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      ),
      n: { type: 'string', not: { enum: ['bad'] } },
      set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      map: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: object({ k: { type: 'string' }, v: { type: 'string' } }, { required: ['k'] }),
      },
      emb: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        'x-kubernetes-preserve-unknown-fields': true,
      },
      d: { type: 'string', format: 'date-time' },
      nullable: { type: 'string', nullable: true },
    });
    expect(check(version, spec)).toEqual(expected);
  });

  it('are not held against an update that does not touch them', () => {
    const version = versionOf(limits);
    expect(check(version, { i: 0, s: 'ab' }, { i: 0, s: 'abc' })).toEqual([]);
    expect(check(version, { i: -1, s: 'ab' }, { i: 0, s: 'abc' })).toHaveLength(1);
  });

  it('lose what is not declared, with paths', () => {
    const version = versionOf({
      o: object({ x: { type: 'string' } }),
      p: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { in: object({ y: { type: 'string' } }) },
      },
      l: { type: 'array', items: object({ y: { type: 'string' } }) },
      emb: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        'x-kubernetes-preserve-unknown-fields': true,
      },
    });
    const draft = widget(
      {
        nope: 1,
        o: { x: 'a', z: 1 },
        p: { any: { v: 1 }, in: { y: 'a', q: 1 } },
        l: [{ y: 'a', zz: 1 }],
        emb: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', foo: 'bar' }, data: {} },
      },
      { top: 1 },
    );
    expect(version.prune(draft)).toEqual([
      'spec.l[0].zz',
      'spec.nope',
      'spec.o.z',
      'spec.p.in.q',
      'top',
      'spec.emb.metadata.foo',
    ]);
    expect(draft['spec']).toEqual({
      o: { x: 'a' },
      p: { any: { v: 1 }, in: { y: 'a' } },
      l: [{ y: 'a' }],
      emb: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, data: {} },
    });
  });

  it('get their defaults, also where a null stands for nothing', () => {
    const version = versionOf({
      a: { type: 'string', default: 'x' },
      o: object({ y: { type: 'integer', default: 5 } }),
      od: object({ y: { type: 'integer', default: 5 } }, { default: {} }),
      l: { type: 'array', items: object({ k: { type: 'string', default: 'd' } }) },
      n: { type: 'string', nullable: true, default: 'q' },
      nn: { type: 'string', default: 'q' },
      gone: { type: 'string' },
    });
    const draft = widget({ o: {}, l: [{}, { k: 'z' }], n: null, nn: null, gone: null });
    version.default(draft);
    expect(draft['spec']).toEqual({
      a: 'x',
      o: { y: 5 },
      od: { y: 5 },
      l: [{ k: 'd' }, { k: 'z' }],
      n: null,
      nn: 'q',
    });
  });
});

describe('definitions', () => {
  const at = 'spec.validation.openAPIV3Schema';
  const errorsOf = (schema: unknown, change?: (spec: Raw) => void): readonly string[] =>
    compileDefinition(definition(schema, change)).errors.map((error) => `${error.field}: ${error.message}`);
  it.each([
    [{ type: 'string' }, `${at}.type: Invalid value: "string": must be object at the root`],
    [
      object({ a: { type: 'foo' } }),
      `${at}.properties[a].type: Unsupported value: "foo": supported values: "array", "boolean", "integer", "number", "object", "string"`,
    ],
    [object({ a: { $ref: '#/x' } }), `${at}.properties[a].$ref: Forbidden: $ref is not supported`],
    [
      object({ a: { type: 'array', uniqueItems: true, items: { type: 'string' } } }),
      `${at}.properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
    ],
    [
      object({ a: object({ x: { type: 'string' } }, { additionalProperties: { type: 'string' } }) }),
      `${at}.properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
    ],
    [
      object({ a: { type: 'integer', default: 'x' } }),
      `${at}.properties[a].default: Invalid value: "string":  in body must be of type integer: "string"`,
    ],
    [
      object({ a: { type: 'integer', minimum: 5, default: 1 } }),
      `${at}.properties[a].default: Invalid value: 1:  in body should be greater than or equal to 5`,
    ],
    [
      object({ a: { type: 'string', pattern: '(' } }),
      `${at}.properties[a].pattern: Invalid value: "(": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): \`(\``,
    ],
    [
      object({ a: { anyOf: [{ type: 'integer' }] } }),
      `${at}.properties[a].type: Required value: must not be empty for specified object fields`,
    ],
    [
      object({ metadata: object({ labels: { type: 'object' } }) }),
      `${at}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
    ],
    [
      object({
        a: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
          items: object({ k: { type: 'string' } }),
        },
      }),
      `${at}.properties[a].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    ],
  ])('refuse %j', (schema, expected) => {
    expect(errorsOf(schema)).toContain(expected);
  });

  it.each([
    [
      (spec: Raw) => void (spec['scope'] = 'X'),
      'spec.scope: Unsupported value: "X": supported values: "Cluster", "Namespaced"',
    ],
    [
      (spec: Raw) => void (spec['group'] = 'other.io'),
      'metadata.name: Invalid value: "widgets.test.io": must be spec.names.plural+"."+spec.group',
    ],
    [
      (spec: Raw) => void delete (spec['versions'] as Raw[])[0]!['schema'],
      'spec.versions[0].schema.openAPIV3Schema: Required value',
    ],
    [
      (spec: Raw) =>
        void ((spec['versions'] as Raw[])[0]!['additionalPrinterColumns'] = [
          { name: 'A', type: 'foo', jsonPath: '.spec.a' },
        ]),
      'spec.additionalPrinterColumns[0].type: Invalid value: "foo": must be one of boolean,date,integer,number,string',
    ],
    [
      (spec: Raw) =>
        void ((spec['versions'] as Raw[])[0]!['subresources'] = {
          scale: { specReplicasPath: 'spec.r', statusReplicasPath: '.spec.x' },
        }),
      'spec.subresources.scale.statusReplicasPath: Invalid value: ".spec.x": should be a json path under .status',
    ],
  ])('refuse a spec that is wrong (%#)', (change, expected) => {
    expect(errorsOf(object({}), change)).toContain(expected);
  });

  it('give columns and selectable fields', () => {
    const { versions } = compileDefinition(
      definition(object({ spec: object({ color: { type: 'string' }, n: { type: 'integer' } }) }), (spec) => {
        Object.assign((spec['versions'] as Raw[])[0]!, {
          additionalPrinterColumns: [
            { name: 'C', type: 'string', jsonPath: '.spec.color' },
            { name: 'N', type: 'integer', jsonPath: '.spec.n', priority: 1 },
          ],
          selectableFields: [{ jsonPath: '.spec.color' }],
        });
      }),
    );
    const one = widget({ color: 'red', n: 3 }) as unknown as KubeObject;
    expect(versions[0]?.columns.map((column) => [column.name, column.cell(one, 0)])).toEqual([
      ['C', 'red'],
      ['N', 3],
    ]);
    expect(versions[0]?.columns[1]).toMatchObject({
      priority: 1,
      description: 'Custom resource definition column (in JSONPath format): .spec.n',
    });
    expect(versions[0]?.selectableFields['spec.color']?.(one)).toBe('red');
  });
});

describe('definitions that the API server itself breaks off on', () => {
  it('are refused: selectable fields beside a schema that is not structural', () => {
    const crd = definition(object({ spec: object({ color: { type: 'string', $ref: '#/x' } }) }), (spec) => {
      const [version] = spec['versions'] as Raw[];
      version!['selectableFields'] = [{ jsonPath: '.spec.color' }];
    });
    const { errors } = compileDefinition(crd);
    expect(errors.map(({ field }) => field).join()).toContain('$ref');
  });
});

describe('rules', () => {
  const ruled = (
    rules: readonly Raw[],
    properties: Raw = { a: { type: 'integer' }, b: { type: 'integer' } },
  ): Raw => ({
    s: object(properties, { 'x-kubernetes-validations': rules }),
  });

  // What the API server itself answers.
  it.each([
    [{ a: 2, b: 1 }, ['Invalid spec.s: Invalid value: failed rule: self.a <= self.b']],
    [{ a: 7, b: 9 }, ['Invalid spec.s: Invalid value: seven is out']],
    [{ a: 8, b: 9 }, ['Invalid spec.s: Invalid value: eight and big']],
    [{ a: 9, b: 9 }, ['Forbidden spec.s.a: Forbidden: nine']],
    [{ a: 1 }, ['Invalid spec.s: Invalid value: "object": no such key: b evaluating rule: self.a <= self.b']],
    [{ a: 1, b: 1 }, []],
  ])('judge %j', (value, expected) => {
    const version = versionOf(
      ruled([
        { rule: 'self.a <= self.b' },
        { rule: 'self.a != 7', message: 'seven is out' },
        { rule: 'self.a != 8', messageExpression: "self.b > 5 ? 'eight and big' : 'eight and small'" },
        { rule: 'self.a != 9', message: 'nine', reason: 'FieldValueForbidden', fieldPath: '.a' },
      ]),
    );
    expect(check(version, { s: value })).toEqual(expected);
  });

  it('see what was there before an update', () => {
    const version = versionOf(ruled([{ rule: 'self.a >= oldSelf.a', message: 'a only grows' }]));
    expect(check(version, { s: { a: 1 } })).toEqual([]);
    expect(check(version, { s: { a: 1 } }, { s: { a: 2 } })).toEqual([
      'Invalid spec.s: Invalid value: a only grows',
    ]);
    expect(check(version, { s: { a: 3 } }, { s: { a: 2 } })).toEqual([]);
  });

  it('may run on creation too where they take the old value as optional', () => {
    const version = versionOf(
      ruled([
        {
          rule: 'oldSelf.hasValue() ? self.a == oldSelf.value().a : self.a > 5',
          optionalOldSelf: true,
          message: 'new > 5 then immutable',
        },
      ]),
    );
    const refused = ['Invalid spec.s: Invalid value: new > 5 then immutable'];
    expect(check(version, { s: { a: 2 } })).toEqual(refused);
    expect(check(version, { s: { a: 6 } })).toEqual([]);
    expect(check(version, { s: { a: 7 } }, { s: { a: 6 } })).toEqual(refused);
  });

  it('do not stop an update that leaves the broken value as it is', () => {
    const version = versionOf({
      ...ruled([{ rule: 'self.a > 5' }]),
      list: {
        type: 'array',
        maxItems: 5,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: object(
          { k: { type: 'string' }, v: { type: 'integer' } },
          { required: ['k'], 'x-kubernetes-validations': [{ rule: 'self.v > 5' }] },
        ),
      },
    });
    const before = { s: { a: 1 }, list: [{ k: 'x', v: 1 }] };
    expect(check(version, before)).toHaveLength(2);
    expect(check(version, { ...before, other: 1 }, before)).toEqual([]);
    expect(
      check(
        version,
        {
          ...before,
          list: [
            { k: 'y', v: 9 },
            { k: 'x', v: 1 },
          ],
        },
        before,
      ),
    ).toEqual([]);
    expect(check(version, { ...before, list: [{ k: 'x', v: 2 }] }, before)).toEqual([
      'Invalid spec.list[0]: Invalid value: failed rule: self.v > 5',
    ]);
  });

  it('show scalars with their value and are not run on values of a wrong type', () => {
    const version = versionOf({
      n: { type: 'string', maxLength: 20, 'x-kubernetes-validations': [{ rule: "self.startsWith('x')" }] },
      i: { type: 'integer' },
    });
    expect(check(version, { n: 'y' })).toEqual([
      'Invalid spec.n: Invalid value: "y": failed rule: self.startsWith(\'x\')',
    ]);
    expect(check(version, { n: 'y', i: 'text' })).toEqual([
      'TypeInvalid spec.i: Invalid value: "string": spec.i in body must be of type integer: "string"',
      'Invalid <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ]);
  });

  const errorsOfRules = (rules: readonly Raw[], properties?: Raw): readonly string[] => {
    const { errors } = compileDefinition(definition(object({ spec: object(ruled(rules, properties)) })));
    const at = 'spec.validation.openAPIV3Schema.properties[spec].properties[s].x-kubernetes-validations';
    return errors.map(({ field, message }) => `${field.replace(at, '')} ${message}`);
  };

  it.each([
    [
      [{ rule: 'self.nope == 1' }],
      '[0].rule Invalid value: {"Rule":"self.nope == 1","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: compilation failed: ERROR: <input>:1:5: undefined field \'nope\'\n | self.nope == 1\n | ....^',
    ],
    [
      [{ rule: '1 + 1' }],
      '[0].rule Invalid value: {"Rule":"1 + 1","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: cel expression must evaluate to a bool',
    ],
    [
      [{ rule: 'true', messageExpression: '1' }],
      '[0].messageExpression Invalid value: {"Rule":"true","Message":"","MessageExpression":"1","Reason":null,"FieldPath":"","OptionalOldSelf":null}: messageExpression must evaluate to a string',
    ],
    [
      [{ rule: 'true', optionalOldSelf: true }],
      '[0].optionalOldSelf Invalid value: true: may not be set if oldSelf is not used in rule',
    ],
  ])('refuse %j', (rules, expected) => {
    expect(errorsOfRules(rules)).toEqual([expected]);
  });

  it('refuse rules that may cost too much', () => {
    const nested = { type: 'array', items: { type: 'array', items: { type: 'string' } } };
    const errors = errorsOfRules([{ rule: 'self.a.all(x, x.all(y, self.a.all(z, z.all(q, q == y))))' }], {
      a: nested,
    });
    expect(errors).toHaveLength(3);
    expect(errors[0]).toContain('Forbidden: estimated rule cost exceeds budget by factor of more than 100x');
  });
});
