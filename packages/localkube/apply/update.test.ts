import { schemaFor } from '@plumbline/api/schema';
import { describe, expect, it } from 'vitest';
import type { Draft } from '../registry/types.ts';
import { makeOwnership } from './index.ts';

const { updateManagers } = makeOwnership();

const schema = schemaFor({ group: 'apps', version: 'v1', kind: 'Deployment' })!;
const common = { schema, apiVersion: 'apps/v1', time: '2026-01-01T00:00:01Z' };

function deployment(
  more: { image?: string; labels?: object; status?: object; ports?: number[] } = {},
): Draft {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'd',
      namespace: 'n',
      uid: 'u',
      generation: 1,
      ...(more.labels && { labels: more.labels }),
    },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'd' } },
      template: {
        metadata: { labels: { app: 'd' } },
        spec: {
          containers: [
            {
              name: 'main',
              image: more.image ?? 'i:1',
              ports: (more.ports ?? [80]).map((containerPort) => ({ containerPort, protocol: 'TCP' })),
            },
          ],
        },
      },
    },
    status: more.status ?? {},
  };
}

const condition = (type: string, status: string): object => ({ type, status, reason: 'r' });
const before = deployment({ labels: { a: '1' }, status: { conditions: [condition('Available', 'False')] } });

describe('managers of plain writes', () => {
  // Entries that a client sends are read and worked out from the ground up; an untouched list takes the short way.
  it.each([
    ['a plain create', deployment()],
    ['labels', deployment({ labels: { a: '1', b: '' } })],
    ['two ports', deployment({ ports: [80, 81] })],
    ['an owner', owned('one')],
    ['another owner', owned('two')],
  ])('are the same by the short way for %s', (_, after) => {
    const request = { ...common, before: undefined, manager: 'm' };
    const long = updateManagers({
      ...request,
      after: { ...after, metadata: { ...after.metadata, managedFields: [] } },
    });
    expect(updateManagers({ ...request, after })).toEqual(long);
    expect(long).toHaveLength(1);
  });

  it.each([
    ['nothing', before, '', 'm'],
    ['an image', { ...before, spec: deployment({ image: 'i:2' })['spec'] }, '', 'm'],
    ['an image of another manager', { ...before, spec: deployment({ image: 'i:2' })['spec'] }, '', 'other'],
    ['a label that goes', { ...before, metadata: deployment().metadata }, '', 'other'],
    ['ports in another order', { ...before, spec: deployment({ ports: [81, 80] })['spec'] }, '', 'm'],
    [
      'a condition',
      {
        ...before,
        status: { conditions: [condition('Available', 'True'), condition('Progressing', 'True')] },
      },
      'status',
      'controller',
    ],
    ['conditions that go', { ...before, status: {} }, 'status', 'controller'],
  ])('are the same by the short way for an update of %s', (_, after, subresource, manager) => {
    const live = updateManagers({ ...common, before: undefined, after: before, manager: 'm' });
    const carrying = (object: Draft, managedFields: unknown): Draft => ({
      ...object,
      metadata: { ...object.metadata, managedFields },
    });
    const request = {
      ...common,
      time: '2026-01-01T00:00:02Z',
      before: carrying(before, live),
      manager,
      ...(subresource !== '' && { subresource }),
    };
    const short = updateManagers({ ...request, after: carrying(after, live) });
    const long = updateManagers({ ...request, after: carrying(after, structuredClone(live)) });
    expect(short).toEqual(long);
  });

  it('keep ten writers and put older ones together', () => {
    const [first] = updateManagers({ ...common, before: undefined, after: before, manager: 'm' });
    const managedFields = Array.from({ length: 12 }, (_, index) => ({ ...first!, manager: `w${index}` }));
    const carrying = (object: Draft): Draft => ({
      ...object,
      metadata: { ...object.metadata, managedFields },
    });
    const after = carrying({ ...before, spec: deployment({ image: 'i:2' })['spec'] });
    const entries = updateManagers({ ...common, before: carrying(before), after, manager: 'm' });
    expect(entries).toHaveLength(10);
    expect(entries.map(({ manager }) => manager)).toContain('ancient-changes');
  });

  it('leave the entries of others as they are', () => {
    const managedFields = updateManagers({ ...common, before: undefined, after: before, manager: 'm' });
    const carrying = (object: Draft): Draft => ({
      ...object,
      metadata: { ...object.metadata, managedFields },
    });
    const after = carrying({ ...before, status: { replicas: 2 } });
    const entries = updateManagers({
      ...common,
      before: carrying({ ...before, status: {} }),
      after,
      manager: 'controller',
      subresource: 'status',
    });
    expect(entries.find(({ manager }) => manager === 'm')).toBe(managedFields[0]);
    expect(entries.find(({ manager }) => manager === 'controller')?.fieldsV1).toEqual({
      'f:status': { 'f:replicas': {} },
    });
  });
});

function owned(uid: string): Draft {
  const object = deployment();
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'c', uid }];
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}
