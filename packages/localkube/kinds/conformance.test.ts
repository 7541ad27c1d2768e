import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestCluster } from '../controllers/test-cluster.ts';
import { record, records, text } from './fields.ts';
import { StatusError } from '../registry/types.ts';
import type { KubeObject } from '@plumbline/api';

const folder = path.join(
  process.env['PLUMBLINE_CONFORMANCE'] ?? path.resolve(import.meta.dirname, '../../../.cache/conformance'),
  'kubernetes-api',
);
const present = existsSync(path.join(folder, 'golden.jsonl'));

interface Case {
  readonly id: string;
  readonly body: KubeObject;
  readonly answer: Readonly<Record<string, unknown>>;
  readonly status: number;
}

/** Recorded cases that are one plain creation, which this test can replay without the HTTP layer. */
async function creations(area: string): Promise<readonly Case[]> {
  const recorded = new Map(
    readFileSync(path.join(folder, 'golden.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => record(JSON.parse(line)))
      .map((entry) => [text(entry['id']), records(entry['steps'])] as const),
  );
  const module = record(await import(path.join(folder, 'cases', `${area}.mjs`)));
  const found: Case[] = [];
  for (const [id, ...steps] of module['default'] as readonly (readonly unknown[])[]) {
    const only = steps.length === 1 ? record(steps[0]) : {};
    const answer = recorded.get(`${area}/${String(id)}`)?.[0];
    const complete =
      only['m'] === 'POST' &&
      only['pick'] === undefined &&
      only['h'] === undefined &&
      !text(only['p']).includes('?');
    if (!complete || answer === undefined || only['b'] === undefined) continue;
    const status = Number(answer['status']);
    if (status !== 201 && status !== 422) continue;
    const body = JSON.parse(
      JSON.stringify(only['b']).replaceAll('$NS', 'default').replaceAll('$U', 'u1'),
    ) as KubeObject;
    found.push({ id: String(id), body, status, answer: record(answer['body']) });
  }
  return found;
}

/** Values that differ from run to run. */
const UNSTABLE = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'clusterIP',
  'clusterIPs',
  'nodePort',
  'managedFields',
  'namespace',
]);

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

function stable(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    return value.replace(/kube-api-access-[a-z0-9]{5}/, 'kube-api-access-<gen>').replace(UUID, '<uid>');
  }
  if (Array.isArray(value)) return value.map((item) => stable(item));
  if (value === null || typeof value !== 'object') return value;
  const kind = text(record(value)['kind']);
  const skipStatus =
    key === '' && /Set$|Deployment|Job|Budget|Autoscaler|Controller|Quota|Policy$/.test(kind);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !UNSTABLE.has(name) && !(skipStatus && name === 'status'))
      .map(([name, member]) => [name, stable(member, name)]),
  );
}

const causes = (status: unknown): readonly string[] =>
  records(record(record(status)['details'])['causes'])
    .map((cause) => `${text(cause['field'])} ${text(cause['reason'])}`)
    .toSorted((a, b) => (a < b ? -1 : 1));

describe.skipIf(!present).each(present ? ['defaulting', 'validation'] : [])(
  'recorded creations: %s',
  async (area) => {
    const cases = present ? await creations(area) : [];

    it.each(cases.map((one) => [one.id, one] as const))('%s', async (_, one) => {
      const cluster = await startTestCluster({ pods: false });
      const namespaced =
        one.answer['kind'] === 'Status' || record(one.answer['metadata'])['namespace'] !== undefined;
      const body = namespaced
        ? { ...one.body, metadata: { ...one.body.metadata, namespace: 'default' } }
        : one.body;
      if (one.status === 201) {
        const { apiVersion, kind, metadata, ...made } = cluster.access.create(body, 'test');
        const { metadata: recordedMetadata, ...recorded } = one.answer;
        expect(stable({ apiVersion, kind, ...made })).toEqual(stable(recorded));
        expect(Object.keys(metadata).filter((name) => name === 'generation')).toEqual(
          Object.keys(record(recordedMetadata)).filter((name) => name === 'generation'),
        );
        return;
      }
      let refused: unknown;
      try {
        cluster.access.create(body, 'test');
      } catch (thrown) {
        if (!(thrown instanceof StatusError)) throw thrown;
        refused = thrown.status;
      }
      expect(causes(refused)).toEqual(causes(one.answer));
    });
  },
);
