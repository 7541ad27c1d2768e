import { equalData } from '@plumbline/base';
import { CelOptional, celNone, type CelValue, type DeclaredType } from '@plumbline/languages';
import type { FieldError } from '../registry/types.ts';
import { additionalOf, isData, isEmbedded, type JsonSchema } from './json-schema.ts';
import {
  compileRules,
  declaredType,
  fieldPathOf,
  hasRules,
  type CompiledRule,
  type RuleText,
} from './rules.ts';

/** The rules of a schema and of what lies below it; levels without rules are left out. */
interface Level {
  readonly schema: JsonSchema;
  readonly declared: DeclaredType;
  readonly rules: readonly CompiledRule[];
  readonly also: readonly Level[];
  readonly properties: ReadonlyMap<string, Level>;
  readonly other: Level | undefined;
  readonly items: Level | undefined;
}

/** As upstream: what all rules of an object may cost together. */
const budgetMax = 10_000_000;
const messageBytesMax = 5 * 1024;

/** Runs the rules of an object. `previous`: its state before an update. */
export type RunRules = (object: unknown, previous: unknown) => readonly FieldError[];

/** Prepares the rules of a schema; undefined where there are none. */
export function prepareRules(schema: JsonSchema): RunRules | undefined {
  const level = hasRules(schema) ? prepare(schema, schema, true) : undefined;
  if (level === undefined) return undefined;
  return (object, previous) => {
    const run: Run = { errors: [], budget: budgetMax };
    const tie: Tie = previous === undefined ? {} : { here: { now: object, before: previous, schema } };
    visit(run, level, '', object, previous, tie);
    return run.errors;
  };
}

/** `rules`: where they are written, which is the schema itself or one of its alternatives. */
function prepare(rules: JsonSchema, schema: JsonSchema, root: boolean): Level | undefined {
  if (!hasRules(rules)) return undefined;
  const declared = declaredType(schema, root);
  if (declared === undefined) return undefined;
  const below = (inner: JsonSchema | undefined, of: JsonSchema | undefined): Level | undefined =>
    inner === undefined || of === undefined ? undefined : prepare(inner, of, isEmbedded(of));
  const properties = new Map<string, Level>();
  for (const [name, inner] of Object.entries(rules.properties ?? {})) {
    const level = below(inner, schema.properties?.[name]);
    if (level !== undefined) properties.set(name, level);
  }
  return {
    schema,
    declared,
    rules: compileRules(rules, declared),
    also: (rules.allOf ?? []).flatMap((inner) => prepare(inner, schema, root) ?? []),
    properties,
    other: below(additionalOf(rules), additionalOf(schema)),
    items: below(rules.items, schema.items),
  };
}

interface Run {
  readonly errors: FieldError[];
  /** Below zero: nothing runs any more. */
  budget: number;
}

/** A value beside what it was; errors of what did not change do not stop an update. */
interface Pair {
  readonly now: unknown;
  readonly before: unknown;
  readonly schema: JsonSchema;
}

interface Tie {
  readonly here?: Pair | undefined;
  readonly nearest?: Pair | undefined;
}

function visit(run: Run, level: Level, path: string, now: unknown, before: unknown, tie: Tie): void {
  if (now === null || now === undefined) return;
  runLevel(run, level, path, now, before ?? undefined, tie);
  for (const also of level.also) {
    if (run.budget < 0) return;
    visit(run, also, path, now, before, { nearest: tie.nearest });
  }
  if (run.budget < 0) return;
  if (Array.isArray(now)) visitItems(run, level, path, now as readonly unknown[], before, tie);
  else if (isData(now)) visitMembers(run, level, path, now, isData(before) ? before : {}, tie);
}

function visitMembers(
  run: Run,
  level: Level,
  path: string,
  now: Readonly<Record<string, unknown>>,
  before: Readonly<Record<string, unknown>>,
  tie: Tie,
): void {
  for (const key of Object.keys(now)) {
    const property = level.properties.get(key);
    const inner = property ?? level.other;
    if (inner === undefined) continue;
    const at = property === undefined ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    visit(run, inner, at, now[key], before[key], tieOfKey(tie, key, inner.schema));
    if (run.budget < 0) return;
  }
}

function visitItems(
  run: Run,
  level: Level,
  path: string,
  now: readonly unknown[],
  before: unknown,
  tie: Tie,
): void {
  const { items } = level;
  if (items === undefined) return;
  const find = oldItems(level.schema, before);
  for (const [i, item] of now.entries()) {
    const before = find(item);
    visit(run, items, `${path}[${i}]`, item, before, tieOfItem(tie, item, items.schema));
    if (run.budget < 0) return;
  }
}

function tieOfKey(tie: Tie, key: string, schema: JsonSchema): Tie {
  const { here } = tie;
  if (here === undefined) return tie;
  if (tie.nearest === undefined && (key === 'apiVersion' || key === 'kind')) return {};
  const both =
    isData(here.now) &&
    isData(here.before) &&
    Object.hasOwn(here.now, key) &&
    Object.hasOwn(here.before, key);
  if (!both) return { nearest: here };
  const { now, before } = here as { now: Record<string, unknown>; before: Record<string, unknown> };
  return { here: { now: now[key], before: before[key], schema }, nearest: here };
}

function tieOfItem(tie: Tie, item: unknown, schema: JsonSchema): Tie {
  const { here } = tie;
  if (here === undefined) return tie;
  const before = oldItems(here.schema, here.before)(item);
  return before === undefined ? { nearest: here } : { here: { now: item, before, schema }, nearest: here };
}

/** Only items of keyed lists can be told apart. */
function oldItems(schema: JsonSchema, before: unknown): (item: unknown) => unknown {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(before)) return () => undefined;
  const keyOf = (item: unknown): string =>
    JSON.stringify(isData(item) ? keys.map((key) => item[key] ?? null) : null);
  const known = new Map((before as readonly unknown[]).map((item) => [keyOf(item), item]));
  return (item) => known.get(keyOf(item));
}

function isUnchanged({ here, nearest }: Tie): boolean {
  const pair = here ?? nearest;
  return pair !== undefined && equalData(pair.now, pair.before);
}

function runLevel(run: Run, level: Level, path: string, now: unknown, before: unknown, tie: Tie): void {
  if (level.rules.length === 0) return;
  const type = level.schema.type ?? '';
  const fail = (why: string): void => {
    run.errors.push({
      reason: 'FieldValueInvalid',
      field: path,
      message: `Invalid value: ${JSON.stringify(type)}: ${why}`,
    });
  };
  if (run.budget <= 0) {
    fail('validation failed due to running out of cost budget, no further validation rules will be run');
    run.budget = -1;
    return;
  }
  const { declared } = level;
  const self = (): CelValue => declared.adapt(now);
  const old = before === undefined ? undefined : (): CelValue => declared.adapt(before);
  for (const rule of level.rules) {
    if (rule.error !== undefined) fail(`rule compile error: ${rule.error}`);
    if (rule.program === undefined) continue;
    const optional = rule.text.optionalOldSelf === true;
    if (rule.usesOldSelf && old === undefined && !optional) continue;
    const oldSelf = optional ? () => (old === undefined ? celNone : new CelOptional(old())) : old;
    const { result, cost } = rule.program.evaluate({ self, oldSelf });
    if (cost > run.budget) {
      fail('validation failed due to running out of cost budget, no further validation rules will be run');
      run.budget = -1;
      return;
    }
    run.budget -= cost;
    if (!result.ok) {
      fail(failureText(result.error, rule.text));
      if (!result.error.overBudget) continue;
      run.budget = -1;
      return;
    }
    if (result.value === true || (!rule.usesOldSelf && isUnchanged(tie))) continue;
    const detail = detailOf(run, rule, { self, oldSelf: old });
    if (detail === undefined) {
      fail(
        'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run',
      );
      run.budget = -1;
      return;
    }
    run.errors.push(errorOf(level, path, rule.text, now, detail));
  }
}

function failureText(
  error: { readonly message: string; readonly overBudget: boolean },
  text: RuleText,
): string {
  const { message } = error;
  const shown = ruleShown(text);
  if (error.overBudget)
    return `'${message}': no further validation rules will be run due to call cost exceeds limit for rule: ${shown}`;
  if (message.startsWith('no such overload'))
    return `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${shown}`;
  return `${message} evaluating rule: ${shown}`;
}

function ruleShown({ message, rule }: RuleText): string {
  return (message === '' ? rule : message).trim();
}

interface Bound {
  readonly self: () => CelValue;
  readonly oldSelf: (() => CelValue) | undefined;
}

/** What the error says; undefined when making the text would cost too much. */
function detailOf(run: Run, rule: CompiledRule, bound: Bound): string | undefined {
  const { message, rule: source } = rule.text;
  const written = message === '' ? `failed rule: ${source.trim()}` : message.trim();
  if (rule.message === undefined) return written;
  const { result, cost } = rule.message.evaluate({ self: bound.self, oldSelf: bound.oldSelf });
  if (cost > run.budget || (!result.ok && result.error.overBudget)) return undefined;
  run.budget -= cost;
  if (!result.ok || typeof result.value !== 'string') return written;
  const text = result.value.trim();
  return text === '' || text.includes('\n') || Buffer.byteLength(text) > messageBytesMax ? written : text;
}

function errorOf(level: Level, path: string, text: RuleText, now: unknown, detail: string): FieldError {
  const below = text.fieldPath === '' ? '' : (fieldPathOf(level.schema, text.fieldPath) ?? '');
  const field = below === '' ? path : path === '' ? below : `${path}.${below}`;
  const { type } = level.schema;
  const value = type === 'object' || type === 'array' ? '' : `: ${JSON.stringify(now)}`;
  switch (text.reason) {
    case 'FieldValueForbidden':
      return { reason: text.reason, field, message: `Forbidden: ${detail}` };
    case 'FieldValueRequired':
      return { reason: text.reason, field, message: `Required value: ${detail}` };
    case 'FieldValueDuplicate':
      return { reason: text.reason, field, message: `Duplicate value${value}` };
    default:
      return { reason: 'FieldValueInvalid', field, message: `Invalid value${value}: ${detail}` };
  }
}
