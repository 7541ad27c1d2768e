import type { FieldError } from '../registry/types.ts';
import { additionalOf, type JsonSchema } from './json-schema.ts';
import { compileRules, declaredType, hasRules, shownRule, type CompiledRule } from './rules.ts';

/** As upstream: what one rule, and all rules of a schema, may be estimated to cost. */
const ruleCostMax = 10_000_000;
const schemaCostMax = 100_000_000;
/** A request of this size holds so many values at most. */
const requestMax = 3 * 1024 * 1024;
const shownMax = 4;

interface Walk {
  readonly errors: FieldError[];
  /** Levels whose rules have other mistakes already, which would only be repeated. */
  readonly broken: readonly string[];
  total: number;
  readonly expensive: { readonly path: string; readonly cost: number }[];
}

interface Place {
  readonly path: string;
  readonly root: boolean;
  /** How often values of this level can occur; undefined: without bound. */
  readonly count: number | undefined;
  /** The list whose items cannot be told apart, if the level lies in one. */
  readonly uncorrelated: string | undefined;
}

/**
 * What is wrong with the rules of a schema once they are compiled: mistakes in expressions, and rules that may cost too
 * much for the sizes that the schema allows. `errors` are those found so far, in rules alone.
 */
export function checkCompiledRules(
  schema: JsonSchema,
  path: string,
  errors: readonly FieldError[],
): readonly FieldError[] {
  const broken = errors.map(({ field }) => field);
  const walk: Walk = { errors: [], broken, total: 0, expensive: [] };
  visit(schema, { path, root: true, count: 1, uncorrelated: undefined }, walk);
  if (walk.total > schemaCostMax) {
    for (const one of walk.expensive) {
      const text =
        'Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
      walk.errors.push(forbidden(one.path, text));
    }
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    walk.errors.push(forbidden(path, `Forbidden: ${tooExpensive(what, walk.total, schemaCostMax)}`));
  }
  return walk.errors;
}

function forbidden(field: string, message: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message };
}

function visit(schema: JsonSchema, place: Place, walk: Walk): void {
  if (!hasRules(schema)) return;
  const count = countBelow(schema, place.count);
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    visit(property, { ...place, path: `${place.path}.properties[${name}]`, root: false, count }, walk);
  const other = additionalOf(schema);
  if (other !== undefined)
    visit(other, { ...place, path: `${place.path}.additionalProperties`, root: false, count }, walk);
  if (schema.items !== undefined) {
    const correlated = schema['x-kubernetes-list-type'] === 'map';
    const uncorrelated = place.uncorrelated ?? (correlated ? undefined : place.path);
    visit(schema.items, { path: `${place.path}.items`, root: false, count, uncorrelated }, walk);
  }
  if ((schema['x-kubernetes-validations'] ?? []).length > 0) checkLevel(schema, place, walk);
}

function countBelow(schema: JsonSchema, count: number | undefined): number | undefined {
  if (count === undefined) return undefined;
  const isMap = schema.type === 'object' && schema.additionalProperties !== undefined;
  if (!isMap && schema.type !== 'array') return count;
  const most = isMap ? schema.maxProperties : schema.maxItems;
  return most === undefined ? undefined : count * Math.max(0, most);
}

function checkLevel(schema: JsonSchema, place: Place, walk: Walk): void {
  if (walk.broken.some((field) => field.startsWith(`${place.path}.`))) return;
  const declared = declaredType(schema, place.root || schema['x-kubernetes-embedded-resource'] === true);
  const at = `${place.path}.x-kubernetes-validations`;
  if (declared === undefined) {
    const text =
      'Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';
    walk.errors.push({ reason: 'FieldValueInvalid', field: at, message: text });
    return;
  }
  const count = place.count ?? Math.floor(requestMax / (declared.minSize + 1));
  compileRules(schema, declared).forEach((rule, i) => checkRule(rule, `${at}[${i}]`, count, place, walk));
}

function checkRule(rule: CompiledRule, at: string, count: number, place: Place, walk: Walk): void {
  const invalid = (field: string, value: string, why: string): void => {
    walk.errors.push({
      reason: 'FieldValueInvalid',
      field: `${at}.${field}`,
      message: `Invalid value: ${value}: ${why}`,
    });
  };
  const cost = (rule.program?.cost().max ?? 0) * count;
  observe(walk, `${at}.rule`, cost, 'estimated rule cost');
  if (rule.error !== undefined) invalid('rule', shownRule(rule.text), rule.error);
  if (rule.messageError !== undefined) invalid('messageExpression', shownRule(rule.text), rule.messageError);
  else if (rule.message !== undefined)
    observe(walk, `${at}.messageExpression`, rule.message.cost().max, 'estimated messageExpression cost');
  if (rule.usesOldSelf && place.uncorrelated !== undefined) {
    const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelated}`;
    invalid('rule', JSON.stringify(rule.text.rule), why);
  }
  if (!rule.usesOldSelf && rule.text.optionalOldSelf !== undefined) {
    const why = 'may not be set if oldSelf is not used in rule';
    invalid('optionalOldSelf', String(rule.text.optionalOldSelf), why);
  }
}

function observe(walk: Walk, path: string, cost: number, what: string): void {
  if (cost > ruleCostMax)
    walk.errors.push(forbidden(path, `Forbidden: ${tooExpensive(what, cost, ruleCostMax)}`));
  walk.total += cost;
  if (cost < schemaCostMax / 100) return;
  walk.expensive.push({ path, cost });
  walk.expensive.sort((a, b) => b.cost - a.cost);
  walk.expensive.length = Math.min(walk.expensive.length, shownMax);
}

function tooExpensive(what: string, cost: number, limit: number): string {
  const times = cost / limit;
  const factor = times > 100 ? 'more than 100x' : `${times < 1.5 ? times.toFixed(6) : times.toFixed(1)}x`;
  return `${what} exceeds budget by factor of ${factor} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}
