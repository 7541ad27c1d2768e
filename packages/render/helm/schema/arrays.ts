import { deepEqual } from '@plumbline/languages';
import type { Value } from '@plumbline/languages';
import { asSchema } from './document.ts';
import type { LocatedSchema } from './document.ts';
import type { Checking, Seen } from './checking.ts';
import { countWords } from './words.ts';
import type { Violation } from './words.ts';

/** What the keywords for lists say. */
export function arrayViolations(
  checking: Checking,
  schema: LocatedSchema,
  list: readonly Value[],
  at: readonly string[],
  seen: Seen,
): Violation[] {
  const node = schema.node as Readonly<Record<string, unknown>>;
  const found: Violation[] = [];
  const add = (text: string) => found.push({ at, text, causes: [] });
  const { minItems: min, maxItems: max } = node;
  if (typeof min === 'number' && list.length < min)
    add(`minItems: got ${countWords(list.length)}, want ${countWords(min)}`);
  if (typeof max === 'number' && list.length > max)
    add(`maxItems: got ${countWords(list.length)}, want ${countWords(max)}`);
  const twins = node['uniqueItems'] === true ? duplicates(list) : undefined;
  if (twins !== undefined) add(`items at ${twins[0]} and ${twins[1]} are equal`);
  found.push(...itemViolations(checking, schema, list, at, seen));
  if (schema.draft >= 6 && 'contains' in node) {
    found.push(...containsViolations(checking, schema, list, at, seen));
  }
  return found;
}

function duplicates(list: readonly Value[]): readonly [number, number] | undefined {
  for (let i = 1; i < list.length; i++) {
    for (let j = 0; j < i; j++) if (deepEqual(list[i] ?? null, list[j] ?? null)) return [j, i];
  }
  return undefined;
}

function itemViolations(
  checking: Checking,
  schema: LocatedSchema,
  list: readonly Value[],
  at: readonly string[],
  seen: Seen,
): Violation[] {
  const node = schema.node as Readonly<Record<string, unknown>>;
  const found: Violation[] = [];
  const apply = (part: unknown, item: Value, i: number) =>
    found.push(
      ...checking.check(checking, { ...schema, node: asSchema(part) }, item, [...at, String(i)]).violations,
    );
  const isNew = schema.draft >= 2020;
  const tuple = isNew ? node['prefixItems'] : node['items'];
  const parts = Array.isArray(tuple) ? tuple : [];
  parts.slice(0, list.length).forEach((part, i) => apply(part, list[i] ?? null, i));
  const rest = isNew ? node['items'] : parts.length > 0 ? node['additionalItems'] : node['items'];
  const from = Math.min(parts.length, list.length);
  seen.items = Math.max(seen.items, rest === undefined ? from : list.length);
  if (rest === undefined || Array.isArray(rest)) return found;
  if (!isNew && rest === false) {
    if (from < list.length) {
      found.push({ at, text: `last ${list.length - from} additionalItem(s) not allowed`, causes: [] });
    }
    return found;
  }
  list.slice(from).forEach((item, i) => apply(rest, item, isNew || parts.length > 0 ? i : from + i));
  return found;
}

function containsViolations(
  checking: Checking,
  schema: LocatedSchema,
  list: readonly Value[],
  at: readonly string[],
  seen: Seen,
): Violation[] {
  const node = schema.node as Readonly<Record<string, unknown>>;
  const part = { ...schema, node: asSchema(node['contains']) };
  const matched: number[] = [];
  const causes: Violation[] = [];
  list.forEach((item, i) => {
    const { violations } = checking.check(checking, part, item, [...at, String(i)]);
    causes.push(...violations);
    if (violations.length > 0) return;
    matched.push(i);
    if (schema.draft >= 2020) seen.more.add(i);
  });
  const { minContains: min, maxContains: max } = schema.draft >= 2019 ? node : {};
  const found: Violation[] = [];
  if (typeof min === 'number') {
    if (matched.length < min) {
      const which =
        matched.length === 0 ? 'none matched' : `matched ${matched.length} items at ${matched.join(' ')}`;
      found.push({ at, text: `min ${min} items required to match contains schema, but ${which}`, causes });
    }
  } else if (matched.length === 0) found.push({ at, text: 'no items match contains schema', causes });
  if (typeof max === 'number' && matched.length > max) {
    const words = `max ${max} items required to match contains schema, but matched ${matched.length} items at ${matched.join(' ')}`;
    found.push({ at, text: words, causes: [] });
  }
  return found;
}
