import { sizeOf } from './equality.ts';
import { Format } from './library/formats.ts';
import { CelList, CelMap, CelObject, Opaque, type Value } from './values.ts';

/** The weights of cel-go and Kubernetes. */
export const textFactor = 0.1;
export const patternFactor = 0.25;
export const listCost = 10;
export const mapCost = 30;
export const structCost = 40;
export const authorizationCost = 350_000;
/** What a selector costs for each character besides being read. */
export const selectorFactor = 0.5 * (listCost + structCost);

/** Functions of one cost, whatever they are given. */
export const nominal = new Set(
  (
    'serviceAccount path group resource subresource namespace name allowed reason error errored masked prefixLength ' +
    'family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast format.named sign ' +
    'asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch getScheme ' +
    'getHostname getHost getPort getEscapedPath getQuery'
  ).split(' '),
);

const textsOnce = new Set(['url', 'lowerAscii', 'upperAscii', 'substring', 'trim', 'jsonpatch.escapeKey']);
const reading = new Set(['cidr', 'isIP', 'isCIDR', 'ip', 'quantity', 'isQuantity', 'semver', 'isSemver']);
const traversing = new Set(['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf']);

const traverse = (size: number, times = 1): number => Math.ceil(size * times * textFactor);
const search = (text: number, pattern: number): number =>
  Math.ceil((1 + text) * textFactor) * Math.ceil(pattern * patternFactor);

/** What a call costs, its arguments not counted. */
export function callCost(name: string, overload: string, args: readonly Value[], result: Value): number {
  if (nominal.has(name) || overload === 'cidr_ip') return 1;
  if (name === 'check') return authorizationCost;
  const size = (i: number): number => sizeOf(args[i]!);
  if (traversing.has(name)) return traversalCost(args[0]!);
  if (textsOnce.has(name) || reading.has(name)) return traverse(size(0));
  switch (name) {
    case 'replace':
    case 'split':
    case 'ip.isCanonical':
      return traverse(size(0), 2);
    case 'join':
      return traverse(sizeOf(result), 2);
    case 'find':
    case 'findAll':
      return search(size(0), size(1));
    case 'fieldSelector':
    case 'labelSelector':
      return listCost + traverse(size(1)) + Math.ceil(size(1) * selectorFactor);
    case 'containsIP':
    case 'containsCIDR':
      return networkCost(overload, size(0), size(1));
    case 'validate':
      return args[0] instanceof Format ? search(size(1), args[0].patternSize) : 1;
    case 'slice':
    case 'lists.range':
    case 'reverse':
      return overload.startsWith('list') ? sizeOf(result) + 1 + listCost : standardCost(overload, args);
    case 'flatten':
      return size(0) * (args.length === 2 ? Number(args[1] as bigint) : 1) + 1 + listCost;
    case 'distinct':
    case 'sort':
      return comparisonCost(args[0] as CelList);
    case '@sortByAssociatedKeys':
      return comparisonCost(args[1] as CelList);
    case '_==_':
      return args[0] instanceof Opaque ? 1 : standardCost(overload, args);
    default:
      return standardCost(overload, args);
  }
}

/** Everything is compared with everything, in the worst case. */
function comparisonCost(list: CelList): number {
  const first = list.length === 0 ? null : list.at(0);
  const factor = typeof first === 'string' || first instanceof Uint8Array ? 2 + textFactor : 2;
  return Math.floor(list.length * list.length * factor) + 1 + listCost;
}

function networkCost(overload: string, own: number, other: number): number {
  const within = overload.startsWith('cidr_contains_cidr') ? traverse(own) + 1 : 0;
  return traverse(own, 2) + within + (overload.endsWith('_string') ? traverse(other) : 0);
}

const smallest = /^(?:equals|not_equals|(?:less|greater)(?:_equals)?_(?:string|bytes))$/;

function standardCost(overload: string, args: readonly Value[]): number {
  const size = (i: number): number => sizeOf(args[i]!);
  if (smallest.test(overload)) return traverse(Math.min(size(0), size(1)));
  switch (overload) {
    case 'starts_with_string':
    case 'ends_with_string':
    case 'string_to_bytes':
    case 'bytes_to_string':
    case 'strings_quote':
    case 'string_format':
      return traverse(size(0));
    case 'in_list':
      return size(1);
    case 'add_string':
    case 'add_bytes':
      return traverse(size(0) + size(1));
    case 'matches':
    case 'matches_string':
      return search(size(0), size(1));
    case 'contains_string':
      return traverse(size(0)) * traverse(size(1));
    default:
      return 1;
  }
}

function traversalCost(value: Value): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return Math.floor(value.length * textFactor);
  let cost = 0;
  if (value instanceof CelList) {
    for (const item of value) cost += traversalCost(item);
    return cost;
  }
  if (value instanceof CelMap) {
    for (const key of value.keys()) cost += traversalCost(key) + traversalCost(value.get(key)!);
    return cost;
  }
  if (value instanceof CelObject) {
    for (const name of value.names()) cost += traversalCost(name) + traversalCost(value.get(name)!);
    return cost;
  }
  return 1;
}
