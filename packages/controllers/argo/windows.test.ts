import { describe, expect, it } from 'vitest';
import type { Application, SyncWindow } from '@plumbline/api';
import { defaultProject } from './project.ts';
import type { ValidSpec } from './spec.ts';
import { createCalendar, maySync } from './windows.ts';

describe('sync windows', () => {
  const now = Date.parse('2026-03-04T12:30:00Z');
  const application: Application = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'app', namespace: 'argocd' },
    spec: {},
  };
  const specWith = (syncWindows: readonly SyncWindow[]): ValidSpec => ({
    project: { ...defaultProject('argocd'), spec: { syncWindows } },
    destination: { server: 'https://kubernetes.default.svc', name: 'in-cluster', namespace: 'prod' },
    sources: [],
    multiple: false,
  });
  const open: SyncWindow = { schedule: '0 12 * * *', duration: '1h', applications: ['*'] };
  const closed: SyncWindow = { schedule: '0 10 * * *', duration: '1h', applications: ['*'] };

  it.each<[string, readonly SyncWindow[], boolean, boolean]>([
    ['none', [], true, true],
    ['open and denying', [{ ...open, kind: 'deny' }], false, false],
    ['open, denying, but not people', [{ ...open, kind: 'deny', manualSync: true }], false, true],
    ['closed and denying', [{ ...closed, kind: 'deny' }], true, true],
    ['open and allowing', [{ ...open, kind: 'allow' }], true, true],
    ['closed and allowing', [{ ...closed, kind: 'allow' }], false, false],
    [
      'one allowing open, one closed',
      [
        { ...open, kind: 'allow' },
        { ...closed, kind: 'allow' },
      ],
      true,
      true,
    ],
    [
      'denying beats allowing',
      [
        { ...open, kind: 'allow' },
        { ...open, kind: 'deny' },
      ],
      false,
      false,
    ],
    ['of others', [{ ...open, kind: 'deny', applications: ['other-*'] }], true, true],
    ['by namespace', [{ ...open, kind: 'deny', applications: [], namespaces: ['pr*'] }], false, false],
    ['all lists must match', [{ ...open, kind: 'deny', andOperator: true, namespaces: ['dev'] }], true, true],
    [
      'in another time zone',
      [{ ...open, kind: 'deny', schedule: '0 21 * * *', timeZone: 'Asia/Tokyo' }],
      false,
      false,
    ],
  ])('%s', (_name, windows, automated, manual) => {
    const may = (byPerson: boolean): boolean =>
      maySync(application, specWith(windows), createCalendar(), { byPerson, startedAt: now, now });
    expect([may(false), may(true)]).toEqual([automated, manual]);
  });

  it('let end what was begun in time, where they say so', () => {
    const windows: readonly SyncWindow[] = [{ ...open, kind: 'deny', syncOverrun: true }];
    const begun = Date.parse('2026-03-04T11:59:00Z');
    expect(
      maySync(application, specWith(windows), createCalendar(), { byPerson: false, startedAt: begun, now }),
    ).toBe(true);
    expect(
      maySync(application, specWith(windows), createCalendar(), { byPerson: false, startedAt: now, now }),
    ).toBe(false);
  });
});
