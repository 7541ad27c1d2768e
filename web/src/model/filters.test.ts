import type { Application, HealthStatusCode, SyncStatusCode } from '@plumbline/api';
import { describe, expect, it } from 'vitest';
import { rowOf } from './application-row.ts';
import { findRows, formatFilters, noFilters, parseFilters } from './filters.ts';

function row(
  name: string,
  health: HealthStatusCode,
  sync: SyncStatusCode,
  project = 'default',
  finishedAt = '',
) {
  const application: Application = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project,
      source: { repoURL: 'https://git.example.org/mono.git', path: `apps/${name}` },
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
    },
    status: {
      health: { status: health },
      sync: { status: sync },
      ...(finishedAt === ''
        ? {}
        : { operationState: { operation: {}, phase: 'Succeeded', startedAt: finishedAt, finishedAt } }),
    },
  };
  return rowOf(application);
}

const rows = [
  row('web', 'Healthy', 'Synced', 'shop', '2026-01-02T00:00:00Z'),
  row('api', 'Degraded', 'OutOfSync', 'shop', '2026-01-03T00:00:00Z'),
  row('ledger', 'Healthy', 'OutOfSync', 'money'),
];

const names = (text: string): string[] =>
  findRows(rows, parseFilters(text)).rows.map(({ row: found }) => found.id.name);

describe('the filters in the address', () => {
  it.each([
    '',
    'q=web',
    'health=Degraded,Missing&sync=OutOfSync',
    'project=shop,money&cluster=in-cluster&sort=-synced&view=tiles',
    'sort=-name',
  ])('survive being read and written: %s', (text) => {
    expect(formatFilters(parseFilters(text))).toBe(text);
  });

  it('leave out what nobody knows', () => {
    expect(parseFilters('health=Fine,Degraded&sort=colour&view=cube')).toEqual({
      ...noFilters,
      health: ['Degraded'],
    });
  });
});

describe('findRows', () => {
  it.each([
    ['', ['api', 'ledger', 'web']],
    ['sort=-name', ['web', 'ledger', 'api']],
    ['sort=health', ['api', 'ledger', 'web']],
    ['sort=synced', ['api', 'web', 'ledger']],
    ['project=shop&sync=OutOfSync', ['api']],
    ['q=ledg', ['ledger']],
    ['q=money', ['ledger']],
    ['q=nothing', []],
  ])('finds with "%s"', (text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  it('counts what each choice would leave, given the other filters', () => {
    const found = findRows(rows, parseFilters('sync=OutOfSync&health=Degraded'));
    expect(Object.fromEntries(found.health)).toEqual({ Degraded: 1, Healthy: 1 });
    expect(Object.fromEntries(found.sync)).toEqual({ OutOfSync: 1 });
  });
});
