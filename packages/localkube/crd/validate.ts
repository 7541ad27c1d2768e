import { RE2JS } from 're2js';
import { equalData } from '@plumbline/base';
import type { FieldError } from '../registry/types.ts';
import { compactOf, hasType, memberOf, type Compact } from './compact.ts';
import { hasFormat } from './formats.ts';
import { isData, propertyOf, type JsonSchema } from './json-schema.ts';
import { keyedItems } from './list-types.ts';
import { invalid, logical, type Mistake } from './mistake.ts';
import { numberMistakes } from './validate-number.ts';

const patterns = new WeakMap<JsonSchema, RE2JS>();

/** What a look at a value found. Of alternatives that all fail, the one that more of it matched is told of. */
interface Outcome {
  readonly mistakes: readonly Mistake[];
  readonly matches: number;
}

/** The value that another one replaces, where it is known which. */
interface Before {
  readonly value: unknown;
}

/**
 * Checks a value against a schema, with the texts of upstream. `previous`: the value before an update, in which what
 * was wrong already and did not change is not held against the new one. `base`: where the value stands; the texts
 * name places within it.
 */
export function validateValue(
  schema: JsonSchema,
  value: unknown,
  previous?: unknown,
  base = '',
): readonly FieldError[] {
  const node = compactOf(schema);
  // Nearly every value is right, and only mistakes need paths.
  if (fits(node, value, previous)) return [];
  const before = previous === undefined ? undefined : { value: previous };
  return judge(node, value, '', before).mistakes.map(({ at, reason, message }) => ({
    reason,
    field: placed(base, at),
    message,
  }));
}

function placed(base: string, at: string | undefined): string {
  const inner = at === undefined || at === '.' ? '' : at.replace(/^\./, '');
  if (inner === '') return base === '' ? '<nil>' : base;
  return base === '' ? inner : `${base}.${inner}`;
}

/** True: `judge` would find nothing. */
function fits(node: Compact, value: unknown, previous: unknown): boolean {
  if (value === previous && typeof value === 'object' && value !== null) return true;
  if (!node.easy) {
    if (judgeOwn(node, value, '').mistakes.length > 0) return false;
  } else if (!hasType(node, value)) return false;
  if (value === null || typeof value !== 'object') return true;
  if (Array.isArray(value)) {
    const { items } = node;
    const before: readonly unknown[] = Array.isArray(previous) ? previous : [];
    return items === undefined || value.every((item: unknown, i) => fits(items, item, before[i]));
  }
  for (const name of node.required) if (!Object.hasOwn(value, name)) return false;
  const map = value as Readonly<Record<string, unknown>>;
  const before = isData(previous) ? previous : {};
  for (const key in map) {
    const member = memberOf(node, key);
    if (member !== undefined && !fits(member, map[key], before[key])) return false;
  }
  return true;
}

/** A value with all that it holds. What is wrong with one that did not change is not said. */
function judge(node: Compact, value: unknown, path: string, before: Before | undefined): Outcome {
  if (before !== undefined && value === before.value && typeof value === 'object' && value !== null)
    return { mistakes: [], matches: 0 };
  const own = judgeOwn(node, value, path);
  const mistakes = [...own.mistakes];
  let { matches } = own;
  const merge = (inner: Outcome): void => {
    mistakes.push(...inner.mistakes);
    matches += inner.matches;
  };
  if (Array.isArray(value)) judgeItems(node, value as readonly unknown[], path, before, merge);
  else if (isData(value)) judgeMembers(node, value, path, before, merge);
  const same = mistakes.length > 0 && before !== undefined && equalData(value, before.value);
  return { mistakes: same ? [] : unique(mistakes), matches };
}

function judgeItems(
  { items, schema }: Compact,
  value: readonly unknown[],
  path: string,
  before: Before | undefined,
  merge: (inner: Outcome) => void,
): void {
  if (items === undefined) return;
  const old = before === undefined ? undefined : keyedItems(schema, before.value);
  for (const [i, item] of value.entries()) {
    const known = old?.(item);
    merge(judge(items, item, `${path}[${i}]`, known === undefined ? undefined : { value: known }));
  }
}

function judgeMembers(
  node: Compact,
  value: Readonly<Record<string, unknown>>,
  path: string,
  before: Before | undefined,
  merge: (inner: Outcome) => void,
): void {
  const old = isData(before?.value) ? before.value : undefined;
  for (const key of Object.keys(value)) {
    const member = memberOf(node, key);
    if (member === undefined) continue;
    const declared = propertyOf(node.schema, key) !== undefined;
    const known = old !== undefined && Object.hasOwn(old, key) && !(path === '' && isKindOrVersion(key));
    merge(
      judge(
        member,
        value[key],
        path === '' && declared ? key : `${path}.${key}`,
        known ? { value: old[key] } : undefined,
      ),
    );
  }
}

const isKindOrVersion = (key: string): boolean => key === 'kind' || key === 'apiVersion';

/** A mistake that is found in two ways is told of once. */
function unique(mistakes: readonly Mistake[]): readonly Mistake[] {
  if (mistakes.length < 2) return mistakes;
  const seen = new Set<string>();
  return mistakes.filter(({ at, message }) => {
    const text = `${at ?? ''}\n${message}`;
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

/** The value itself, without what it holds. Each check that concerns its kind of value counts, as upstream counts them. */
function judgeOwn(node: Compact, value: unknown, path: string): Outcome {
  const { schema, types, format } = node;
  const mistakes: Mistake[] = [];
  if (value === null || value === undefined) {
    const wrong = types.length > 0 && schema.nullable !== true;
    if (wrong) mistakes.push(typeMistake(path, types.join(','), 'null'));
    checkEnum(schema, null, path, mistakes);
    return { mistakes, matches: wrong ? 0 : 1 };
  }
  let matches = 2;
  if (types.length > 0 || format !== '') {
    const wrong = wrongType(node, value, path);
    if (wrong === undefined) matches += 2;
    else {
      mistakes.push(wrong);
      matches++;
    }
  }
  matches += 2 + checkAlternatives(schema, value, path, mistakes);
  checkEnum(schema, value, path, mistakes);
  if (typeof value === 'string') {
    checkString(node, value, path, mistakes);
    matches += format === '' ? 1 : 2;
  } else if (typeof value === 'number') {
    mistakes.push(...numberMistakes(node, value, path));
    matches += 2;
  } else if (Array.isArray(value)) {
    checkLength(schema, value.length, path, mistakes);
    matches += 2;
  } else if (isData(value)) {
    checkObject(schema, value, path, mistakes);
    matches++;
  }
  return { mistakes, matches };
}

/** Whole numbers beyond what all readers keep are none to upstream. */
function wrongType({ types, format }: Compact, value: unknown, path: string): Mistake | undefined {
  const { name, shape } = typeOf(value);
  const whole = name === 'number' && types.includes('integer') && Number.isSafeInteger(value);
  const fits = types.includes(name) || whole || (name === 'integer' && types.includes('number'));
  const plain = typeof value === 'string' || Array.isArray(value);
  if (!plain && format !== '' && !fits && shape !== format) return typeMistake(path, format, shape);
  const numeric = types.includes('number') || types.includes('integer');
  // Upstream holds lists and texts against a format by its own way, which says nothing of lists.
  if (fits || (!numeric && format !== '' && plain)) return undefined;
  return typeMistake(path, types.join(','), name);
}

/** What upstream takes for the type of a value, and for the format of that. */
function typeOf(value: unknown): { readonly name: string; readonly shape: string } {
  if (Array.isArray(value)) return { name: 'array', shape: '' };
  if (typeof value !== 'number') return { name: typeof value, shape: '' };
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63
    ? { name: 'integer', shape: 'int64' }
    : { name: 'number', shape: 'float64' };
}

function typeMistake(at: string, wanted: string, actual: string): Mistake {
  const shown = JSON.stringify(actual);
  return {
    at,
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: ${shown}: ${at} in body must be of type ${wanted}: ${shown}`,
  };
}

function checkEnum(schema: JsonSchema, value: unknown, path: string, mistakes: Mistake[]): void {
  if (schema.enum === undefined || schema.enum.length === 0) return;
  // A null is never one of those that are allowed, even where it is written among them.
  if (value !== null && schema.enum.some((one) => equalData(one, value))) return;
  const supported = schema.enum
    .map((one) => JSON.stringify(typeof one === 'string' ? one : JSON.stringify(one)))
    .join(', ');
  mistakes.push({
    at: path,
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`,
  });
}

function checkString({ schema, format }: Compact, value: string, path: string, mistakes: Mistake[]): void {
  const mistake = stringMistake(schema, value, path);
  if (mistake !== undefined) mistakes.push(mistake);
  if (format !== '' && !hasFormat(format, value)) {
    const text = `${path} in body must be of type ${format}: ${JSON.stringify(value)}`;
    mistakes.push({ ...invalid(path, value, text), reason: 'FieldValueTypeInvalid' });
  }
}

/** Upstream reports the first of these only. */
function stringMistake(schema: JsonSchema, value: string, path: string): Mistake | undefined {
  const { minLength, maxLength, pattern } = schema;
  const length = minLength === undefined && maxLength === undefined ? 0 : Array.from(value).length;
  if (maxLength !== undefined && length > maxLength) {
    return {
      reason: 'FieldValueTooLong',
      at: path,
      message: `Too long: may not be more than ${maxLength} bytes`,
    };
  }
  if (minLength !== undefined && length < minLength) {
    return invalid(path, value, `${path} in body should be at least ${minLength} chars long`);
  }
  if (pattern === undefined || pattern === '' || matches(schema, value)) return undefined;
  return invalid(path, value, `${path} in body should match '${pattern}'`);
}

/** Patterns come from whoever may write a definition, so they run in linear time. */
function matches(schema: JsonSchema, value: string): boolean {
  let pattern = patterns.get(schema);
  if (pattern === undefined) patterns.set(schema, (pattern = RE2JS.compile(schema.pattern!)));
  return pattern.matcher(value).find();
}

function checkLength(schema: JsonSchema, length: number, path: string, mistakes: Mistake[]): void {
  if (schema.minItems !== undefined && length < schema.minItems)
    mistakes.push(invalid(path, length, `${path} in body should have at least ${schema.minItems} items`));
  if (schema.maxItems !== undefined && length > schema.maxItems)
    mistakes.push(tooMany(path, length, schema.maxItems));
}

function checkObject(
  schema: JsonSchema,
  value: Readonly<Record<string, unknown>>,
  path: string,
  mistakes: Mistake[],
): void {
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name))
      mistakes.push({ reason: 'FieldValueRequired', at: `${path}.${name}`, message: 'Required value' });
  }
  const { minProperties, maxProperties } = schema;
  if (minProperties === undefined && maxProperties === undefined) return;
  const count = Object.keys(value).length;
  if (minProperties !== undefined && count < minProperties)
    mistakes.push(invalid(path, count, `${path} in body should have at least ${minProperties} properties`));
  if (maxProperties !== undefined && count > maxProperties)
    mistakes.push(tooMany(path, count, maxProperties));
}

/** How much the alternatives matched. */
function checkAlternatives(schema: JsonSchema, value: unknown, path: string, mistakes: Mistake[]): number {
  const { allOf, anyOf, oneOf, not } = schema;
  const outcomeOf = (one: JsonSchema): Outcome => judge(compactOf(one), value, path, undefined);
  let matches = 0;
  const merge = (outcome: Outcome | undefined): void => {
    mistakes.push(...(outcome?.mistakes ?? []));
    matches += outcome?.matches ?? 0;
  };
  if (anyOf !== undefined && anyOf.length > 0) {
    const outcomes = anyOf.map(outcomeOf);
    const fitting = outcomes.find(isRight);
    if (fitting === undefined) mistakes.push(logical(`"${path}" must validate at least one schema (anyOf)`));
    merge(fitting ?? nearest(outcomes));
  }
  if (oneOf !== undefined && oneOf.length > 0) {
    const outcomes = oneOf.map(outcomeOf);
    const fitting = outcomes.filter(isRight);
    if (fitting.length !== 1) {
      const found = fitting.length === 0 ? 'Found none valid' : `Found ${fitting.length} valid alternatives`;
      mistakes.push(logical(`"${path}" must validate one and only one schema (oneOf). ${found}`));
    }
    if (fitting.length < 2) merge(fitting[0] ?? nearest(outcomes));
  }
  if (allOf !== undefined && allOf.length > 0) {
    const outcomes = allOf.map(outcomeOf);
    outcomes.forEach(merge);
    const none = outcomes.some(isRight) ? '' : '. None validated';
    if (!outcomes.every(isRight))
      mistakes.push(logical(`"${path}" must validate all the schemas (allOf)${none}`));
  }
  if (not !== undefined && isRight(outcomeOf(not)))
    mistakes.push(logical(`"${path}" must not validate the schema (not)`));
  return matches;
}

const isRight = (outcome: Outcome): boolean => outcome.mistakes.length === 0;

function nearest(outcomes: readonly Outcome[]): Outcome | undefined {
  return outcomes.reduce<Outcome | undefined>(
    (best, one) => (best === undefined || one.matches > best.matches ? one : best),
    undefined,
  );
}

function tooMany(at: string, count: number, most: number): Mistake {
  return {
    reason: 'FieldValueTooMany',
    at,
    message: `Too many: ${count}: must have at most ${most} item${most === 1 ? '' : 's'}`,
  };
}
