import { describe, expect, it } from 'vitest';
import { isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { lastAppliedAnnotation, maskSecrets } from '../index.ts';
import { table } from '../test/conformance.ts';

const secret = (
  data: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>> = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', annotations },
  data,
});

describe('a masked Secret', () => {
  it('shows which values are equal over all states, and nothing else', () => {
    const applied = JSON.stringify(secret({ a: 'three' }));
    const [wanted, live] = maskSecrets([
      secret({ a: 'one' }),
      secret({ a: 'two', b: 'one' }, { [lastAppliedAnnotation]: applied }),
    ]);
    expect(wanted?.['data']).toEqual({ a: '++++++++' });
    expect(live?.['data']).toEqual({ a: '++++++++++++', b: '++++++++' });
    expect(JSON.parse(live?.metadata.annotations?.[lastAppliedAnnotation] ?? '')).toMatchObject({
      data: { a: '++++++++++++++++' },
    });
    expect(JSON.stringify([wanted, live])).not.toMatch(/one|two|three/);
  });

  it('hides a record of the last apply that cannot be read', () => {
    const [live] = maskSecrets([secret({}, { [lastAppliedAnnotation]: '{"data":{"a":"geheim"' })]);
    expect(JSON.stringify(live)).not.toContain('geheim');
  });

  it('hides values in places where they do not belong', () => {
    const odd = { ...secret({}), data: 'geheim', stringData: { a: 'geheim' } };
    expect(JSON.stringify(maskSecrets([odd]))).not.toContain('geheim');
  });

  it('leaves other kinds alone', () => {
    const states = [{ ...secret({ a: 'v' }), kind: 'ConfigMap' }];
    expect(maskSecrets(states)).toBe(states);
  });
});

interface MaskCase {
  readonly name: string;
  readonly target: KubeObject | 'same as live' | null;
  readonly live?: KubeObject;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly hideAnnotations?: readonly string[];
  readonly expectedTarget?: unknown;
  readonly expectedLive?: unknown;
  readonly expectedLiveLastApplied?: unknown;
  readonly expectedAnnotations?: Readonly<Record<string, unknown>>;
}

const cases = table<MaskCase>('argocd/diff/masking.jsonl');

describe.skipIf(cases === undefined)('recorded masks', () => {
  it.each((cases ?? []).map((each) => [each.name, each] as const))('%s', (_, each) => {
    const live = each.live ?? secret({}, each.annotations);
    const wanted = each.target === 'same as live' ? live : (each.target ?? undefined);
    const [before, after] = maskSecrets([wanted, live], each.hideAnnotations);
    if (each.expectedTarget !== undefined) expect(before?.['data'] ?? null).toEqual(each.expectedTarget);
    if (each.expectedLive !== undefined) expect(after?.['data'] ?? null).toEqual(each.expectedLive);
    if (each.expectedAnnotations !== undefined)
      expect(after?.metadata.annotations).toMatchObject(each.expectedAnnotations);
    if (each.expectedLiveLastApplied === undefined) return;
    const applied: unknown = JSON.parse(after?.metadata.annotations?.[lastAppliedAnnotation] ?? '');
    expect(isRecord(applied) ? applied['data'] : undefined).toEqual(each.expectedLiveLastApplied);
  });
});
