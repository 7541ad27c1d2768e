import { describe, expect, it } from 'vitest';
import type { IgnoreRule, KubeObject, LiveObject, Target, Verdict } from '@plumbline/api';
import { keyOf, keyText } from '@plumbline/api';
import { schemaFor } from '@plumbline/api/schema';
import { applyMergePatch, applyStrategicMerge, pointerGet } from '@plumbline/languages';
import {
  compare,
  compareInSteps,
  type CompareMemo,
  ignoredIn,
  lastAppliedAnnotation,
  withoutIgnored,
} from '../index.ts';
import { table } from '../test/conformance.ts';
import { configMap, live, observe, resource, target } from '../test/targets.ts';

const schemas = (kind: Parameters<typeof schemaFor>[0]) =>
  schemaFor(kind) ?? schemaFor({ ...kind, version: 'v1' });

function applied(object: KubeObject): KubeObject {
  const { name, namespace, annotations, ...rest } = object.metadata;
  return {
    ...object,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...rest,
      annotations: { ...annotations, [lastAppliedAnnotation]: `${JSON.stringify(object)}\n` },
      uid: 'u1',
      resourceVersion: '7',
    },
  };
}

/** Compares with a server that stores what it is sent as it is, unless the case says what it answered. */
function settle(wanted: Target, seen: readonly LiveObject[], answer?: Verdict) {
  const first = compare(wanted, observe(...seen), new Map(), schemas);
  const verdicts = new Map<string, Verdict>();
  for (const question of first.questions) {
    const { type, body } = question.patch;
    const schema = schemas({ group: question.key.group, version: 'v1', kind: question.key.kind });
    const stored =
      type === 'strategic' && schema !== undefined
        ? applyStrategicMerge(question.live.object, body, schema)
        : applyMergePatch(question.live.object, body);
    if (!stored.ok) throw new Error(stored.error.message);
    verdicts.set(question.id, answer ?? { object: stored.value as KubeObject });
  }
  const second = compare(wanted, observe(...seen), verdicts, schemas);
  expect(second.questions).toEqual([]);
  return { ...second.difference, asked: first.questions };
}

describe('comparing with what a client-side apply left', () => {
  const desired = configMap('a');

  it('finds equal without asking what it applied itself', () => {
    const result = settle(target([resource(desired)]), [live(applied(desired))]);
    expect(result).toMatchObject({ synced: true, asked: [], resources: [{ state: 'equal', fields: [] }] });
  });

  it('finds what is missing', () => {
    const result = settle(target([resource(desired)]), []);
    expect(result).toMatchObject({ synced: false, asked: [], resources: [{ state: 'missing' }] });
  });

  it('asks once about a change and shows the fields by the answer', () => {
    const drifted = { ...applied(desired), data: { k: 'other', more: 'kept' } };
    const result = settle(target([resource(desired)]), [live(drifted)]);
    expect(result.asked).toHaveLength(1);
    expect(result.resources[0]).toMatchObject({
      state: 'changed',
      fields: [{ path: '/data/k', state: 'changed', desired: 'v', live: 'other' }],
    });
  });

  it('sees a field that was taken out of the target', () => {
    const result = settle(target([resource(configMap('a', {}))]), [live(applied(desired))]);
    expect(result.resources[0]?.fields).toEqual([{ path: '/data/k', state: 'extra', live: 'v' }]);
  });

  it('believes the server where it says that defaulting makes the difference nothing', () => {
    const stored = { ...applied(desired), data: { k: 'V' } };
    const result = settle(target([resource(desired)]), [live(stored)], {
      object: { ...stored, metadata: { ...stored.metadata, resourceVersion: '8' } },
    });
    expect(result).toMatchObject({ synced: true, resources: [{ state: 'equal' }] });
  });

  it('is out of sync where the server refuses the change, and says why', () => {
    const result = settle(target([resource(configMap('a', { k: 'new' }))]), [live(applied(desired))], {
      refused: 'field is immutable',
    });
    expect(result.resources[0]).toMatchObject({
      state: 'changed',
      refused: 'field is immutable',
      fields: [{ path: '/data/k' }],
    });
  });

  it('asks the same question for a new version that only has another status', () => {
    const ids = ['7', '8'].map((resourceVersion) => {
      const stored = applied(desired);
      const seen = {
        ...stored,
        data: {},
        status: { at: resourceVersion },
        metadata: { ...stored.metadata, resourceVersion },
      };
      return compare(target([resource(desired)]), observe(live(seen)), new Map(), schemas).questions[0]?.id;
    });
    expect(ids[0]).toBeDefined();
    expect(ids[0]).toBe(ids[1]);
  });

  it('never shows the value of a Secret', () => {
    const secret: KubeObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'ns' },
      stringData: { password: 'geheim' },
    };
    const stored: KubeObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'ns' },
      data: { password: 'YWx0' },
    };
    const result = settle(target([resource(secret)]), [live(stored)]);
    expect(result.resources[0]?.fields).toEqual([
      { path: '/data/password', state: 'changed', desired: '++++++++', live: '++++++++++++' },
    ]);
  });

  it('does not take the empty annotations that an apply records for a wish to remove all', () => {
    const record = JSON.stringify({ ...desired, metadata: { ...desired.metadata, annotations: {} } });
    const stored = applied(desired);
    const seen = {
      ...stored,
      metadata: {
        ...stored.metadata,
        annotations: { [lastAppliedAnnotation]: record, 'example.com/by': 'others' },
      },
    };
    expect(settle(target([resource(desired)]), [live(seen)])).toMatchObject({ synced: true, asked: [] });
  });

  it('knows other ways of writing the same amount', () => {
    const claim = (storage: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'p', namespace: 'ns' },
      spec: { resources: { requests: { storage } } },
    });
    const result = settle(target([resource(claim('1024Mi'))]), [live(claim('1Gi'))]);
    expect(result).toMatchObject({ synced: true, asked: [] });
  });

  it.each([
    ['empties them where it says so', { rules: [] }, false, 'changed'],
    ['leaves them to others where it says nothing', {}, false, 'equal'],
    ['ignores them where the policy says so', { rules: [] }, true, 'equal'],
  ])('of the rules of a role that aggregates others: %s', (_, more, ignoreAggregatedRoles, state) => {
    const role: KubeObject = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'r' },
      aggregationRule: { clusterRoleSelectors: [] },
    };
    const seen = { ...applied({ ...role, ...more }), rules: [{ verbs: ['get'] }] };
    const wanted = target([resource({ ...role, ...more })], { ignoreAggregatedRoles });
    expect(settle(wanted, [live(seen)]).resources[0]?.state).toBe(state);
  });

  it('remembers a pair that is made of the same values', () => {
    const memo: CompareMemo = new Map();
    const [wanted, seen] = [target([resource(desired)]), observe(live(applied(desired)))];
    const first = compare(wanted, seen, new Map(), schemas, memo);
    const second = compare(wanted, seen, new Map(), schemas, memo);
    expect(second.difference.resources[0]).toBe(first.difference.resources[0]);
  });
});

describe('comparing in steps', () => {
  it('pauses, and finds the same', () => {
    const many = Array.from({ length: 120 }, (_, i) => configMap(`c${i}`));
    const wanted = target(many.map((object) => resource(object)));
    const seen = observe(
      ...many.map((object, i) => live(i % 7 === 0 ? configMap(object.metadata.name, {}) : applied(object))),
    );
    const steps = compareInSteps(wanted, seen, new Map(), schemas);
    let pauses = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) pauses++;
    expect(pauses).toBe(2);
    expect(step.value).toEqual(compare(wanted, seen, new Map(), schemas));
  });
});

describe('what is remembered', () => {
  const desired = configMap('a');
  const wanted = target([resource(desired)]);
  const first = applied(desired);
  const outcome = (second: KubeObject) => {
    const memo: CompareMemo = new Map();
    compare(wanted, observe(live(first)), new Map(), schemas, memo);
    const known = memo.get(keyText(keyOf(desired)))?.fields;
    const { difference } = compare(wanted, observe(live(second)), new Map(), schemas, memo);
    const [found] = difference.resources;
    return { state: found?.state, remembered: found?.fields === known, live: found?.live?.object };
  };

  it.each<[string, KubeObject, string, boolean]>([
    ['holds for a new status', { ...first, status: { ready: true } }, 'equal', true],
    [
      'holds for a new version',
      { ...first, metadata: { ...first.metadata, resourceVersion: '8' } },
      'equal',
      true,
    ],
    ['does not hold for new content', { ...first, data: { k: 'w' } }, 'changed', false],
    ['does not hold for a new field', { ...first, immutable: true }, 'equal', false],
    [
      'does not hold for a new label',
      { ...first, metadata: { ...first.metadata, labels: { a: 'b' } } },
      'equal',
      false,
    ],
  ])('%s', (_, second, state, remembered) => {
    expect(outcome(second)).toEqual({ state, remembered, live: second });
  });
});

describe('what a target owns and does not name', () => {
  it.each([
    ['is extra', {}, 'extra', false],
    ['of another target is not its business', { owner: 'other' }, undefined, true],
    [
      'does not count when it is marked',
      { marks: { wave: 0, prune: 'yes', pruneLast: false, ignoreExtraneous: true, hook: false } },
      'extra',
      true,
    ],
    [
      'does not count when a hook left it',
      { marks: { wave: 0, prune: 'yes', pruneLast: false, ignoreExtraneous: false, hook: true } },
      'extra',
      true,
    ],
  ] as const)('%s', (_, more, state, synced) => {
    const { difference } = compare(target([]), observe(live(configMap('old'), more)), new Map(), schemas);
    expect(difference.resources[0]?.state).toBe(state);
    expect(difference.synced).toBe(synced);
  });
});

describe('comparing by server-side apply', () => {
  const desired: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', namespace: 'ns', labels: { app: 'd' } },
    spec: {
      template: { spec: { containers: [{ name: 'c', image: 'web:1', ports: [{ containerPort: 80 }] }] } },
    },
  };
  const set = {
    'f:metadata': { 'f:labels': { 'f:app': {} } },
    'f:spec': {
      'f:template': {
        'f:spec': {
          'f:containers': {
            'k:{"name":"c"}': {
              '.': {},
              'f:name': {},
              'f:image': {},
              'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
            },
          },
        },
      },
    },
  };
  const stored: KubeObject = {
    ...desired,
    metadata: {
      ...desired.metadata,
      uid: 'u',
      managedFields: [{ manager: 'keeper', operation: 'Apply', fieldsV1: set }],
    },
    spec: {
      replicas: 1,
      template: {
        spec: {
          containers: [
            {
              name: 'c',
              image: 'web:1',
              imagePullPolicy: 'Always',
              ports: [{ containerPort: 80, protocol: 'TCP' }],
            },
          ],
        },
      },
    },
  };
  const wanted = (object: KubeObject) =>
    target([
      resource(object, {
        apply: { mode: 'server', force: false, validate: true, tolerateMissingKind: false },
      }),
    ]);

  it('is equal without asking where the manager owns exactly the desired fields', () => {
    const result = compare(wanted(desired), observe(live(stored)), new Map(), schemas);
    expect(result).toMatchObject({ questions: [], difference: { synced: true } });
  });

  it.each([
    ['a value differs', { ...desired, metadata: { ...desired.metadata, labels: { app: 'e' } } }],
    ['a field was added', { ...desired, spec: { ...(desired['spec'] as object), replicas: 2 } }],
    ['a field was removed', { ...desired, metadata: { name: 'd', namespace: 'ns' } }],
  ])('asks where %s', (_, object) => {
    const result = compare(wanted(object), observe(live(stored)), new Map(), schemas);
    expect(result.questions).toMatchObject([{ patch: { type: 'apply', body: object } }]);
  });
});

describe('ignore rules', () => {
  const rule = (more: Partial<IgnoreRule>): IgnoreRule => ({ jsonPointers: [], managers: [], ...more });
  const drifted = { ...applied(configMap('a')), data: { k: 'other' } };

  it.each([
    ['a pointer', rule({ jsonPointers: ['/data/k'] }), true],
    [
      'a pointer for its kind and name',
      rule({ group: '', kind: 'ConfigMap', name: 'a', jsonPointers: ['/data/k'] }),
      true,
    ],
    ['a pattern', rule({ kind: 'Config*', jsonPointers: ['/data/k'] }), true],
    ['another kind', rule({ kind: 'Secret', jsonPointers: ['/data/k'] }), false],
    ['another name', rule({ name: 'b', jsonPointers: ['/data/k'] }), false],
    ['a pointer to nowhere', rule({ jsonPointers: ['/garbage/x'] }), false],
  ])('%s', (_, ignore, synced) => {
    const result = settle(target([resource(configMap('a'))], { ignore: [ignore] }), [live(drifted)]);
    expect(result.synced).toBe(synced);
    if (synced) expect(result.resources[0]?.fields).toMatchObject([{ path: '/data/k', state: 'ignored' }]);
  });

  it('leave out what a trusted manager owns', () => {
    const managedFields = [
      { manager: 'scaler', operation: 'Update' as const, fieldsV1: { 'f:data': { 'f:k': {} } } },
    ];
    const seen = { ...drifted, metadata: { ...drifted.metadata, managedFields } };
    const ignore = [rule({ managers: ['scaler'] })];
    expect(settle(target([resource(configMap('a'))], { ignore }), [live(seen)]).synced).toBe(true);
  });
});

interface DiffCase {
  readonly name: string;
  readonly strategy: string;
  readonly desired: KubeObject | null;
  readonly live: KubeObject | null;
  readonly expectedModified: boolean;
  readonly manager?: string;
  readonly rule?: { readonly jsonPointers?: readonly string[]; readonly ignoreAggregatedRoles?: boolean };
  readonly dryRunResult?: KubeObject;
}

// These differ by defaults, which only a server knows: what must be shown is that it is asked.
const judgedByServer = new Set([
  'three-way/mutating-webhook',
  'three-way/endpoints-unsorted',
  'three-way/deployment',
]);

// A local structured merge is not how this house compares; and mutations by webhooks never count, so nobody can ask for them.
const otherWays = (each: DiffCase) =>
  each.strategy === 'structured-merge' || each.name === 'server-side/webhook-mutations-included';

const diffCases = table<DiffCase>('argocd/diff/cases.jsonl')?.filter((each) => !otherWays(each));

describe.skipIf(diffCases === undefined)('recorded comparisons', () => {
  it.each((diffCases ?? []).map((each) => [each.name, each] as const))('%s', (name, each) => {
    const rule = { jsonPointers: each.rule?.jsonPointers ?? [], managers: [] };
    const apply = {
      mode: each.strategy === 'server-side' ? 'server' : 'client',
      force: false,
      validate: true,
      tolerateMissingKind: false,
    } as const;
    // What reaches the comparison is complete; some cases leave the namespace to the caller.
    const namespace = each.live?.metadata.namespace;
    const desired =
      each.desired === null || namespace === undefined
        ? each.desired
        : { ...each.desired, metadata: { ...each.desired.metadata, namespace } };
    const resources = desired === null ? [] : [resource(desired, { apply })];
    const wanted: Target = {
      ...target(resources, {
        ignore: [rule],
        ignoreAggregatedRoles: each.rule?.ignoreAggregatedRoles ?? false,
      }),
      fieldManager: each.manager ?? 'keeper',
    };
    const key = desired === null ? undefined : keyOf(desired);
    const seen = each.live === null ? [] : [{ ...live(each.live), ...(key === undefined ? {} : { key }) }];
    if (judgedByServer.has(name)) {
      expect(compare(wanted, observe(...seen), new Map(), schemas).questions).toHaveLength(1);
      return;
    }
    const result = settle(
      wanted,
      seen,
      each.dryRunResult === undefined ? undefined : { object: each.dryRunResult },
    );
    const modified = result.resources.some((each) => each.state === 'changed' || each.state === 'missing');
    expect(modified).toBe(each.expectedModified);
  });
});

interface IgnoreCase {
  readonly name: string;
  readonly ignoreDifferences?: readonly {
    readonly group: string;
    readonly kind: string;
    readonly jsonPointers?: readonly string[];
  }[];
  readonly resourceOverrides?: Readonly<
    Record<string, { readonly ignoreDifferences: { readonly jsonPointers?: readonly string[] } }>
  >;
  readonly object?: KubeObject;
  readonly expected?: readonly { readonly path: string; readonly absent?: boolean }[] | 'unchanged';
}

const ignoreCases = table<IgnoreCase>('argocd/diff/ignore-rules.jsonl')?.filter(
  (each) => each.object !== undefined && !each.name.startsWith('ignore/jq'),
);

describe.skipIf(ignoreCases === undefined)('recorded ignore rules', () => {
  it.each((ignoreCases ?? []).map((each) => [each.name, each] as const))('%s', (_, each) => {
    const rules: IgnoreRule[] = [];
    for (const { group, kind, jsonPointers } of each.ignoreDifferences ?? [])
      rules.push({ group, kind, jsonPointers: jsonPointers ?? [], managers: [] });
    for (const [pattern, { ignoreDifferences }] of Object.entries(each.resourceOverrides ?? {})) {
      const [group, kind] = pattern.split('/') as [string, string];
      rules.push({ group, kind, jsonPointers: ignoreDifferences.jsonPointers ?? [], managers: [] });
    }
    const object = each.object!;
    const left = withoutIgnored(object, ignoredIn(keyOf(object), object, rules, false));
    if (each.expected === 'unchanged') expect(left).toEqual(object);
    for (const check of Array.isArray(each.expected) ? each.expected : []) {
      const found = pointerGet(left, check.path.slice(1).split('/'));
      expect(found === undefined).toBe(check.absent === true);
    }
  });
});
