import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  applyStrategicMerge,
  threeWayStrategicMerge,
  twoWayStrategicMerge,
  type PatchSchema,
} from './index.ts';

const root = process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance');
const folder = join(root, 'kubernetes/strategic-merge-patch');
const present = existsSync(folder);

interface Case {
  readonly name: string;
  readonly schema: 'mergeItem' | 'precisionItem';
  readonly checks: readonly string[];
  readonly [member: string]: unknown;
}

type Raw = Record<string, unknown>;

/** Reads an OpenAPI v2 definition; definitions refer to themselves, so nodes are made before they are filled. */
function schemaOf(name: string): PatchSchema {
  const file = name === 'mergeItem' ? 'swagger-merge-item.json' : 'swagger-precision-item.json';
  const text = readFileSync(join(folder, 'schemas', file), 'utf8').replaceAll(/,(\s*})/g, '$1');
  const definitions = (JSON.parse(text) as { definitions: Record<string, Raw> }).definitions;
  const made = new Map<string, PatchSchema>();
  const named = (definition: string): PatchSchema => {
    const known = made.get(definition);
    if (known !== undefined) return known;
    const node = { type: 'object', fields: {} as Record<string, PatchSchema> };
    made.set(definition, node);
    const properties = (definitions[definition]?.['properties'] ?? {}) as Record<string, Raw>;
    for (const [field, raw] of Object.entries(properties)) node.fields[field] = convert(raw);
    return node;
  };
  const convert = (raw: Raw): PatchSchema => {
    const strategy = (raw['x-kubernetes-patch-strategy'] as string | undefined)?.split(',');
    const mergeKey = raw['x-kubernetes-patch-merge-key'] as string | undefined;
    const patch = {
      ...(strategy && { patchStrategy: strategy }),
      ...(mergeKey && { patchMergeKey: mergeKey }),
    };
    const ref = raw['$ref'] as string | undefined;
    const target = ref === undefined ? undefined : named(ref.replace('#/definitions/', ''));
    if (target !== undefined && mergeKey !== undefined) return { type: 'list', items: target, ...patch };
    if (target !== undefined)
      return Object.assign(
        Object.create(target) as PatchSchema,
        { type: target.type, fields: target.fields },
        patch,
      );
    if (raw['type'] === 'array') return { type: 'list', items: convert(raw['items'] as Raw), ...patch };
    if (raw['additionalProperties'] !== undefined)
      return { type: 'map', items: convert(raw['additionalProperties'] as Raw), ...patch };
    return { type: typeof raw['type'] === 'string' ? raw['type'] : 'any', ...patch };
  };
  return named(name);
}

/** Integers that a double cannot hold become BigInts, so that the exact text can be compared. */
function parse(text: string): unknown {
  return JSON.parse(text.replaceAll(/:(\d{16,})(?=[,}\]])/g, ':"big $1"'), (_, value: unknown) =>
    typeof value === 'string' && value.startsWith('big ') ? BigInt(value.slice(4)) : value,
  );
}

function print(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(print).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${print((value as Raw)[key])}`).join(',')}}`;
}

/** Upstream compares some cases with merge lists in a canonical order. */
function canonical(value: unknown, schema: PatchSchema): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const out: Raw = {};
  for (const [key, member] of Object.entries(value as Raw)) {
    const bare = key.replace(/^\$deleteFromPrimitiveList\//, '');
    const node = schema.fields?.[bare];
    if (key.startsWith('$setElementOrder/')) out[key] = member;
    else if (Array.isArray(member) && (bare !== key || node?.patchStrategy?.includes('merge') === true))
      out[key] = sortList(member, node);
    else
      out[key] =
        node === undefined || node.patchStrategy?.includes('replace') === true
          ? member
          : canonical(member, node);
  }
  return out;
}

function sortList(list: readonly unknown[], node: PatchSchema | undefined): unknown {
  const key = node?.patchMergeKey;
  if (key === undefined) return [...new Set(list)].toSorted((a, b) => (String(a) < String(b) ? -1 : 1));
  const items = list.map((item) => canonical(item, node?.items ?? { type: 'any' }) as Raw);
  return items.toSorted((a, b) =>
    String(a[key]) < String(b[key]) ? -1 : String(a[key]) > String(b[key]) ? 1 : 0,
  );
}

describe.skipIf(!present)('strategic merge patch, upstream cases', () => {
  const cases = present
    ? readFileSync(join(folder, 'cases.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Case)
    : [];
  const schemas = present
    ? { mergeItem: schemaOf('mergeItem'), precisionItem: schemaOf('precisionItem') }
    : undefined;

  it.each(cases.filter((c) => !c.checks.includes('text')).map((c) => [c.name, c] as const))('%s', (_, c) => {
    const schema = schemas![c.schema];
    const same = (actual: unknown, expected: unknown): void => {
      const sort = (value: unknown): unknown =>
        c['sortMergeListsFirst'] === true ? canonical(value, schema) : value;
      expect(sort(actual)).toEqual(sort(expected ?? {}));
    };
    if (c.checks.includes('sortMergeLists')) expect(canonical(c['original'], schema)).toEqual(c['result']);
    if (c.checks.includes('createTwoWay')) {
      same(unwrap(twoWayStrategicMerge(c['original'], c['modified'], schema)), c['twoWay']);
    }
    if (c.checks.includes('applyTwoWay')) {
      const result = applyStrategicMerge(c['original'], c['twoWay'], schema);
      if (c['expectedErrorContains'] === undefined) same(unwrap(result), c['twoWayResult'] ?? c['modified']);
      else expect(result.ok ? 'no error' : result.error.message).toContain(c['expectedErrorContains']);
    }
    if (c.checks.includes('createThreeWay')) {
      const careful = threeWayStrategicMerge(c['original'], c['modified'], c['current'], schema, {
        overwrite: false,
      });
      if (c['conflict'] === true)
        expect(careful.ok ? 'no error' : careful.error.code).toBe('strategic-merge-conflict');
      else same(unwrap(careful), c['threeWay']);
      if (c['conflict'] !== true || c['result'] !== undefined) {
        same(
          unwrap(threeWayStrategicMerge(c['original'], c['modified'], c['current'], schema)),
          c['threeWay'],
        );
      }
    }
    if (c.checks.includes('applyThreeWay')) {
      same(unwrap(applyStrategicMerge(c['current'], c['threeWay'], schema)), c['result']);
    }
  });

  it.each(cases.filter((c) => c.checks.includes('text')).map((c) => [c.name, c] as const))('%s', (_, c) => {
    const schema = schemas![c.schema];
    const read = (member: string): unknown => parse((c[`${member}Text`] as string | undefined) ?? '{}');
    const [original, modified, current] = [read('original'), read('modified'), read('current')];
    const twoWay = twoWayStrategicMerge(original, modified, schema);
    if (c['twoWayErrorContains'] === undefined) {
      expect(print(unwrap(twoWay))).toBe(c['twoWayText']);
      expect(print(unwrap(applyStrategicMerge(original, unwrap(twoWay), schema)))).toBe(
        c['twoWayResultText'],
      );
    } else expect(twoWay.ok ? 'no error' : twoWay.error.message).toContain(c['twoWayErrorContains']);
    if (c['currentText'] === undefined) return;
    const threeWay = threeWayStrategicMerge(original, modified, current, schema, { overwrite: false });
    if (c['threeWayErrorContains'] === undefined) {
      expect(print(unwrap(threeWay))).toBe(c['threeWayText']);
      expect(print(unwrap(applyStrategicMerge(current, unwrap(threeWay), schema)))).toBe(
        c['threeWayResultText'],
      );
    } else expect(threeWay.ok ? 'no error' : threeWay.error.message).toContain(c['threeWayErrorContains']);
  });
});

function unwrap<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.error));
}

describe('strategic merge patch', () => {
  const container: PatchSchema = {
    type: 'object',
    fields: { name: { type: 'string' }, image: { type: 'string' } },
  };
  const schema: PatchSchema = {
    type: 'object',
    fields: {
      containers: { type: 'list', items: container, patchMergeKey: 'name', patchStrategy: ['merge'] },
      labels: { type: 'map', items: { type: 'string' } },
    },
  };

  it('changes neither the object nor the patch', () => {
    const doc = Object.freeze({
      containers: Object.freeze([Object.freeze({ name: 'a', image: 'x' })]),
      labels: Object.freeze({ k: 'v' }),
    });
    const patch = Object.freeze({
      containers: Object.freeze([Object.freeze({ name: 'a', image: 'y' })]),
      labels: null,
    });
    expect(unwrap(applyStrategicMerge(doc, patch, schema))).toEqual({
      containers: [{ name: 'a', image: 'y' }],
    });
  });

  it('stores no directives with items that are new', () => {
    const patch = {
      containers: [
        { name: 'b', image: 'x', $retainKeys: ['name', 'image'] },
        { name: 'c', $patch: 'delete' },
      ],
    };
    expect(unwrap(applyStrategicMerge({}, patch, schema))).toEqual({
      containers: [{ name: 'b', image: 'x' }],
    });
  });

  it('keeps what a third party added between the last apply and this one', () => {
    const patch = unwrap(
      threeWayStrategicMerge(
        {
          containers: [
            { name: 'a', image: '1' },
            { name: 'old', image: '1' },
          ],
        },
        { containers: [{ name: 'a', image: '2' }] },
        {
          containers: [
            { name: 'a', image: '1' },
            { name: 'old', image: '1' },
            { name: 'sidecar', image: 's' },
          ],
        },
        schema,
      ),
    );
    const live = {
      containers: [
        { name: 'a', image: '1' },
        { name: 'old', image: '1' },
        { name: 'sidecar', image: 's' },
      ],
    };
    expect(unwrap(applyStrategicMerge(live, patch, schema))).toEqual({
      containers: [
        { name: 'a', image: '2' },
        { name: 'sidecar', image: 's' },
      ],
    });
  });
});
