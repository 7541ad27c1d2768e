import type { GoMap, Value } from '@plumbline/languages';
import { asSchema } from './document.ts';
import type { LocatedSchema } from './document.ts';
import { membersOf } from './checking.ts';
import type { Checking, Seen } from './checking.ts';
import { countWords, quote, quoteAll } from './words.ts';
import type { Violation } from './words.ts';

/** What the keywords for objects say. */
export function objectViolations(
  checking: Checking,
  schema: LocatedSchema,
  object: GoMap,
  at: readonly string[],
  seen: Seen,
): Violation[] {
  const node = schema.node as Readonly<Record<string, unknown>>;
  const found: Violation[] = [];
  const add = (text: string) => found.push({ at, text, causes: [] });
  const apply = (part: unknown, value: Value, path: readonly string[]): readonly Violation[] =>
    checking.check(checking, { ...schema, node: asSchema(part) }, value, path).violations;
  const { minProperties: min, maxProperties: max } = node;
  if (typeof min === 'number' && object.size < min)
    add(`minProperties: got ${countWords(object.size)}, want ${countWords(min)}`);
  if (typeof max === 'number' && object.size > max)
    add(`maxProperties: got ${countWords(object.size)}, want ${countWords(max)}`);
  const missing = missingOf(object, node['required']);
  if (missing.length > 0) {
    add(
      missing.length === 1
        ? `missing property ${quoteAll(missing)}`
        : `missing properties ${quoteAll(missing)}`,
    );
  }
  for (const [key, wanted] of membersOf(node['dependencies'])) {
    if (!object.has(key)) continue;
    if (Array.isArray(wanted)) addRequired(object, key, wanted, add);
    else found.push(...apply(wanted, object, at));
  }
  found.push(...memberViolations(checking, schema, object, at, seen));
  if (schema.draft >= 6 && 'propertyNames' in node) {
    for (const key of [...object.keys()].toSorted()) {
      const causes = apply(node['propertyNames'], key, []);
      if (causes.length > 0) found.push({ at: [], text: `invalid propertyName ${quote(key)}`, causes });
    }
  }
  if (schema.draft < 2019) return found;
  for (const [key, part] of membersOf(node['dependentSchemas'])) {
    if (object.has(key)) found.push(...apply(part, object, at));
  }
  for (const [key, wanted] of membersOf(node['dependentRequired'])) {
    if (object.has(key)) addRequired(object, key, wanted, add);
  }
  return found;
}

function addRequired(object: GoMap, key: string, wanted: unknown, add: (text: string) => void): void {
  const missing = missingOf(object, wanted);
  if (missing.length > 0) add(`properties ${quoteAll(missing)} required, if ${quote(key)} exists`);
}

function missingOf(object: GoMap, wanted: unknown): string[] {
  if (!Array.isArray(wanted)) return [];
  return wanted.filter((key): key is string => typeof key === 'string' && !object.has(key));
}

/** Upstream goes through the members in the order of a Go map, which is random; here by name. */
function memberViolations(
  checking: Checking,
  schema: LocatedSchema,
  object: GoMap,
  at: readonly string[],
  seen: Seen,
): Violation[] {
  const node = schema.node as Readonly<Record<string, unknown>>;
  const properties = new Map(membersOf(node['properties']));
  const patterns = membersOf(node['patternProperties']);
  const additional = node['additionalProperties'];
  if (properties.size === 0 && patterns.length === 0 && additional === undefined) return [];
  const found: Violation[] = [];
  const strangers: string[] = [];
  for (const key of [...object.keys()].toSorted()) {
    const value = object.get(key) ?? null;
    const apply = (part: unknown) =>
      found.push(
        ...checking.check(checking, { ...schema, node: asSchema(part) }, value, [...at, key]).violations,
      );
    const own = properties.get(key);
    const matching = patterns.filter(([pattern]) => checking.matches(pattern, key) === true);
    if (own !== undefined) apply(own);
    for (const [, part] of matching) apply(part);
    if (own === undefined && matching.length === 0) {
      if (additional === undefined) continue;
      if (additional === false) strangers.push(key);
      else if (additional !== true) apply(additional);
    }
    seen.keys.add(key);
  }
  if (strangers.length > 0) {
    found.push({ at, text: `additional properties ${quoteAll(strangers)} not allowed`, causes: [] });
  }
  return found;
}
