import { describe, expect, it } from 'vitest';
import type {
  Application,
  ApplicationStatus,
  KubeObject,
  ObjectKey,
  Operation,
  Progress,
  ResourceDifference,
  TargetPolicy,
} from '@plumbline/api';
import { automate } from './automation.ts';
import { createHealing } from './healing.ts';
import { durationMs, historyAfter, nextTry, runOf, stateOf, tryAgain, withRetry } from './operation.ts';
import type { Run } from './operation.ts';

const source = { repoURL: 'https://git.example.com/app.git', path: 'deploy' };

function application(more: {
  readonly status?: ApplicationStatus;
  readonly operation?: Operation;
  readonly automated?: NonNullable<NonNullable<Application['spec']['syncPolicy']>['automated']>;
  readonly limit?: number;
}): Application {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'app', namespace: 'argocd' },
    spec: {
      project: 'default',
      source,
      destination: { namespace: 'n' },
      ...(more.automated === undefined ? {} : { syncPolicy: { automated: more.automated } }),
      ...(more.limit === undefined ? {} : { revisionHistoryLimit: more.limit }),
    },
    ...(more.operation === undefined ? {} : { operation: more.operation }),
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

const start = Date.UTC(2026, 0, 1);
const pinned = { sources: [source], revisions: ['c1'], multiple: false };

function ended(phase: Progress['phase'], operation: Operation = { sync: {} }): Run {
  const progress: Progress = { startedAt: start, phase, reason: { type: 'allRun' }, results: [] };
  return { operation, startedAt: start, retryCount: 0, terminating: false, pinned, progress };
}

describe('durations', () => {
  it.each([
    ['5s', 5_000],
    ['1m30s', 90_000],
    ['7', 7_000],
    ['1.5s', 1_500],
    ['', undefined],
    ['soon', undefined],
  ])('%j is %s ms', (text, expected) => {
    expect(durationMs(text)).toBe(expected);
  });
});

describe('operations', () => {
  const retry = { limit: 2, backoff: { duration: '2s', factor: 3, maxDuration: '5s' } };

  it('that fail wait and try again until the limit', () => {
    const first = withRetry(ended('Failed', { sync: {}, retry }), start);
    expect([first.retryCount, nextTry(first)]).toEqual([1, start + 2_000]);
    expect(stateOf(application({}), first, start)).toMatchObject({ phase: 'Running', retryCount: 1 });
    const again = { ...tryAgain(first), progress: ended('Failed').progress! };
    const second = withRetry(again, start + 2_000);
    expect([second.retryCount, nextTry(second)]).toEqual([2, start + 2_000 + 5_000]);
    const third = withRetry({ ...tryAgain(second), progress: ended('Failed').progress! }, start + 9_000);
    expect([third.waiting, third.retryCount]).toEqual([undefined, 2]);
  });

  it('that were terminated are not tried again', () => {
    const run = ended('Failed', { sync: {}, retry });
    const stopped: Run = { ...run, progress: { ...run.progress!, reason: { type: 'terminated' } } };
    expect(withRetry(stopped, start).waiting).toBeUndefined();
  });

  it('are taken up again from what was written', () => {
    const run: Run = {
      ...ended('Running'),
      progress: {
        startedAt: start,
        phase: 'Running',
        reason: { type: 'started' },
        results: [
          {
            key: { group: 'batch', kind: 'Job', namespace: 'n', name: 'pre' },
            version: 'v1',
            phase: 'before',
            hook: 'before',
            outcome: 'synced',
            state: 'succeeded',
            message: 'done',
          },
          {
            key: { group: '', kind: 'Namespace', namespace: '', name: 'other' },
            version: 'v1',
            phase: 'main',
            outcome: 'synced',
            state: 'running',
            message: 'namespace/other created',
          },
        ],
      },
    };
    const operationState = stateOf(application({}), run, start);
    const back = runOf(
      application({ operation: { sync: {} }, status: { operationState } }),
      start + 60_000,
      ({ kind }) => kind === 'Job',
    );
    expect(back?.progress?.results).toEqual(run.progress?.results);
    expect([back?.startedAt, back?.pinned]).toEqual([start, pinned]);
  });
});

describe('history', () => {
  const old = { id: 4, revision: 'c0', deployedAt: '2025-01-01T00:00:00Z' };
  it('grows by what was deployed, keeps to its limit, and counts on', () => {
    const status = { history: [{ ...old, id: 3 }, old] };
    expect(historyAfter(application({ status }), ended('Succeeded'), start)?.map(({ id }) => id)).toEqual([
      3, 4, 5,
    ]);
    expect(
      historyAfter(application({ status, limit: 2 }), ended('Succeeded'), start)?.map(({ id }) => id),
    ).toEqual([4, 5]);
    expect(historyAfter(application({ status, limit: 0 }), ended('Succeeded'), start)).toEqual([]);
  });

  it.each<[string, Run]>([
    ['failures', ended('Failed')],
    ['dry runs', ended('Succeeded', { sync: { dryRun: true } })],
    ['parts', ended('Succeeded', { sync: { resources: [{ kind: 'ConfigMap', name: 'a' }] } })],
  ])('does not grow by %s', (_name, run) => {
    expect(historyAfter(application({ status: { history: [old] } }), run, start)).toEqual([old]);
  });
});

describe('automated sync', () => {
  const key = (name: string): ObjectKey => ({ group: '', kind: 'ConfigMap', namespace: 'n', name });
  const object = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
  const changed: ResourceDifference = { key: key('a'), state: 'missing', fields: [] };
  const extra: ResourceDifference = {
    key: key('b'),
    state: 'extra',
    live: { key: key('b'), object: object('b') },
    fields: [],
  };
  const last = (phase: 'Succeeded' | 'Failed', revision: string): ApplicationStatus => ({
    operationState: {
      operation: { sync: {} },
      phase,
      message: 'why',
      startedAt: '2026-01-01T00:00:00Z',
      finishedAt: '2026-01-01T00:00:01Z',
      syncResult: { revision, source },
    },
  });
  const decide = (given: Application, resources: readonly ResourceDifference[] = [changed]) => {
    const automated = given.spec.syncPolicy?.automated;
    const policy = {
      automated: automated !== undefined && automated.enabled !== false,
      prune: automated?.prune === true,
      heal: automated?.selfHeal === true,
      allowEmpty: automated?.allowEmpty === true,
    } as TargetPolicy;
    const difference = { resources, synced: false };
    return automate({
      application: given,
      policy,
      difference,
      sources: [source],
      revisions: ['c1'],
      multiple: false,
      now: start,
    });
  };

  it.each<[string, Application, readonly ResourceDifference[], string]>([
    ['is off', application({}), [changed], 'nothing'],
    ['is disabled', application({ automated: { enabled: false } }), [changed], 'nothing'],
    [
      'meets a new revision',
      application({ automated: {}, status: last('Succeeded', 'c0') }),
      [changed],
      'start',
    ],
    [
      'has done this revision',
      application({ automated: {}, status: last('Succeeded', 'c1') }),
      [changed],
      'nothing',
    ],
    [
      'heals',
      application({ automated: { selfHeal: true }, status: last('Succeeded', 'c1') }),
      [changed],
      'start',
    ],
    ['would only prune and may not', application({ automated: {} }), [extra], 'nothing'],
    ['may prune everything', application({ automated: { prune: true, allowEmpty: true } }), [extra], 'start'],
  ])('that %s', (_name, given, resources, expected) => {
    expect(decide(given, resources).type).toBe(expected);
  });

  it('says why it does nothing', () => {
    expect(decide(application({ automated: {}, status: last('Failed', 'c1') }))).toEqual({
      type: 'refuse',
      message: 'Failed last sync attempt to [c1]: why',
    });
    expect(decide(application({ automated: { prune: true } }), [extra])).toEqual({
      type: 'refuse',
      message: 'Skipping sync attempt to [c1]: auto-sync will wipe out all resources',
    });
  });

  it('heals only what differs, and says which heal it is', () => {
    const decision = decide(
      application({ automated: { selfHeal: true, prune: true }, status: last('Succeeded', 'c1') }),
      [changed, { key: key('s'), state: 'equal', fields: [] }],
    );
    expect(decision).toMatchObject({
      operation: {
        initiatedBy: { automated: true },
        retry: { limit: 5 },
        sync: {
          prune: true,
          revision: 'c1',
          autoHealAttemptsCount: 1,
          resources: [{ kind: 'ConfigMap', name: 'a', namespace: 'n' }],
        },
      },
    });
  });
});

describe('healing', () => {
  const object: ObjectKey = { group: '', kind: 'ConfigMap', namespace: 'n', name: 'a' };
  it('is immediate for a person who edits again and again, and slows down in a fight', () => {
    const healing = createHealing();
    let now = start;
    for (let edit = 0; edit < 10; edit += 1) {
      expect(healing.due([object], now)).toBe(now);
      healing.healed([object], now);
      now += 100;
    }
    expect(healing.due([object], now)).toBe(now - 100 + 2_000);
    now += 5_000;
    healing.healed([object], now);
    expect(healing.due([object], now)).toBe(now + 6_000);
    expect(healing.due([{ ...object, name: 'other' }], now)).toBe(now);
  });

  it('forgets after a quiet time', () => {
    const healing = createHealing();
    for (let i = 0; i < 12; i += 1) healing.healed([object], start);
    expect(healing.due([object], start + 61_000)).toBe(start + 61_000);
  });
});
