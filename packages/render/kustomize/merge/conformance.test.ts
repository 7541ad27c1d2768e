import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKyaml } from '@plumbline/languages';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../resource.ts';
import { schemaFor } from '../schema/index.ts';
import type { Schema } from '../schema/index.ts';
import { applyJson6902, merge3, strategicMerge } from './index.ts';
import type { MergeOptions } from './index.ts';

const data =
  process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../../.cache/conformance');
const tables = join(data, 'rendering/go-tables');
const present = existsSync(tables);

type Case = Readonly<Record<string, unknown>>;

function casesOf(file: string): Case[] {
  if (!present) return [];
  const rows = JSON.parse(readFileSync(join(tables, `${file}.json`), 'utf8')) as { readonly case: Case }[];
  return rows.map((row) => row.case);
}

function read(text: unknown): unknown {
  const documents = readKyaml(String(text), 'test.yaml');
  if (!documents.ok) throw new Error(documents.error.message);
  return documents.value[0]?.value;
}

/** A schema in a comment, by the field beside it: `key: # {...}` or the line above. */
function shapesBeside(text: string): (mapping: JsonObject, key: string) => Schema | undefined {
  const shapes = new Map<string, Schema | undefined>();
  for (const [, key, json] of text.matchAll(/^ *(\w+): *# *(\{.*\})$/gm))
    shapes.set(key ?? '', commentSchema(json));
  for (const [, json, key] of text.matchAll(/^ *# *(\{.*\})\n *(\w+):/gm))
    shapes.set(key ?? '', commentSchema(json));
  return (_, key) => shapes.get(key);
}

const podSpec = schemaFor({ group: '', version: 'v1', kind: 'Pod' })?.field('spec');

/** The two shapes that upstream's comments name. */
function commentSchema(json: string | undefined): Schema | undefined {
  if (json?.includes('PodSpec') === true) return podSpec;
  return json?.includes('x-kubernetes-patch-merge-key') === true ? podSpec?.field('containers') : undefined;
}

describe.skipIf(!present)('kyaml merge2, as upstream tests it', () => {
  const cases = casesOf('kyaml-merge2').filter((row) => 'source' in row);

  it.each(cases.map((row, i) => [`${i} ${String(row['description'])}`, row] as const))('%s', (_, row) => {
    const direction = (row['mergeOptions'] as { ListIncreaseDirection?: { $sym: string } } | null)
      ?.ListIncreaseDirection;
    const options: MergeOptions = {
      infer: row['infer'] === true,
      newItems: direction?.$sym === 'yaml.MergeOptionsListAppend' ? 'back' : 'front',
      shapeBeside: shapesBeside(String(row['dest'])),
    };
    const patch = read(row['source']) as JsonObject;
    const before = structuredClone(patch);
    expect(strategicMerge(read(row['dest']) as JsonObject, patch, options)).toEqual(read(row['expected']));
    expect(patch).toEqual(before);
  });
});

describe.skipIf(!present)('kyaml merge3, as upstream tests it', () => {
  const cases = casesOf('kyaml-merge3');

  it.each(cases.map((row, i) => [`${i} ${String(row['description'])}`, row] as const))('%s', (_, row) => {
    const options: MergeOptions = {
      infer: row['infer'] === true,
      shapeBeside: shapesBeside(String(row['local'])),
    };
    const merged = merge3(read(row['origin']), read(row['update']), read(row['local']), options);
    expect(merged).toEqual(read(row['expected']));
  });
});

describe.skipIf(!present)('JSON patches, as upstream tests them', () => {
  it.each(casesOf('kust-filter-patchjson6902').map((row) => [String(row['testName']), row] as const))(
    '%s',
    (_, row) => {
      const { Patch: patch } = row['filter'] as { Patch: string };
      const target = read(row['input']) as JsonObject;
      expect(applyJson6902(target, read(patch) as JsonObject[])).toEqual(read(row['expectedOutput']));
    },
  );
});

/** The patches of upstream's table are no plain data; these say the same in our words. */
const filterPatches: Readonly<Record<string, string>> = {
  nullMapEntry2: 'spec: {bar: {C: Z, D: W, E: null}}',
  'volumes patch': 'spec: {template: {spec: {volumes: [{name: foo0}]}}}',
  'remove mapping - directive': 'spec: {template: {spec: {containers: [{name: test, $patch: delete}]}}}',
  'replace mapping - directive': 'spec: {template: {spec: {$patch: replace, containers: [{name: new}]}}}',
  'replace list - directive':
    'spec: {template: {spec: {containers: [{name: replace, image: replace}, {$patch: replace}]}}}',
  'merge list - directive':
    'spec: {template: {spec: {containers: [{name: test2, image: test2}, {$patch: merge}]}}}',
  'list map keys - add a port, no names':
    'spec: {template: {spec: {containers: [{name: test-deployment, ports: [{containerPort: 8080, protocol: UDP}, {containerPort: 80, protocol: UDP}]}]}}}',
  'list map keys - add name to port':
    'spec: {template: {spec: {containers: [{name: test-deployment, ports: [{containerPort: 8080, protocol: UDP, name: UDP-name-patch}]}]}}}',
  'list map keys - replace port name':
    'spec: {template: {spec: {containers: [{name: test-deployment, ports: [{containerPort: 8080, protocol: UDP, name: UDP-name-patch}]}]}}}',
  'list map keys - add a port, no protocol':
    'spec: {template: {spec: {containers: [{name: test-deployment, ports: [{containerPort: 80}]}]}}}',
  'list map keys - protocol only present on some ports': 'metadata: {labels: {test: label}}',
  'should retain existing null values in targets': 'spec: {values: {deepgram-api: {some: value}}}',
  'support numeric keys': 'data: {"6443": barfoo, "9110": foo-foo}',
  'honor different key style two': `data: {'6443': barfoo, '9110': foo-foo}`,
  'different key types': 'data: {6443: key-int}',
};

describe.skipIf(!present)('the filter for strategic merge patches, as upstream tests it', () => {
  const cases = casesOf('kust-filter-patchstrategicmerge').map((row) => [String(row['$key']), row] as const);

  it.each(cases.filter(([name]) => name in filterPatches))('%s', (name, row) => {
    const target = read(row['input']) as JsonObject;
    const patch = {
      ...(read(filterPatches[name]) as JsonObject),
      apiVersion: target['apiVersion'],
      kind: target['kind'],
    };
    expect(strategicMerge(target, patch)).toEqual(read(row['expected']));
  });
});
