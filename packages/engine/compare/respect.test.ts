import { describe, expect, it } from 'vitest';
import type { IgnoreRule, KubeObject } from '@plumbline/api';
import { schemaFor } from '@plumbline/api/schema';
import { pointerGet } from '@plumbline/languages';
import { respectIgnored } from '../index.ts';
import { table } from '../test/conformance.ts';
import { configMap, live, observe, resource, target } from '../test/targets.ts';

const applied = (wanted: KubeObject, seen: KubeObject, ignore: readonly IgnoreRule[]) =>
  respectIgnored(target([resource(wanted)], { ignore }), observe(live(seen)), schemaFor).resources[0]?.object;

describe('what is applied where rules are respected', () => {
  const rule: IgnoreRule = { jsonPointers: ['/data/k'], managers: [] };

  it('has the live value', () => {
    expect(applied(configMap('a', { k: 'v', other: 'new' }), configMap('a', { k: 'live' }), [rule])).toEqual(
      configMap('a', { k: 'live', other: 'new' }),
    );
  });

  it('has no value where there is none', () => {
    expect(applied(configMap('a', { k: 'v', other: 'o' }), configMap('a', {}), [rule])).toEqual(
      configMap('a', { other: 'o' }),
    );
  });

  it('is what is wanted where no rule concerns it', () => {
    const wanted = configMap('a');
    expect(applied(wanted, configMap('a', { k: 'live' }), [{ ...rule, kind: 'Secret' }])).toBe(wanted);
  });
});

interface RespectCase {
  readonly name: string;
  readonly ignoreDifferences: readonly {
    readonly group: string;
    readonly kind: string;
    readonly jsonPointers?: readonly string[];
    readonly jqPathExpressions?: readonly string[];
    readonly managedFieldsManagers?: readonly string[];
  }[];
  readonly target: KubeObject;
  readonly live: KubeObject;
  readonly expectedApplied: readonly {
    readonly path: string;
    readonly equals?: unknown;
    readonly absent?: boolean;
    readonly present?: boolean;
    readonly length?: number;
  }[];
}

// Rules in a query language reach the engine as pointers, so that only those that are pointers can be played here.
const cases = table<RespectCase>('argocd/diff/respect-ignore.jsonl')?.filter((each) =>
  each.ignoreDifferences.every((rule) => rule.jqPathExpressions === undefined),
);

describe.skipIf(cases === undefined)('recorded applies that respect rules', () => {
  it.each((cases ?? []).map((each) => [each.name, each] as const))('%s', (_, each) => {
    const ignore = each.ignoreDifferences.map(({ group, kind, jsonPointers, managedFieldsManagers }) => ({
      group,
      kind,
      jsonPointers: jsonPointers ?? [],
      managers: managedFieldsManagers ?? [],
    }));
    const object = applied(each.target, each.live, ignore);
    for (const check of each.expectedApplied) {
      const found = pointerGet(
        object,
        check.path
          .slice(1)
          .split('/')
          .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')),
      );
      if (check.equals !== undefined) expect(found).toEqual(check.equals);
      if (check.absent === true) expect(found).toBeUndefined();
      if (check.present === true) expect(found).toBeDefined();
      if (check.length !== undefined) expect(Object.keys(found as object)).toHaveLength(check.length);
    }
  });
});
