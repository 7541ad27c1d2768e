// Generated CustomResourceDefinitions, and sequences over the objects of those.
import { interleaved, partOf } from './applies.mjs';
import { randomOf } from './random.mjs';
import { jsonPatch, mergePatch } from './shared.mjs';

/** How many definitions a run has; sequences share them. */
export const definitionCount = 24;

const names = [
  'size',
  'color',
  'mode',
  'count',
  'items',
  'nested',
  'tags',
  'ports',
  'extra',
  'when',
  'ratio',
  'flags',
];

const scalar = (r) =>
  r.pick([
    () => ({
      type: 'string',
      ...(r.chance(0.3) && { minLength: 1, maxLength: 8 }),
      ...(r.chance(0.2) && { enum: ['red', 'green', 'blue'] }),
      ...(r.chance(0.1) && { pattern: '^[a-z]+$' }),
      ...(r.chance(0.15) && {
        format: r.pick(['date-time', 'ipv4', 'uuid', 'email', 'byte', 'duration', 'cidr', 'uri', 'hostname']),
      }),
    }),
    () => ({
      type: 'integer',
      ...(r.chance(0.4) && { minimum: 0, maximum: 10 }),
      ...(r.chance(0.2) && { format: r.pick(['int32', 'int64']) }),
      ...(r.chance(0.1) && { multipleOf: 2 }),
    }),
    () => ({ type: 'boolean' }),
    () => ({ type: 'number', ...(r.chance(0.3) && { minimum: 0.5, exclusiveMinimum: r.chance(0.5) }) }),
    () => ({ 'x-kubernetes-int-or-string': true }),
  ])();

const goodDefault = { string: 'red', integer: 2, boolean: true, number: 1.5 };

function schemaFor(r, depth) {
  if (depth <= 0 || r.chance(0.45)) {
    const made = scalar(r);
    const ready = goodDefault[made.type];
    if (ready !== undefined && made.format === undefined && r.chance(0.3)) made.default = ready;
    if (r.chance(0.1)) made.nullable = true;
    if (made.type === 'string' && r.chance(0.1) && made.enum === undefined)
      made['x-kubernetes-validations'] = [{ rule: 'self != "bad"', message: 'must not be bad' }];
    if (made.type === 'integer' && r.chance(0.2))
      made['x-kubernetes-validations'] = [
        r.pick([
          { rule: 'self >= 0' },
          { rule: 'self >= oldSelf', message: 'may not shrink' },
          { rule: 'self < 100', messageExpression: "'too ' + 'many'", reason: 'FieldValueForbidden' },
        ]),
      ];
    return made;
  }
  return r.pick([
    () => objectSchema(r, depth - 1),
    () => ({
      type: 'array',
      ...(r.chance(0.3) && { maxItems: 4 }),
      ...(r.chance(0.1) && { minItems: 1 }),
      items: scalar(r),
    }),
    () => ({ type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } }),
    () => ({
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': r.chance(0.7) ? ['name'] : ['name', 'port'],
      items: {
        type: 'object',
        required: r.chance(0.7) ? ['name', 'port'] : ['name'],
        properties: { name: { type: 'string' }, port: { type: 'integer', default: 80 }, note: scalar(r) },
      },
    }),
    () => ({
      type: 'object',
      additionalProperties: r.chance(0.6) ? { type: 'string' } : { type: 'integer' },
    }),
    () => ({
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { known: { type: 'string' } },
    }),
    () => ({ ...objectSchema(r, depth - 1), 'x-kubernetes-map-type': 'atomic' }),
    () => ({
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    }),
  ])();
}

function objectSchema(r, depth) {
  const chosen = r.shuffled(names).slice(0, r.between(1, 5));
  const properties = Object.fromEntries(chosen.map((name) => [name, schemaFor(r, depth)]));
  const required = r.some(chosen, 0.12);
  const made = { type: 'object', properties, ...(required.length > 0 && { required }) };
  if (r.chance(0.1) && Object.values(properties).every((property) => property.default === undefined))
    made.default = {};
  if (properties.count?.type === 'integer' && r.chance(0.4))
    made['x-kubernetes-validations'] = [
      { rule: '!has(self.count) || self.count < 50', message: 'too many', fieldPath: '.count' },
    ];
  return made;
}

/** The definition of a number, the same in every run. */
export function definitionOf(number) {
  const r = randomOf(1_000_003 + number);
  const spec = objectSchema(r, 3);
  const several = r.chance(0.4);
  const group = `c${number}.example.com`;
  const subresources = r.chance(0.7)
    ? {
        status: {},
        ...(r.chance(0.5) && {
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            ...(r.chance(0.5) && { labelSelectorPath: '.status.selector' }),
          },
        }),
      }
    : undefined;
  if (subresources?.scale !== undefined)
    spec.properties.replicas = { type: 'integer', format: 'int32', ...(r.chance(0.3) && { default: 1 }) };
  spec.properties.color ??= { type: 'string' };
  const properties = {
    spec,
    status: {
      type: 'object',
      properties: {
        phase: { type: 'string' },
        replicas: { type: 'integer' },
        selector: { type: 'string' },
        conditions: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
          items: {
            type: 'object',
            required: ['type'],
            properties: { type: { type: 'string' }, status: { type: 'string' } },
          },
        },
      },
    },
  };
  const selectable = spec.properties.color?.type === 'string' && r.chance(0.4);
  const version = (name, storage) => ({
    name,
    served: true,
    storage,
    schema: { openAPIV3Schema: { type: 'object', properties, ...(r.chance(0.1) && { required: ['spec'] }) } },
    ...(subresources !== undefined && { subresources }),
    ...(r.chance(0.4) && {
      additionalPrinterColumns: [
        { name: 'Color', type: 'string', jsonPath: '.spec.color' },
        { name: 'Phase', type: 'string', jsonPath: '.status.phase', priority: 1 },
        { name: 'Made', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
    }),
    ...((storage ? selectable : selectable !== r.chance(0.05)) && {
      selectableFields: [{ jsonPath: '.spec.color' }],
    }),
    ...(!storage && r.chance(0.3) && { deprecated: true }),
  });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: r.chance(0.8) ? 'Namespaced' : 'Cluster',
      names: {
        plural: 'things',
        singular: 'thing',
        kind: 'Thing',
        ...(r.chance(0.3) && { categories: ['all'] }),
      },
      versions: several ? [version('v1', true), version('v1beta1', false)] : [version('v1', true)],
      ...(r.chance(0.05) && { preserveUnknownFields: false }),
    },
  };
}

const strings = [
  'red',
  'abc',
  'bad',
  '',
  'a much longer text',
  '2026-01-02T03:04:05Z',
  '10.0.0.1',
  'x y',
  '10.0.0.0/8',
  '1h',
  'a@b.c',
];

/** A value of a structural schema; `wild` is the share of wrong ones. */
function valueFor(r, schema, wild) {
  if (r.chance(wild)) return r.pick([5, 'text', true, [], {}, null, 1.5, ['x'], -1, { a: 1 }]);
  if (schema['x-kubernetes-int-or-string'] === true) return r.pick([1, '50%']);
  if (schema.enum !== undefined) return r.chance(0.9) ? r.pick(schema.enum) : 'other';
  switch (schema.type) {
    case 'string':
      return r.chance(0.6) ? 'red' : r.pick(strings);
    case 'integer':
      return r.chance(0.7) ? r.pick([2, 4]) : r.pick([0, 1, 3, 11, -1, 60, 100]);
    case 'number':
      return r.pick([1.5, 0.5, 3, 0]);
    case 'boolean':
      return r.chance(0.5);
    case 'array':
      return Array.from({ length: r.pick([0, 1, 2, 2, 3, 5]) }, () => valueFor(r, schema.items, wild));
    default: {
      if (schema['x-kubernetes-embedded-resource'] === true)
        return r.pick([
          { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { x: 1 } },
          { apiVersion: 'v1', kind: 'ConfigMap' },
          { kind: 'X' },
          { apiVersion: 'v1', kind: 'A', metadata: { name: 'A_b', labels: { 'a b': 'c' } } },
        ]);
      if (schema.additionalProperties !== undefined)
        return Object.fromEntries(
          r.some(['a', 'b', 'c']).map((key) => [key, valueFor(r, schema.additionalProperties, wild)]),
        );
      const made = {};
      for (const [name, property] of Object.entries(schema.properties ?? {}))
        if ((schema.required ?? []).includes(name) ? r.chance(0.95) : r.chance(0.6))
          made[name] = valueFor(r, property, wild);
      if (r.chance(0.06)) made.surprise = r.pick([1, { a: 'b' }]);
      return made;
    }
  }
}

function thing(r, definition, version, name, wild) {
  const { properties } = definition.spec.versions[0].schema.openAPIV3Schema;
  return {
    apiVersion: `${definition.spec.group}/${version}`,
    kind: 'Thing',
    metadata: { name, ...(r.chance(0.4) && { labels: { app: r.pick(['web', 'db']) } }) },
    spec: valueFor(r, properties.spec, wild),
    ...(r.chance(0.15) && { status: { phase: 'Ready', replicas: 2 } }),
  };
}

export function customSequence({ r, id, namespace }) {
  const number = r.below(definitionCount);
  const definition = definitionOf(number);
  const version = r.pick(definition.spec.versions).name;
  const other = r.pick(definition.spec.versions).name;
  const scope = definition.spec.scope === 'Namespaced' ? `/namespaces/${namespace}` : '';
  const at = (chosen) => `/apis/${definition.spec.group}/${chosen}${scope}/things`;
  const wild = r.pick([0, 0, 0, 0.02, 0.08]);
  const body = thing(r, definition, version, id, wild);
  const collection = at(version);
  const about = `definition ${number}`;
  if (r.chance(0.35)) return { kind: 'Thing', about, steps: interleaved(r, body, collection, true) };
  const validation = () => (r.chance(0.4) ? { fieldValidation: r.pick(['Strict', 'Warn', 'Ignore']) } : {});
  const steps = [{ method: 'POST', path: collection, query: validation(), body }];
  for (let n = r.between(0, 4); n > 0; n--)
    steps.push(...customStep(r, { definition, id, version, other, at, wild, body, validation }));
  return { kind: 'Thing', about, steps };
}

function customStep(r, { definition, id, version, other, at, wild, body, validation }) {
  const path = `${at(version)}/${id}`;
  const next = {
    ...thing(r, definition, version, id, wild),
    status: { phase: r.pick(['Ready', 'Done']), conditions: [{ type: 'A', status: 'True' }] },
  };
  return r.pick([
    () => [{ method: 'GET', path: `${at(other)}/${id}` }],
    () => [{ method: 'GET', path, accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }],
    () => [
      {
        method: 'GET',
        path: at(version),
        query: r.pick([
          { fieldSelector: `metadata.name=${id}` },
          { fieldSelector: `spec.color=red,metadata.name=${id}` },
          { fieldSelector: 'spec.size=1' },
        ]),
      },
    ],
    () => [
      {
        method: 'PATCH',
        path,
        query: validation(),
        type: 'application/merge-patch+json',
        body: mergePatch(body, partOf(r, next)),
      },
    ],
    () => [
      {
        method: 'PATCH',
        path,
        query: validation(),
        type: 'application/json-patch+json',
        body: jsonPatch(body, partOf(r, next), ''),
      },
    ],
    () => [{ method: 'PATCH', path, type: 'application/strategic-merge-patch+json', body: { spec: {} } }],
    () => [{ method: 'PUT', path, body: next }],
    () => [
      {
        method: 'PATCH',
        path: `${path}/status`,
        type: 'application/merge-patch+json',
        body: { status: next.status, spec: next.spec, metadata: { labels: { from: 'status' } } },
      },
    ],
    () => [{ method: 'GET', path: `${path}/scale` }],
    () => [
      {
        method: 'PATCH',
        path: `${path}/scale`,
        type: 'application/merge-patch+json',
        body: { spec: { replicas: r.pick([0, 3, -1, 'x']) } },
      },
    ],
    () => [{ method: 'DELETE', path }],
  ])();
}

const breaks = [
  (crd) => (crd.metadata.name = 'other.example.com'),
  (crd) => (crd.spec.scope = 'Everywhere'),
  (crd) => (crd.spec.versions[0].storage = false),
  (crd) => crd.spec.versions.push({ ...crd.spec.versions[0] }),
  (crd) => delete crd.spec.versions[0].schema,
  (crd) => (crd.spec.names.kind = 'bad_kind'),
  (crd) => (crd.spec.names.plural = 'Things'),
  (crd) => (crd.spec.versions[0].name = 'V_1'),
  (crd) => (crd.spec.group = 'Example'),
  (crd) => (crd.spec.preserveUnknownFields = true),
  (crd) => (crd.spec.conversion = { strategy: 'Webhook' }),
  (crd) => (crd.spec.conversion = { strategy: 'Magic' }),
  (crd) => (crd.spec.conversion = { strategy: 'None' }),
  (crd) =>
    (crd.spec.versions[0].subresources = {
      scale: { specReplicasPath: 'x', statusReplicasPath: '.status.x' },
    }),
  (crd) => (crd.spec.versions[0].additionalPrinterColumns = [{ name: '', type: 'x', jsonPath: 'y' }]),
  (crd) => (crd.spec.versions[0].selectableFields = [{ jsonPath: '.spec.none' }]),
  (crd) => (schemaOf(crd).type = 'string'),
  (crd) => delete schemaOf(crd).type,
  (crd) => (specOf(crd).properties.broken = { type: 'thing' }),
  (crd) => (specOf(crd).properties.broken = {}),
  (crd) => (specOf(crd).properties.broken = { type: 'string', default: 5 }),
  (crd) => (specOf(crd).properties.broken = { type: 'array' }),
  (crd) =>
    (specOf(crd).properties.broken = {
      type: 'array',
      items: { type: 'object', properties: { a: { type: 'string' } } },
      'x-kubernetes-list-type': 'map',
    }),
  (crd) =>
    (specOf(crd).properties.broken = {
      type: 'array',
      items: { type: 'object', properties: { a: { type: 'string' } } },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['a'],
    }),
  (crd) =>
    (specOf(crd).properties.broken = {
      type: 'array',
      items: { type: 'object' },
      'x-kubernetes-list-type': 'set',
    }),
  (crd) => (specOf(crd).properties.broken = { type: 'string', 'x-kubernetes-list-type': 'set' }),
  (crd) =>
    (specOf(crd).properties.broken = {
      type: 'object',
      properties: { a: { type: 'string' } },
      additionalProperties: true,
    }),
  (crd) => (specOf(crd).properties.broken = { type: 'string', pattern: '(' }),
  (crd) => (specOf(crd).properties.broken = { type: 'object', 'x-kubernetes-map-type': 'loose' }),
  (crd) =>
    (specOf(crd).properties.broken = { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self +' }] }),
  (crd) =>
    (specOf(crd).properties.broken = {
      type: 'integer',
      'x-kubernetes-validations': [{ rule: 'self.x == 1' }],
    }),
  (crd) => (specOf(crd).properties.broken = { type: 'integer', 'x-kubernetes-validations': [{ rule: '' }] }),
  (crd) =>
    (specOf(crd).properties.broken = {
      type: 'integer',
      'x-kubernetes-validations': [{ rule: 'self > 1', message: ' ' }],
    }),
  (crd) =>
    (specOf(crd).properties.broken = {
      type: 'integer',
      'x-kubernetes-validations': [{ rule: 'self > 1', reason: 'Why' }],
    }),
  (crd) => (specOf(crd).properties.broken = { anyOf: [{ type: 'integer' }, { type: 'string' }] }),
  (crd) =>
    (specOf(crd).properties.broken = {
      type: 'object',
      anyOf: [{ required: ['a'] }, { properties: { b: { type: 'string' } } }],
      properties: { a: { type: 'string' } },
    }),
  (crd) => (specOf(crd).properties.broken = { type: 'string', $ref: '#/x' }),
  (crd) => (specOf(crd).properties.broken = { type: 'string', uniqueItems: true }),
  (crd) => (specOf(crd).properties.broken = { type: 'array', items: { type: 'string' }, uniqueItems: true }),
  (crd) => (specOf(crd).properties.broken = { type: 'array', items: [{ type: 'string' }] }),
  (crd) => (specOf(crd).properties.broken = { type: 'string', nullable: true, default: null }),
  (crd) => (specOf(crd).required = ['none']),
  (crd) =>
    (schemaOf(crd).properties.metadata = {
      type: 'object',
      properties: { name: { type: 'string', maxLength: 5 } },
    }),
  (crd) =>
    (schemaOf(crd).properties.metadata = { type: 'object', properties: { labels: { type: 'object' } } }),
  (crd) => (specOf(crd).surprise = 1),
];

// Changes to what an earlier one took away go nowhere.
const schemaOf = (crd) => crd.spec.versions[0].schema?.openAPIV3Schema ?? { properties: {} };
const specOf = (crd) => schemaOf(crd).properties?.spec ?? { properties: {} };

/** Definitions with a mistake or two. They are tried, never kept. */
export function definitionSequence({ r, id }) {
  const crd = JSON.parse(
    JSON.stringify(definitionOf(100 + r.below(1000))).replaceAll(/c\d+\.example\.com/g, `${id}.example.com`),
  );
  const chosen = Array.from({ length: r.pick([0, 1, 1, 1, 2]) }, () => r.below(breaks.length));
  // Versions share parts by reference; a change to one shall not be one to all.
  for (const index of chosen) breaks[index](crd);
  const query = { dryRun: 'All', ...(r.chance(0.3) && { fieldValidation: 'Strict' }) };
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  return {
    kind: 'CustomResourceDefinition',
    about: chosen.join(','),
    steps: [{ method: 'POST', path, query, body: crd }],
  };
}
