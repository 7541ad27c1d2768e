import { describe, expect, it } from 'vitest';
import type { KubeObject } from '@plumbline/api';
import { compileDefinition, type CompiledVersion } from './index.ts';

type Raw = Record<string, unknown>;

const object = (properties: Raw, required: readonly string[] = []): Raw => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
});

function versionOf(spec: Raw): CompiledVersion {
  const schema = object({ spec: object(spec), status: object({ phase: { type: 'string' } }) });
  const { versions, errors } = compileDefinition({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.test.io' },
    spec: {
      group: 'test.io',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  } as unknown as KubeObject);
  expect(errors).toEqual([]);
  return versions[0]!;
}

const widget = (spec: unknown, more: Raw = {}): KubeObject =>
  ({
    apiVersion: 'test.io/v1',
    kind: 'Widget',
    metadata: { name: 'a' },
    spec,
    ...more,
  }) as unknown as KubeObject;

const check = (version: CompiledVersion, spec: unknown): readonly string[] =>
  version
    .validate(widget(spec), undefined)
    .map((error) => `${error.reason.replace('FieldValue', '')} ${error.field}: ${error.message}`);

describe('values that are wrong in several ways', () => {
  it.each([
    [
      { type: 'integer', multipleOf: 2 },
      1.5,
      [
        'TypeInvalid spec.x: Invalid value: "number": spec.x in body must be of type integer: "number"',
        'Invalid <nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.x',
        'Invalid spec.x: Invalid value: 1.5: spec.x in body should be a multiple of 2',
      ],
    ],
    [
      { type: 'integer', format: 'int32' },
      3e9,
      ['Invalid <nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.x'],
    ],
    [
      { type: 'string', enum: ['a', null], nullable: true },
      null,
      ['NotSupported spec.x: Unsupported value: null: supported values: "a", "null"'],
    ],
    [
      { type: 'integer', enum: [1, 2] },
      3,
      ['NotSupported spec.x: Unsupported value: 3: supported values: "1", "2"'],
    ],
    [
      {
        type: 'array',
        items: object({ k: { type: 'string' } }, ['k']),
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      },
      [[]],
      [
        'TypeInvalid spec.x[0]: Invalid value: "array": spec.x[0] in body must be of type object: "array"',
        'Invalid spec.x[0]: Invalid value: []: must be an object for an array of list-type map',
      ],
    ],
    [
      {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        'x-kubernetes-preserve-unknown-fields': true,
      },
      { apiVersion: 'a/b/c', kind: 1, metadata: { name: 'x/y' } },
      [
        'Invalid spec.x.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
        'Invalid spec.x.kind: Invalid value: 1: must be a string',
        `Invalid spec.x.metadata.name: Invalid value: "x/y": may not contain '/'`,
      ],
    ],
  ])('%j with %j', (schema, value, expected) => {
    const found = check(versionOf({ x: schema }), { x: value });
    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  it.each([
    ['isbn', '0321751043', true],
    ['isbn', '978-0321751041', true],
    ['isbn10', '0321751044', false],
    ['creditcard', '4111 1111 1111 1111', true],
    ['creditcard', '4111 1111 1111 1112', false],
    ['ssn', '111-22-3333', true],
    ['ssn', '111223333', false],
    ['rgbcolor', 'rgb(1, 2, 255)', true],
    ['rgbcolor', 'rgb(1, 2, 256)', false],
    ['k8s-short-name', 'a-b', true],
    ['k8s-short-name', 'A', false],
    ['int32', 'not a format of texts', true],
  ])('hold %s against %s', (format, text, fits) => {
    expect(check(versionOf({ x: { type: 'string', format } }), { x: text }).length === 0).toBe(fits);
  });

  it('are told of a status in words that know of nothing around it, and of nothing else', () => {
    const version = versionOf({ a: { type: 'integer' } });
    const wrong = widget({ a: 'x' }, { status: { phase: 1 } });
    expect(version.validate(wrong, undefined, 'status')).toEqual([
      {
        reason: 'FieldValueTypeInvalid',
        field: 'status.phase',
        message: 'Invalid value: "integer": phase in body must be of type string: "integer"',
      },
    ]);
  });
});
