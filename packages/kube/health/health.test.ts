import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { healthOf, ruleHealthOf } from '@plumbline/kube';
import type { KubeObject } from '@plumbline/api';

interface Case {
  readonly name: string;
  readonly group: string;
  readonly kind: string;
  readonly object: KubeObject;
  readonly expected: { readonly status: string; readonly message?: string } | null;
}

const root = process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance');
const folder = join(root, 'argocd/health');
const LIBRARY_KINDS = ['CronJob', 'PodDisruptionBudget', 'CustomResourceDefinition'];

function cases(file: string): Case[] {
  if (!existsSync(join(folder, file))) return [];
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Case);
}

/** Some recorded objects lack what every live object has. */
function complete({ object, group, kind }: Case): KubeObject {
  const { apiVersion = `${group}/v1alpha1`, metadata = { name: 'x' } } = object as Partial<KubeObject>;
  return { ...object, kind, apiVersion, metadata };
}

function compare(c: Case, actual: { readonly status: string; readonly message?: string } | undefined): void {
  if (c.expected === null) return expect(actual).toBeUndefined();
  expect(actual?.status).toBe(c.expected.status);
  if (c.expected.message !== undefined) expect(actual?.message ?? '').toBe(c.expected.message);
}

describe.skipIf(!existsSync(folder))('health as Argo CD tells it', () => {
  it.each(cases('native.jsonl').map((c) => [c.name, c] as const))('%s', (_name, c) => {
    compare(c, healthOf(complete(c)));
  });

  const library = cases('cases.jsonl').filter(
    (c) => LIBRARY_KINDS.includes(c.kind) && !c.group.includes('_'),
  );
  it.each(library.map((c) => [c.name, c] as const))('%s', (_name, c) => {
    compare(c, ruleHealthOf(complete(c)));
  });
});

describe('health', () => {
  const metadata = { name: 'web', generation: 2 };
  const deployment = (status: object, spec: object = { replicas: 3 }): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec,
    status,
  });

  it.each([
    ['a paused Deployment', deployment({}, { paused: true }), 'Suspended', 'Deployment is paused'],
    [
      'a Deployment that was not yet seen',
      deployment({ observedGeneration: 1 }),
      'Progressing',
      'Waiting for rollout to finish: observed deployment generation less than desired generation',
    ],
    [
      'a Deployment with old replicas',
      deployment({ observedGeneration: 2, updatedReplicas: 3, replicas: 5 }),
      'Progressing',
      'Waiting for rollout to finish: 2 old replicas are pending termination...',
    ],
    [
      'a Deployment that is late',
      deployment({
        observedGeneration: 2,
        conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }],
      }),
      'Degraded',
      'Deployment "web" exceeded its progress deadline',
    ],
    [
      'a kind in a version that is not known',
      { apiVersion: 'apps/v1beta1', kind: 'Deployment', metadata },
      'Unknown',
      'unsupported Deployment GVK: apps/v1beta1, Kind=Deployment',
    ],
    [
      'anything that is being deleted',
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
      },
      'Progressing',
      'Pending deletion',
    ],
  ] as const)('%s', (_name, object, status, message) => {
    expect(healthOf(object)).toEqual({ status, message });
  });

  it('has no opinion about kinds without a rule', () => {
    expect(healthOf({ apiVersion: 'v1', kind: 'ConfigMap', metadata })).toBeUndefined();
  });
});
