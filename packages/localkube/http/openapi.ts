import { createHash } from 'node:crypto';
import type { KubeObject, SchemaNode } from '@plumbline/api';
import type { TypedNode } from '@plumbline/api/schema';
import { schemaFor } from '@plumbline/api/schema';
import type { Core, Served } from '../registry/index.ts';

type Document = Record<string, unknown>;

/** What `/openapi/v3` lists: one document per group and version. */
export function openApiIndex(core: Core, paths: readonly string[]): unknown {
  const entry = (path: string): [string, unknown] => {
    const hash = createHash('sha512')
      .update(`${core.catalogue.revision} ${path}`)
      .digest('hex')
      .toUpperCase();
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
  };
  return { paths: Object.fromEntries(['api', 'apis', 'version', ...paths].map(entry)) };
}

const prefix = '#/components/schemas/';
const metaPrefix = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** One document: what clients need to check, merge and explain the kinds of a group and version. */
export function openApiDocument(core: Core, path: string): unknown {
  const info = { title: 'Kubernetes', version: 'v1.36.3' };
  if (path === 'api' || path === 'apis' || path === 'version')
    return { openapi: '3.0.0', info, paths: { [`/${path}/`]: {} }, components: { schemas: {} } };
  const match = /^(?:api\/(v1)|apis\/([^/]+)\/([^/]+))$/.exec(path);
  if (match === null) return undefined;
  const [group, version] = match[1] === undefined ? [match[2] ?? '', match[3] ?? ''] : ['', match[1]];
  const resources = core.catalogue.resourcesOf(group, version);
  if (resources.length === 0) return undefined;
  const schemas: Document = {};
  const paths: Document = {};
  for (const resource of resources) {
    const name = addKind(core, schemas, resource);
    addPaths(paths, `/${path}`, resource, name);
  }
  return { openapi: '3.0.0', info, paths, components: { schemas } };
}

function gvkOf(group: string, version: string, kind: string): readonly unknown[] {
  return [{ group, version, kind }];
}

/** The definition's name of a custom kind: the group reversed, then version and kind. */
function customName({ group, version, kind }: Pick<Served, 'group' | 'version' | 'kind'>): string {
  return [...group.split('.').reverse(), version, kind].join('.');
}

function addKind(core: Core, schemas: Document, resource: Served): string {
  const { group, version, kind } = resource;
  const ref = (node: TypedNode | undefined): Document => {
    if (node?.definition !== undefined) addDefinition(schemas, node);
    return { $ref: `${prefix}${node?.definition ?? `${metaPrefix}.ObjectMeta`}` };
  };
  const metadata = ref(schemaFor({ group: '', version: 'v1', kind: 'ConfigMap' })?.fields?.['metadata']);
  let name: string;
  if (resource.typed?.definition !== undefined) {
    name = resource.typed.definition;
    addDefinition(schemas, resource.typed);
  } else {
    name = customName(resource);
    schemas[name] = customSchema(core, resource, metadata);
  }
  schemas[name] = {
    ...(schemas[name] as Document),
    'x-kubernetes-group-version-kind': gvkOf(group, version, kind),
  };
  for (const sub of resource.subresourceList) {
    const node = schemaFor({ group: sub.group, version: sub.version, kind: sub.kind });
    if (node?.definition === undefined) continue;
    addDefinition(schemas, node);
    schemas[node.definition] = {
      ...(schemas[node.definition] as Document),
      'x-kubernetes-group-version-kind': gvkOf(sub.group, sub.version, sub.kind),
    };
  }
  if (!resource.verbs.includes('list')) return name;
  schemas[`${name}List`] = {
    description: `${resource.listKind} is a list of ${resource.kind}.`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      items: { type: 'array', items: { default: {}, allOf: [{ $ref: `${prefix}${name}` }] } },
      metadata: { type: 'object' },
    },
    'x-kubernetes-group-version-kind': gvkOf(group, version, resource.listKind),
  };
  return name;
}

const conventions = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';
/** What `kubectl explain` says of the fields that every kind has. */
const apiVersionDescription = `APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: ${conventions}#resources`;
const kindDescription = `Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: ${conventions}#types-kinds`;
const metadataDescription = `Standard object's metadata. More info: ${conventions}#metadata`;

/** A custom kind shows its own schema as the definition has it, with the metadata that every object has. */
function customSchema(core: Core, resource: Served, metadata: Document): Document {
  const definition = core.store
    .table('apiextensions.k8s.io', 'CustomResourceDefinition')
    .get('', `${resource.plural}.${resource.group}`);
  const schema = definition === undefined ? undefined : declaredSchema(definition, resource.version);
  const properties = (schema?.['properties'] ?? {}) as Document;
  return {
    ...(schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
    properties: {
      ...properties,
      apiVersion: { description: apiVersionDescription, type: 'string' },
      kind: { description: kindDescription, type: 'string' },
      metadata: { description: metadataDescription, allOf: [metadata] },
    },
  };
}

function declaredSchema(definition: KubeObject, version: string): Document | undefined {
  const spec = definition.spec as {
    readonly versions: readonly {
      readonly name: string;
      readonly schema?: { readonly openAPIV3Schema?: Document };
    }[];
  };
  return spec.versions.find(({ name }) => name === version)?.schema?.openAPIV3Schema;
}

function addDefinition(schemas: Document, node: TypedNode): void {
  const name = node.definition ?? '';
  if (schemas[name] !== undefined) return;
  const made: Document = { type: 'object' };
  schemas[name] = made;
  const fields = Object.entries(node.fields ?? {});
  if (fields.length > 0)
    made['properties'] = Object.fromEntries(
      fields.map(([field, shape]) => [
        field,
        field === 'fieldsV1' && name === `${metaPrefix}.ManagedFieldsEntry`
          ? fieldsReference(schemas)
          : fieldSchema(schemas, shape),
      ]),
    );
  if (node.required !== undefined) made['required'] = node.required;
  if (node.mapType === 'atomic') made['x-kubernetes-map-type'] = 'atomic';
}

/** A set of fields is a kind of its own, which says nothing of what is in it. */
function fieldsReference(schemas: Document): Document {
  schemas[`${metaPrefix}.FieldsV1`] = { type: 'object' };
  return { allOf: [{ $ref: `${prefix}${metaPrefix}.FieldsV1` }] };
}

function fieldSchema(schemas: Document, node: TypedNode): Document {
  const marks: Document = {
    ...(node.default !== undefined && { default: node.default }),
    ...(node.patchMergeKey !== undefined && { 'x-kubernetes-patch-merge-key': node.patchMergeKey }),
    ...(node.patchStrategy !== undefined && { 'x-kubernetes-patch-strategy': node.patchStrategy.join(',') }),
    ...(node.type === 'list' && node.listType !== undefined && { 'x-kubernetes-list-type': node.listType }),
    ...(node.listMapKeys !== undefined && { 'x-kubernetes-list-map-keys': node.listMapKeys }),
    ...(node.mapType === 'atomic' && { 'x-kubernetes-map-type': 'atomic' }),
  };
  if ((node.type === 'object' || node.type === 'any') && node.definition !== undefined) {
    addDefinition(schemas, node);
    return { ...marks, allOf: [{ $ref: `${prefix}${node.definition}` }] };
  }
  const items = node.items === undefined ? {} : fieldSchema(schemas, node.items);
  if (node.type === 'list') return { type: 'array', items, ...marks };
  if (node.type === 'map') return { type: 'object', additionalProperties: items, ...marks };
  return { ...scalarSchema(node), ...marks };
}

function scalarSchema(node: SchemaNode & Pick<TypedNode, 'bits' | 'micro'>): Document {
  switch (node.type) {
    case 'integer':
      return { type: 'integer', format: node.bits === 32 ? 'int32' : 'int64' };
    case 'number':
      return { type: 'number', format: 'double' };
    case 'boolean':
      return { type: 'boolean' };
    case 'bytes':
      return { type: 'string', format: 'byte' };
    case 'time':
      return { type: 'string', format: 'date-time' };
    case 'int-or-string':
      return { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
    case 'quantity':
      return { oneOf: [{ type: 'string' }, { type: 'number' }] };
    case 'any':
      return { type: 'object' };
    default:
      return { type: 'string' };
  }
}

const actions: readonly (readonly [string, string, string])[] = [
  ['get', 'get', 'get'],
  ['put', 'update', 'put'],
  ['patch', 'patch', 'patch'],
  ['delete', 'delete', 'delete'],
];
const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string', uniqueItems: true },
}));

function operation(
  resource: Pick<Served, 'group' | 'version' | 'kind'> & { readonly custom?: boolean },
  action: string,
  schema: string,
): Document {
  const { group, version, kind } = resource;
  const writes = action === 'post' || action === 'put' || action === 'patch';
  const body = { $ref: `${prefix}${schema}` };
  const patchBody = { $ref: `${prefix}${metaPrefix}.Patch` };
  const types =
    action === 'patch'
      ? [
          'application/json-patch+json',
          'application/merge-patch+json',
          // kubectl sends a strategic patch wherever this says that it may; custom resources do not take one.
          ...(resource.custom === true ? [] : ['application/strategic-merge-patch+json']),
          'application/apply-patch+yaml',
        ]
      : ['*/*'];
  return {
    ...(writes && {
      parameters:
        action === 'patch'
          ? [
              ...writeParameters,
              { name: 'force', in: 'query', schema: { type: 'boolean', uniqueItems: true } },
            ]
          : writeParameters,
      requestBody: {
        required: true,
        content: Object.fromEntries(
          types.map((type) => [type, { schema: action === 'patch' ? patchBody : body }]),
        ),
      },
    }),
    responses: { 200: { description: 'OK', content: { 'application/json': { schema: body } } } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
}

function addPaths(paths: Document, base: string, resource: Served, schema: string): void {
  const scope = resource.namespaced ? `${base}/namespaces/{namespace}` : base;
  const collection = `${scope}/${resource.plural}`;
  const { verbs } = resource;
  const onCollection: Document = {};
  if (verbs.includes('list')) onCollection['get'] = operation(resource, 'list', `${schema}List`);
  if (verbs.includes('create')) onCollection['post'] = operation(resource, 'post', schema);
  if (verbs.includes('deletecollection'))
    onCollection['delete'] = operation(resource, 'deletecollection', schema);
  paths[collection] = onCollection;
  if (resource.namespaced && verbs.includes('list'))
    paths[`${base}/${resource.plural}`] = { get: operation(resource, 'list', `${schema}List`) };
  if (!verbs.includes('get')) return;
  paths[`${collection}/{name}`] = Object.fromEntries(
    actions
      .filter(([, verb]) => verbs.includes(verb))
      .map(([method, , action]) => [method, operation(resource, action, schema)]),
  );
  if (verbs.includes('watch')) {
    const watch = `${base}/watch${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`;
    paths[watch] = { get: operation(resource, 'watchlist', schema) };
    paths[`${watch}/{name}`] = { get: operation(resource, 'watch', schema) };
    if (resource.namespaced)
      paths[`${base}/watch/${resource.plural}`] = { get: operation(resource, 'watchlist', schema) };
  }
  for (const sub of resource.subresourceList) {
    const methods = actions
      .filter(([, verb]) => sub.verbs.includes(verb))
      .map(([method, , action]) => [method, operation(sub, action, schema)]);
    paths[`${collection}/{name}/${sub.name}`] = {
      ...Object.fromEntries(methods),
      ...(sub.verbs.includes('create') && { post: operation(sub, 'post', schema) }),
    };
  }
}
