#!/usr/bin/env node
// Makes packages/api/kubernetes/schema/table.gen.ts from a file of schema facts (the notation is explained in
// packages/api/kubernetes/schema/notation.ts): node tools/schema/distil.mjs FACTS.json
// Keeps what the GA kinds reach and numbers the definitions anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [factsFile] = process.argv.slice(2);
if (factsFile === undefined) throw new Error('usage: distil.mjs FACTS.json');
const facts = JSON.parse(readFileSync(factsFile, 'utf8'));
const target = fileURLToPath(new URL('../../packages/api/kubernetes/schema/table.gen.ts', import.meta.url));

/** Definitions that hold any JSON and so have no fields; other definitions without fields are empty objects. */
const anything = /\.(JSON|JSONSchemaPropsOr\w+|FieldsV1|Patch|RawExtension)$/;
/** Types without a resource of their own that requests carry. */
const extra = [
  'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta',
];

const isGa = (groupVersion) => /(^|\/)v\d+$/.test(groupVersion);
const resources = facts.resources.filter((line) => isGa(line.split(' ')[0].split('/').slice(0, 2).join('/')));
const kinds = new Map();
for (const line of resources) {
  const gvk = line.split(' ')[1];
  if (facts.gvk[gvk] !== undefined) kinds.set(gvk, facts.gvk[gvk]);
}

const numbers = new Map();
const order = [];
function visit(index) {
  if (numbers.has(index)) return;
  numbers.set(index, order.length);
  order.push(index);
  for (const match of facts.types[index].matchAll(/@(\d+)/g)) visit(Number(match[1]));
}
for (const index of kinds.values()) visit(index);
for (const name of extra) visit(facts.names.indexOf(name));

const types = order.map((index) => {
  if (facts.types[index] === '' && anything.test(facts.names[index])) return '*';
  return facts.types[index].replaceAll(/@(\d+)/g, (_, number) => `@${numbers.get(Number(number))}`);
});
const names = order.map((index) => facts.names[index]);
const gvk = Object.fromEntries([...kinds].map(([key, index]) => [key, numbers.get(index)]));
const defaults = {};
for (const [key, value] of Object.entries(facts.defaults)) {
  const [index, field] = key.split('.');
  if (numbers.has(Number(index))) defaults[`${numbers.get(Number(index))}.${field}`] = value;
}
// What the facts leave out, as the real server lists it.
facts.categories['api-extensions'].push(
  'admissionregistration.k8s.io/mutatingadmissionpolicies',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
);
const shortNames = {};
for (const [group, byResource] of Object.entries(facts.shortNames)) {
  for (const [plural, list] of Object.entries(byResource))
    if (list.length > 0) shortNames[`${group}/${plural}`] = list;
}
const categories = {};
for (const [category, list] of Object.entries(facts.categories)) {
  for (const item of list) (categories[item.includes('/') ? item : `/${item}`] ??= []).push(category);
}

const text = `/**
 * Made by tools/schema/distil.mjs. Derived from the API declarations and the OpenAPI document of Kubernetes ${facts.source.version === 'unversioned' ? '1.36' : facts.source.version},
 * Copyright The Kubernetes Authors, licensed under the Apache License, Version 2.0; names, types and markers only.
 */
export const names: readonly string[] = ${JSON.stringify(names.join(' '))}.split(' ');

export const types: readonly string[] = [
${types.map((type) => `${JSON.stringify(type)},`).join('\n')}
];

export const kinds: Readonly<Record<string, number>> = ${JSON.stringify(gvk)};

export const resources: readonly string[] = [
${resources.map((line) => `${JSON.stringify(line)},`).join('\n')}
];

export const defaults: Readonly<Record<string, unknown>> = ${JSON.stringify(defaults)};

export const shortNames: Readonly<Record<string, readonly string[]>> = ${JSON.stringify(shortNames)};

export const categories: Readonly<Record<string, readonly string[]>> = ${JSON.stringify(categories)};
`;
writeFileSync(target, text);
console.log(
  `${types.length} types, ${Object.keys(gvk).length} kinds, ${resources.length} resources, ${text.length} bytes`,
);
