import { add, cap, fixed, most, multiply, scale, unknown, type CostRange } from './cost-range.ts';
import {
  authorizationCost,
  listCost,
  nominal,
  patternFactor,
  selectorFactor,
  textFactor,
} from './cost-runtime.ts';
import type { CelType } from './types.ts';
import type { Value } from './values.ts';

/** What the estimate knows of an argument. */
export interface Argument {
  readonly type: CelType;
  readonly size: CostRange | undefined;
  /** The value, where it is written out. */
  readonly literal: Value | undefined;
  /** The size of the items of a list that comes from a declared place. */
  itemSize(): CostRange | undefined;
}

export interface Estimate {
  readonly cost: CostRange;
  /** How large the result can be. */
  readonly size?: CostRange;
}

const sizeOf = (argument: Argument | undefined): CostRange => argument?.size ?? unknown;
const plusOne = (size: CostRange): CostRange => add(size, fixed(1));
const one: Estimate = { cost: fixed(1) };

/** The characters of Kubernetes' longest imagined pattern of a name. */
const namePatternSize = 128;
const namedFormatSize = 64;

/** What a call can cost, its arguments not counted. */
export function estimateCall(
  name: string,
  overload: string,
  target: Argument | undefined,
  args: readonly Argument[],
): Estimate {
  if (nominal.has(name) || overload === 'cidr_ip') return one;
  const kubernetes = kubernetesCost(name, overload, target, args);
  return kubernetes ?? standardCost(overload, target, args);
}

function kubernetesCost(
  name: string,
  overload: string,
  target: Argument | undefined,
  args: readonly Argument[],
): Estimate | undefined {
  const [first] = args;
  switch (name) {
    case 'check':
      return { cost: fixed(authorizationCost) };
    case 'fieldSelector':
    case 'labelSelector': {
      const size = sizeOf(first);
      return { cost: add(add(fixed(listCost), scale(size, textFactor)), scale(size, selectorFactor)) };
    }
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf':
      return target === undefined ? undefined : { cost: traversal(target) };
    case 'url':
    case 'jsonpatch.escapeKey':
      return { cost: scale(sizeOf(first), textFactor), size: sizeOf(first) };
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
      return { cost: scale(sizeOf(target), textFactor), size: sizeOf(target) };
    case 'replace':
      return replaceCost(sizeOf(target), sizeOf(first), sizeOf(args[1]));
    case 'split': {
      const limit = args[1]?.literal;
      const max = typeof limit === 'bigint' ? (limit < 0n ? most : Number(limit)) : sizeOf(target).max;
      return { cost: scale(sizeOf(target), 2 * textFactor), size: { min: 0, max } };
    }
    case 'join':
      return target === undefined ? undefined : joinCost(target, first);
    case 'find':
    case 'findAll': {
      const text = scale(plusOne(sizeOf(target)), textFactor);
      const pattern = scale(sizeOf(first), patternFactor);
      return { cost: multiply(text, pattern), size: { min: 0, max: sizeOf(target).max } };
    }
    case 'cidr':
    case 'isIP':
    case 'isCIDR':
    case 'ip':
    case 'quantity':
    case 'isQuantity':
    case 'semver':
    case 'isSemver':
      return { cost: scale(sizeOf(first), textFactor) };
    case 'ip.isCanonical':
      return { cost: scale(sizeOf(first), 2 * textFactor) };
    case 'containsIP':
    case 'containsCIDR':
      return { cost: networkCost(overload, sizeOf(first)) };
    case 'validate':
      return { cost: scale(scale(sizeOf(first), textFactor), namePatternSize * patternFactor) };
    case 'slice':
    case 'lists.range':
    case 'reverse':
    case 'flatten':
    case 'distinct':
    case 'sort':
    case '@sortByAssociatedKeys':
      return listCallCost(name, target, args);
    case '_==_':
      return opaqueEquality(args);
    default:
      return undefined;
  }
}

/** One for each element, and reading it where elements are texts. */
function traversal(target: Argument): CostRange {
  const [item] = target.type.params;
  if (item === undefined) return scale(sizeOf(target), textFactor);
  if (item.kind !== 'string' && item.kind !== 'bytes') return multiply(sizeOf(target), fixed(1));
  return multiply(sizeOf(target), add(fixed(1), scale(target.itemSize() ?? unknown, textFactor)));
}

function replaceCost(text: CostRange, from: CostRange, to: CostRange): Estimate {
  let most_ = { count: 0, kept: 0 };
  if (from.min === 0) most_ = { count: cap(text.max + 1), kept: text.max };
  else if (to.max <= from.min) most_ = { count: 0, kept: text.max };
  else most_ = { count: Math.ceil(text.max / from.min), kept: 0 };
  let least = { count: 0, kept: 0 };
  if (from.max === 0) least = { count: cap(text.min + 1), kept: text.min };
  else if (from.max <= to.min) least = { count: 0, kept: text.min };
  else least = { count: Math.ceil(text.min / from.max), kept: 0 };
  return {
    cost: scale(text, 2 * textFactor),
    size: { min: cap(least.count * to.min + least.kept), max: cap(most_.count * to.max + most_.kept) },
  };
}

function joinCost(target: Argument, separator: Argument | undefined): Estimate {
  const list = sizeOf(target);
  let size = target.type.params.length > 0 ? multiply(list, target.itemSize() ?? unknown) : fixed(0);
  if (separator !== undefined) {
    const gaps = { min: Math.max(0, list.min - 1), max: Math.max(0, list.max - 1) };
    size = add(size, multiply(sizeOf(separator), gaps));
  }
  return { cost: scale(size, textFactor), size };
}

const intOf = (argument: Argument | undefined, otherwise: number): number =>
  typeof argument?.literal === 'bigint' ? Math.max(0, Number(argument.literal)) : otherwise;

/** Upstream counts without a sign: less than nothing is very much. */
const sliceSize = (start: number, end: number): number => (end < start ? most : end - start);

/** Functions that make a list pay for each element, or for each pair of elements where they compare all with all. */
function listCallCost(name: string, target: Argument | undefined, args: readonly Argument[]): Estimate {
  const made = (size: CostRange, factor: number): Estimate => ({
    cost: add(scale(size, factor), fixed(1 + listCost)),
    size,
  });
  switch (name) {
    case 'slice':
      return made(fixed(sliceSize(intOf(args[0], 0), intOf(args[1], sizeOf(target).max))), 1);
    case 'lists.range':
      return made(fixed(intOf(args[0], most)), 1);
    case 'reverse':
      return made(sizeOf(target), 1);
    case 'flatten':
      return made(sizeOf(target), args.length === 0 ? 1 : intOf(args[0], most));
    case 'distinct':
      return made(multiply(sizeOf(target), sizeOf(target)), 2);
    default: {
      const keys = name === 'sort' ? target : args[0];
      const kind = keys?.type.params[0]?.kind;
      return made(
        multiply(sizeOf(keys), sizeOf(keys)),
        kind === 'string' || kind === 'bytes' ? 2 + textFactor : 2,
      );
    }
  }
}

const addressSize: CostRange = { min: 4, max: 16 };

function networkCost(overload: string, other: CostRange): CostRange {
  let cost = scale(add(addressSize, addressSize), textFactor);
  if (overload.startsWith('cidr_contains_cidr'))
    cost = add(add(cost, scale(addressSize, textFactor)), fixed(1));
  return overload.endsWith('_string') ? add(cost, scale(other, textFactor)) : cost;
}

function opaqueEquality(args: readonly Argument[]): Estimate | undefined {
  const [left, right] = args;
  if (left?.type.kind !== 'opaque' || left.type.name !== right?.type.name) return undefined;
  switch (left.type.name) {
    case 'optional_type':
      return undefined;
    case 'kubernetes.NamedFormat':
      return { cost: scale({ min: 1, max: namedFormatSize }, textFactor) };
    case 'kubernetes.URL':
      return { cost: scale({ min: 1, max: right.size?.max ?? 1 }, textFactor) };
    default:
      return one;
  }
}

const smallest = /^(?:equals|not_equals|(?:less|greater)(?:_equals)?_(?:string|bytes))$/;

function standardCost(overload: string, target: Argument | undefined, args: readonly Argument[]): Estimate {
  const [first, second] = args;
  if (smallest.test(overload)) {
    const max = Math.min(sizeOf(first).max, sizeOf(second).max);
    return { cost: scale({ min: max > 0 ? 1 : 0, max }, textFactor) };
  }
  switch (overload) {
    case 'string_format':
      return { cost: scale(sizeOf(target), textFactor) };
    case 'string_to_bytes':
      return {
        cost: scale(sizeOf(first), textFactor),
        size: { min: sizeOf(first).min, max: cap(sizeOf(first).max * 4) },
      };
    case 'bytes_to_string':
      return {
        cost: scale(sizeOf(first), textFactor),
        size: { min: Math.floor(sizeOf(first).min / 4), max: sizeOf(first).max },
      };
    case 'strings_quote':
      return {
        cost: scale(sizeOf(first), textFactor),
        size: { min: sizeOf(first).min + 2, max: cap(sizeOf(first).max * 2 + 2) },
      };
    case 'starts_with_string':
    case 'ends_with_string':
      return { cost: scale(sizeOf(first), textFactor) };
    case 'in_list':
      return { cost: sizeOf(second) };
    case 'matches_string':
      return {
        cost: multiply(scale(plusOne(sizeOf(target)), textFactor), scale(sizeOf(first), patternFactor)),
      };
    case 'contains_string':
      return { cost: multiply(scale(sizeOf(target), textFactor), scale(sizeOf(first), textFactor)) };
    case 'add_list':
      return { cost: fixed(1), size: add(sizeOf(first), sizeOf(second)) };
    case 'add_string':
    case 'add_bytes': {
      const size = add(sizeOf(first), sizeOf(second));
      return { cost: scale(size, textFactor), size };
    }
    default:
      return one;
  }
}
