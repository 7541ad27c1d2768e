import { GoError, deepEqual, isEmpty, kindName, textOf, typeName } from '../go/index.ts';
import type { GoFunction, Value } from '../go/index.ts';
import { fn, variadic } from './define.ts';
import { parseJson } from './json-read.ts';
import { writeJson } from './json-write.ts';

/** Defaults, JSON, and what a value is. */
export const defaultFunctions: Readonly<Record<string, GoFunction>> = {
  default: variadic(['any'], 'any', 'any', (given, fallback) => {
    const value = given[0] ?? null;
    return isEmpty(value) ? fallback : value;
  }),
  empty: fn(['any'], 'bool', isEmpty),
  coalesce: variadic([], 'any', 'any', (values) => values.find((value) => !isEmpty(value)) ?? null),
  all: variadic([], 'any', 'bool', (values) => !values.some(isEmpty)),
  any: variadic([], 'any', 'bool', (values) => values.some((value) => !isEmpty(value))),
  ternary: fn(['any', 'any', 'bool'], 'any', (yes, no, test) => (test ? yes : no)),
  fail: fn(['string'], 'string', (message) => {
    throw new GoError(message);
  }),
  hello: fn([], 'string', () => 'Hello!'),

  fromJson: fn(['string'], 'any', (text) => orElse(null, () => parseJson(text))),
  mustFromJson: fn(['string'], 'any', parseJson),
  toJson: fn(['any'], 'string', (value) => orElse('', () => writeJson(value))),
  mustToJson: fn(['any'], 'string', (value) => writeJson(value)),
  toPrettyJson: fn(['any'], 'string', (value) => orElse('', () => writeJson(value, { pretty: true }))),
  mustToPrettyJson: fn(['any'], 'string', (value) => writeJson(value, { pretty: true })),
  toRawJson: fn(['any'], 'string', (value) => writeJson(value, { raw: true })),
  mustToRawJson: fn(['any'], 'string', (value) => writeJson(value, { raw: true })),

  toString: fn(['any'], 'string', textOf),
  typeOf: fn(['any'], 'string', typeName),
  typeIs: fn(['string', 'any'], 'bool', (type, value) => typeName(value) === type),
  typeIsLike: fn(['string', 'any'], 'bool', (type, value) => {
    const own = typeName(value);
    return own === type || own === `*${type}`;
  }),
  kindOf: fn(['any'], 'string', kindName),
  kindIs: fn(['string', 'any'], 'bool', (kind, value) => kindName(value) === kind),
  deepEqual: fn(['any', 'any'], 'bool', (a, b) => deepEqual(a, b)),
};

/** Upstream drops the errors of the functions that are not `must`. */
function orElse(fallback: Value, run: () => Value): Value {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof GoError) return fallback;
    throw thrown;
  }
}
