import { describe, expect, it } from 'vitest';
import { builtInKinds, builtInResources, definitionFor, schemaFor } from './index.ts';
import type { TypedNode } from './index.ts';

function at(node: TypedNode | undefined, path: string): TypedNode | undefined {
  return path
    .split('.')
    .reduce<TypedNode | undefined>((here, name) => (name === '*' ? here?.items : here?.fields?.[name]), node);
}

describe('the schema table', () => {
  const deployment = schemaFor({ group: 'apps', version: 'v1', kind: 'Deployment' });

  it.each([
    ['spec.replicas', { type: 'integer', bits: 32, pointer: true, numbers: [1] }],
    [
      'spec.template.spec.containers',
      { type: 'list', listType: 'map', listMapKeys: ['name'], patchMergeKey: 'name' },
    ],
    [
      'spec.template.spec.containers.*.ports',
      { listMapKeys: ['containerPort', 'protocol'], patchMergeKey: 'containerPort' },
    ],
    ['spec.template.spec.containers.*.ports.*.protocol', { type: 'string', default: 'TCP' }],
    ['spec.template.spec.volumes', { patchStrategy: ['merge', 'retainKeys'] }],
    ['spec.strategy', { type: 'object', patchStrategy: ['retainKeys'] }],
    ['spec.selector', { type: 'object', mapType: 'atomic', keepZero: true }],
    ['spec.template.spec.nodeSelector', { type: 'map', mapType: 'atomic' }],
    ['metadata.finalizers', { listType: 'set', patchStrategy: ['merge'] }],
    ['spec.template.spec.containers.*.resources.limits.*', { type: 'quantity' }],
  ])('knows %s', (path, expected) => {
    expect(at(deployment, path)).toMatchObject(expected);
  });

  it('expands every definition of every kind without an end', () => {
    const seen = new Set<string>();
    const walk = (node: TypedNode): void => {
      if (node.definition !== undefined) {
        if (seen.has(node.definition)) return;
        seen.add(node.definition);
      }
      if (node.items !== undefined) walk(node.items);
      for (const field of Object.values(node.fields ?? {})) walk(field);
    };
    for (const gvk of builtInKinds()) walk(schemaFor(gvk)!);
    expect(seen.size).toBeGreaterThan(400);
    expect(
      definitionFor('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps')?.fields
        ?.properties?.type,
    ).toBe('map');
  });

  it('names resources with their subresources', () => {
    const pods = builtInResources().find((resource) => resource.group === '' && resource.plural === 'pods');
    expect(pods).toMatchObject({
      kind: 'Pod',
      singular: 'pod',
      shortNames: ['po'],
      categories: ['all'],
      namespaced: true,
    });
    expect(pods?.subresources.map((sub) => sub.name)).toContain('eviction');
  });
});
