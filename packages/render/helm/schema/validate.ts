import { deepEqual, GoError, GoInt, toGo } from '@plumbline/languages';
import type { Value } from '@plumbline/languages';
import { arrayViolations } from './arrays.ts';
import type { Checking, PatternMatcher, Seen, Verdict } from './checking.ts';
import { asSchema } from './document.ts';
import type { LocatedSchema, SchemaDocument } from './document.ts';
import { formatProblem } from './formats.ts';
import { objectViolations } from './objects.ts';
import { countWords, display, numberOf, numberWords, quote, typeOf } from './words.ts';
import type { Violation } from './words.ts';

/** More nesting than any schema has; a circle of references ends here. */
const depthMax = 400;

/** Checks a value against a schema document. Throws `GoError` when the schema cannot be used. */
export function checkSchema(
  document: SchemaDocument,
  value: Value,
  matches: PatternMatcher,
): readonly Violation[] {
  const verdict = check({ document, matches, check, depth: 0 }, document.root, value, []);
  // A bracket around everything is not shown.
  return verdict.violations.flatMap((violation) =>
    violation.kind === 'group' ? violation.causes : [violation],
  );
}

const nothingSeen = (): Seen => ({ keys: new Set(), items: 0, more: new Set() });

/** Applies a schema to a value. At most one violation comes out: several stand in a bracket. */
function check(checking: Checking, schema: LocatedSchema, value: Value, at: readonly string[]): Verdict {
  const seen = nothingSeen();
  const { node } = schema;
  const fail = (text: string): Verdict => ({ violations: [{ at, text, causes: [] }], seen });
  if (typeof node === 'boolean') return node ? { violations: [], seen } : fail('false schema');
  if (checking.depth > depthMax) throw new GoError('the schema refers to itself in a circle');
  const deeper = { ...checking, depth: checking.depth + 1 };
  const found: Violation[] = [];
  const isOldReference = schema.draft < 2019 && typeof node['$ref'] === 'string';
  if (!isOldReference) {
    const simple = simpleViolation(checking, schema, value);
    if (simple !== undefined) return fail(simple);
  }
  if (typeof node['$ref'] === 'string') {
    applyReference(deeper, schema, node['$ref'], value, at, found, seen);
    if (isOldReference) return { violations: found, seen };
  }
  if (value instanceof Map) found.push(...objectViolations(deeper, schema, value, at, seen));
  else if (Array.isArray(value)) found.push(...arrayViolations(deeper, schema, value, at, seen));
  else if (typeof value === 'string') found.push(...textViolations(checking, node, value, at));
  else found.push(...numberViolations(node, value, at));
  if (schema.draft >= 2019) {
    for (const keyword of ['$recursiveRef', '$dynamicRef']) {
      const reference = node[keyword];
      if (typeof reference === 'string') applyReference(deeper, schema, reference, value, at, found, seen);
    }
  }
  found.push(...combinedViolations(deeper, schema, value, at, seen));
  if (schema.draft >= 2019) found.push(...unevaluatedViolations(deeper, schema, value, at, seen));
  return { violations: bracket(found, at), seen };
}

/** Several violations of one value become one with causes. */
function bracket(found: readonly Violation[], at: readonly string[]): readonly Violation[] {
  if (found.length < 2) return found;
  return [{ at, text: 'validation failed', causes: found, kind: 'group' }];
}

function applyReference(
  checking: Checking,
  schema: LocatedSchema,
  reference: string,
  value: Value,
  at: readonly string[],
  found: Violation[],
  seen: Seen,
): void {
  const verdict = check(checking, checking.document.resolve(schema, reference), value, at);
  const [violation] = verdict.violations;
  if (violation === undefined) return merge(seen, verdict.seen);
  const causes = violation.kind === 'group' ? violation.causes : [violation];
  found.push({ at, text: 'validation failed', causes, kind: 'reference' });
}

/** Type, const, enum and format: the first that fails is all that is said. */
function simpleViolation(checking: Checking, schema: LocatedSchema, value: Value): string | undefined {
  const node = schema.node as Readonly<Record<string, unknown>>;
  const types = typesOf(node['type']);
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
    return `got ${typeOf(value)}, want ${types.join(' or ')}`;
  }
  if (schema.draft >= 6 && 'const' in node && !equals(value, node['const'])) {
    const wanted = node['const'];
    return wanted !== null && typeof wanted === 'object'
      ? "'const' failed"
      : `value must be ${display(wanted)}`;
  }
  const allowed = node['enum'];
  if (Array.isArray(allowed) && !allowed.some((item) => equals(value, item))) return enumText(allowed);
  const format = node['format'];
  if (typeof format !== 'string' || typeof value !== 'string' || schema.draft >= 2019) return undefined;
  const wrong = formatProblem(format, value, (pattern) => checking.matches(pattern, '') !== undefined);
  return wrong === undefined ? undefined : `${display(value)} is not valid ${format}: ${wrong}`;
}

function enumText(allowed: readonly unknown[]): string {
  if (allowed.some((item) => item !== null && typeof item === 'object')) return "'enum' failed";
  const [only] = allowed;
  if (allowed.length === 1) return `value must be ${display(only)}`;
  return `value must be one of ${allowed.map(display).join(', ')}`;
}

const typeOrder = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object'];

function typesOf(type: unknown): readonly string[] {
  const named = typeof type === 'string' ? [type] : Array.isArray(type) ? type : [];
  return typeOrder.filter((known) => named.includes(known));
}

function isOfType(value: Value, type: string): boolean {
  if (type !== 'integer') return typeOf(value) === type;
  return value instanceof GoInt || (typeof value === 'number' && Number.isInteger(value));
}

function equals(value: Value, wanted: unknown): boolean {
  const number = numberOf(value);
  return number === undefined ? deepEqual(plainNumbers(value), toGo(wanted)) : number === wanted;
}

/** Numbers of `--set` count like those of files. */
function plainNumbers(value: Value): Value {
  if (value instanceof GoInt) return Number(value.n);
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (!(value instanceof Map)) return value;
  return new Map([...value].map(([key, item]): [string, Value] => [key, plainNumbers(item)]));
}

function textViolations(
  checking: Checking,
  node: Readonly<Record<string, unknown>>,
  text: string,
  at: readonly string[],
): Violation[] {
  const found: Violation[] = [];
  const add = (words: string) => found.push({ at, text: words, causes: [] });
  const { minLength: min, maxLength: max, pattern } = node;
  const length = typeof min === 'number' || typeof max === 'number' ? Array.from(text).length : 0;
  if (typeof min === 'number' && length < min)
    add(`minLength: got ${countWords(length)}, want ${countWords(min)}`);
  if (typeof max === 'number' && length > max)
    add(`maxLength: got ${countWords(length)}, want ${countWords(max)}`);
  if (typeof pattern === 'string' && checking.matches(pattern, text) === false) {
    add(`${quote(text)} does not match pattern ${quote(pattern)}`);
  }
  return found;
}

function numberViolations(
  node: Readonly<Record<string, unknown>>,
  value: Value,
  at: readonly string[],
): Violation[] {
  const number = numberOf(value);
  if (number === undefined) return [];
  const found: Violation[] = [];
  const add = (keyword: string, wanted: number) =>
    found.push({
      at,
      text: `${keyword}: got ${numberWords(number)}, want ${numberWords(wanted)}`,
      causes: [],
    });
  const strictMin = node['exclusiveMinimum'] === true;
  const strictMax = node['exclusiveMaximum'] === true;
  const { minimum, maximum, multipleOf: multiple } = node;
  if (typeof minimum === 'number') {
    if (strictMin ? number <= minimum : number < minimum)
      add(strictMin ? 'exclusiveMinimum' : 'minimum', minimum);
  }
  if (typeof maximum === 'number') {
    if (strictMax ? number >= maximum : number > maximum)
      add(strictMax ? 'exclusiveMaximum' : 'maximum', maximum);
  }
  const { exclusiveMinimum: above, exclusiveMaximum: below } = node;
  if (typeof above === 'number' && number <= above) add('exclusiveMinimum', above);
  if (typeof below === 'number' && number >= below) add('exclusiveMaximum', below);
  if (typeof multiple === 'number' && !isMultiple(number, multiple)) add('multipleOf', multiple);
  return found;
}

function isMultiple(value: number, of: number): boolean {
  if (of === 0) return false;
  const quotient = value / of;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

function combinedViolations(
  checking: Checking,
  schema: LocatedSchema,
  value: Value,
  at: readonly string[],
  seen: Seen,
): Violation[] {
  const node = schema.node as Readonly<Record<string, unknown>>;
  const found: Violation[] = [];
  const apply = (part: unknown): Verdict => {
    const verdict = check(checking, { ...schema, node: asSchema(part) }, value, at);
    if (verdict.violations.length === 0) merge(seen, verdict.seen);
    return verdict;
  };
  if ('not' in node && apply(node['not']).violations.length === 0) {
    found.push({ at, text: "'not' failed", causes: [] });
  }
  const all = listOf(node['allOf']).flatMap((part) => apply(part).violations);
  if (all.length > 0) found.push({ at, text: "'allOf' failed", causes: all });
  const any = listOf(node['anyOf']);
  if (any.length > 0) {
    const verdicts = any.map(apply);
    if (verdicts.every(({ violations }) => violations.length > 0)) {
      found.push({ at, text: "'anyOf' failed", causes: verdicts.flatMap(({ violations }) => violations) });
    }
  }
  const one = listOf(node['oneOf']);
  if (one.length > 0) found.push(...oneOfViolations(one.map(apply), at));
  if ('if' in node && schema.draft >= 7) {
    const branch = apply(node['if']).violations.length === 0 ? node['then'] : node['else'];
    if (branch !== undefined) found.push(...apply(branch).violations);
  }
  return found;
}

function oneOfViolations(verdicts: readonly Verdict[], at: readonly string[]): Violation[] {
  const matched = verdicts.flatMap(({ violations }, i) => (violations.length === 0 ? [i] : []));
  if (matched.length === 1) return [];
  const [first, second] = matched;
  if (first !== undefined) {
    return [{ at, text: `'oneOf' failed, subschemas ${first}, ${second} matched`, causes: [] }];
  }
  const causes = verdicts.flatMap(({ violations }) => violations);
  return [{ at, text: "'oneOf' failed, none matched", causes }];
}

function unevaluatedViolations(
  checking: Checking,
  schema: LocatedSchema,
  value: Value,
  at: readonly string[],
  seen: Seen,
): Violation[] {
  const node = schema.node as Readonly<Record<string, unknown>>;
  const found: Violation[] = [];
  const apply = (part: unknown, item: Value, key: string) =>
    found.push(...check(checking, { ...schema, node: asSchema(part) }, item, [...at, key]).violations);
  if (value instanceof Map && 'unevaluatedProperties' in node) {
    for (const key of [...value.keys()].toSorted()) {
      if (!seen.keys.has(key)) apply(node['unevaluatedProperties'], value.get(key) ?? null, key);
      seen.keys.add(key);
    }
  }
  if (Array.isArray(value) && 'unevaluatedItems' in node) {
    value.forEach((item, i) => {
      if (i >= seen.items && !seen.more.has(i)) apply(node['unevaluatedItems'], item, String(i));
    });
    seen.items = value.length;
  }
  return found;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function merge(into: Seen, from: Seen): void {
  for (const key of from.keys) into.keys.add(key);
  for (const item of from.more) into.more.add(item);
  into.items = Math.max(into.items, from.items);
}
