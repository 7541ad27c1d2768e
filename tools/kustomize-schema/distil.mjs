#!/usr/bin/env node
// Makes packages/render/kustomize/schema/table.gen.ts: node tools/kustomize-schema/distil.mjs OPENAPI.json
// OPENAPI.json is the swagger.json of Kubernetes 1.21.2 (the version that kustomize has built in), or any document that
// has its `definitions` and either `paths` or a list `resources` of {apiVersion, kind, scope}.
// Keeps what strategic merge needs: which lists are merged by which keys, and the way to them from each kind.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: distil.mjs OPENAPI.json');
const document = JSON.parse(readFileSync(file, 'utf8'));
const target = fileURLToPath(new URL('../../packages/render/kustomize/schema/table.gen.ts', import.meta.url));

/** Kinds that kustomize knows the scope of though its schema does not. */
const laterKinds = {
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy': 'c',
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding': 'c',
};

const refName = (schema) => schema?.$ref?.replace('#/definitions/', '');

/** The rule of a list: undefined (replaced) or the keys that its items are told apart by; none for scalars. */
function keysOf(schema) {
  const strategies = schema['x-kubernetes-patch-strategy']?.split(',') ?? [];
  if (!strategies.includes('merge')) return undefined;
  const key = schema['x-kubernetes-patch-merge-key'];
  return schema['x-kubernetes-list-map-keys'] ?? (key === undefined ? [] : [key]);
}

/** A property as `[shape, definition, keys]`; shape: '' (the definition itself), '[]' (a list of it), '{}' (a map of it). */
function propertyOf(schema) {
  if (schema.type === 'array') return ['[]', refName(schema.items), keysOf(schema)];
  if (typeof schema.additionalProperties === 'object') return ['{}', refName(schema.additionalProperties)];
  return ['', refName(schema)];
}

const properties = new Map();
for (const [name, definition] of Object.entries(document.definitions)) {
  properties.set(
    name,
    Object.entries(definition.properties ?? {}).map(([field, schema]) => [field, ...propertyOf(schema)]),
  );
}

/** Definitions from which a merged list can be reached: all others are left out. */
const telling = new Set();
for (let before = -1; before !== telling.size;) {
  before = telling.size;
  for (const [name, fields] of properties)
    if (fields.some(([, , definition, keys]) => keys !== undefined || telling.has(definition)))
      telling.add(name);
}

const numbers = new Map();
function numberOf(name) {
  if (!telling.has(name)) return '';
  if (!numbers.has(name)) numbers.set(name, numbers.size);
  return numbers.get(name);
}

/** `definition shape !keys`, each part where there is one. */
function fieldsOf(name) {
  const fields = {};
  for (const [field, shape, definition, keys] of properties.get(name)) {
    if (keys === undefined && !telling.has(definition)) continue;
    fields[field] = `${numberOf(definition)}${shape}${keys === undefined ? '' : `!${keys.join(',')}`}`;
  }
  return fields;
}

function scopes() {
  if (Array.isArray(document.resources))
    return document.resources.map(({ apiVersion, kind, scope }) => [
      `${apiVersion}/${kind}`,
      scope?.[0].toLowerCase(),
    ]);
  const found = new Map();
  for (const [path, item] of Object.entries(document.paths)) {
    const gvk = item.get?.['x-kubernetes-group-version-kind'];
    if (gvk === undefined) continue;
    const key = `${gvk.group ? `${gvk.group}/` : ''}${gvk.version}/${gvk.kind}`;
    const namespaced = path.includes('namespaces/{namespace}');
    if (namespaced || !found.has(key)) found.set(key, namespaced ? 'n' : 'c');
  }
  return [...found];
}

const kinds = {};
for (const [key, scope] of scopes()) if (scope !== undefined) kinds[key] = scope;
Object.assign(kinds, laterKinds);
for (const [name, definition] of Object.entries(document.definitions)) {
  for (const { group, version, kind } of definition['x-kubernetes-group-version-kind'] ?? []) {
    if (!telling.has(name)) continue;
    const key = `${group ? `${group}/` : ''}${version}/${kind}`;
    kinds[key] = `${kinds[key] ?? ''}${numberOf(name)}`;
  }
}

const types = [];
for (const [name, number] of numbers) types[number] = fieldsOf(name);

const byGroupVersion = {};
for (const [key, code] of Object.entries(kinds).sort(([a], [b]) => (a < b ? -1 : 1))) {
  const slash = key.lastIndexOf('/');
  (byGroupVersion[key.slice(0, slash)] ??= {})[key.slice(slash + 1)] = code;
}
// References of the user's own documents name definitions in full; nearly all begin in the same way.
const names = [...numbers.keys()].map((name) => name.replace(/^io\.k8s\.api\./, '~'));
const table = JSON.stringify({ types, names, kinds: byGroupVersion });
writeFileSync(
  target,
  `// Made by tools/kustomize-schema/distil.mjs from the OpenAPI document of Kubernetes 1.21.2. Do not edit.\n` +
    `export const tableText =\n  '${table}';\n`,
);
console.log(`${types.length} definitions, ${Object.keys(kinds).length} kinds, ${table.length} bytes`);
