import type { Application, OperationState } from '@plumbline/api';
import { describe, expect, it } from 'vitest';
import { resultOf } from './awaited-sync.ts';

const application = (state: Partial<OperationState> | undefined, isAsked = false): Application => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'web', namespace: 'argocd' },
  spec: {},
  ...(isAsked ? { operation: {} } : {}),
  ...(state === undefined
    ? {}
    : {
        status: {
          operationState: { operation: {}, phase: 'Succeeded', startedAt: '2026-01-01T00:00:00Z', ...state },
        },
      }),
});

describe('resultOf', () => {
  const awaited = { key: 'argocd/web', finishedBefore: '2026-01-01T00:00:05Z' };

  it.each([
    ['the result of the sync before', application({ finishedAt: '2026-01-01T00:00:05Z' }), undefined],
    ['a sync that is asked for', application({ finishedAt: '2026-01-01T00:00:09Z' }, true), undefined],
    ['a sync that runs', application({ phase: 'Running' }), undefined],
    ['no sync at all', application(undefined), undefined],
    ['an application that is gone', undefined, undefined],
    ['the end', application({ phase: 'Failed', finishedAt: '2026-01-01T00:00:09Z' }), 'Failed'],
  ])('tells %s', (_, known, phase) => {
    expect(resultOf(awaited, known)?.phase).toBe(phase);
  });
});
