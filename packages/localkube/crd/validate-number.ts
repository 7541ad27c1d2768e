import type { Compact } from './compact.ts';
import { invalid, logical, type Mistake } from './mistake.ts';

/** Texts of upstream for the bounds of a number: what the bound is called, and how a value fails it. */
interface Bound {
  readonly name: string;
  readonly limit: number | undefined;
  readonly exclusive: boolean;
  readonly words: string;
  readonly fails: (value: number, limit: number) => boolean;
}

/**
 * What is wrong with a number. Upstream asks first whether the type can hold the value, then the same of each bound, and
 * compares whole numbers with what is whole of a bound.
 */
export function numberMistakes(node: Compact, value: number, path: string): readonly Mistake[] {
  const { schema } = node;
  const mistakes: Mistake[] = [];
  const holds = (what: string, number: number): boolean => {
    if (isHeld(node, number)) return true;
    mistakes.push(logical(`${what} value must be of type ${typeText(node)} in ${path}`));
    return false;
  };
  holds('Checked', value);
  const { multipleOf } = schema;
  if (multipleOf !== undefined) {
    const native = holds('MultipleOf', multipleOf) && Number.isInteger(value);
    const factor = native ? Math.trunc(multipleOf) : multipleOf;
    const times = factor < 1 ? (1 / factor) * value : value / factor;
    if (factor <= 0)
      mistakes.push(
        invalid(path, factor, `factor MultipleOf declared for ${path} must be positive: ${factor}`),
      );
    else if (!(native ? value % factor === 0 : isNearlyWhole(times)))
      mistakes.push(invalid(path, value, `${path} in body should be a multiple of ${factor}`));
  }
  const bounds: readonly Bound[] = [
    {
      name: 'Maximum',
      limit: schema.maximum,
      exclusive: schema.exclusiveMaximum === true,
      words: 'less than',
      fails: (number, limit) => number > limit,
    },
    {
      name: 'Minimum',
      limit: schema.minimum,
      exclusive: schema.exclusiveMinimum === true,
      words: 'greater than',
      fails: (number, limit) => number < limit,
    },
  ];
  for (const { name, limit, exclusive, words, fails } of bounds) {
    if (limit === undefined) continue;
    const native = holds(`${name} boundary`, limit) && Number.isInteger(value);
    const bound = native ? Math.trunc(limit) : limit;
    if (fails(value, bound) || (exclusive && value === bound))
      mistakes.push(
        invalid(path, value, `${path} in body should be ${words}${exclusive ? '' : ' or equal to'} ${bound}`),
      );
  }
  return mistakes;
}

const largestFloat = 3.4028235677973366e38;

/** Whether the type and the format can hold a number. Several types hold any. */
function isHeld({ types, format }: Compact, number: number): boolean {
  if (types.length !== 1) return true;
  if (types[0] === 'number') return format !== 'float' || Math.abs(number) < largestFloat;
  if (types[0] !== 'integer') return true;
  const most = format === 'int32' ? 2 ** 31 : 2 ** 63;
  return Number.isInteger(number) && number < most && number >= -most;
}

function typeText({ types, format }: Compact): string {
  return `${types[0] ?? ''} ${format === '' ? '(default format)' : `with format ${format}`}`;
}

/** As upstream takes a fraction for a whole number that has only lost its last digits. */
function isNearlyWhole(value: number): boolean {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return false;
  const whole = Math.trunc(value);
  return value === whole || (value > 0 && (value - whole) / (value + whole) < 1e-9);
}
