import { equalData } from '@plumbline/base';
import type { SchemaNode } from '@plumbline/api';
import { inStep } from './compare.ts';
import { elementOf } from './path-element.ts';
import { isEmpty, isMap, itemNode, memberNode, shapeOf, type Items } from './shape.ts';

/**
 * The live value with the applied one over it. Neither is changed; what stays is shared with the live one, and the live
 * one itself comes out where nothing changes.
 */
export function mergeTyped(node: SchemaNode, live: unknown, applied: unknown): unknown {
  if (applied === undefined || live === applied) return live;
  if (live === undefined) return mergeNew(node, applied);
  const shape = shapeOf(node, applied);
  if (shape === 'whole' || (isEmpty(live) && isEmpty(applied)))
    return equalData(live, applied) ? live : applied;
  if (shape === 'map') return mergeMaps(node, live, applied);
  return mergeLists(node, Array.isArray(live) ? (live as Items) : [], (applied ?? []) as Items);
}

/** A value that comes new is taken as it is, but for granular lists and maps, which lose nothing either. */
function mergeNew(node: SchemaNode, applied: unknown): unknown {
  return shapeOf(node, applied) === 'map' && isMap(applied) && !isEmpty(applied)
    ? mergeMaps(node, {}, applied)
    : applied;
}

function mergeMaps(node: SchemaNode, live: unknown, applied: unknown): unknown {
  if (!isMap(applied)) return isMap(live) ? live : applied;
  const before: Readonly<Record<string, unknown>> = isMap(live) ? live : {};
  let out: Record<string, unknown> | undefined = isMap(live) ? undefined : {};
  for (const key in applied) {
    const present = Object.hasOwn(before, key);
    const merged = mergeTyped(memberNode(node, key), present ? before[key] : undefined, applied[key]);
    if (present && merged === before[key]) continue;
    out ??= { ...before };
    if (key === '__proto__')
      Object.defineProperty(out, key, {
        value: merged,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else out[key] = merged;
  }
  return out ?? live;
}

/**
 * Applied items come in their own order; live items that are not applied keep their place relative to the live items
 * around them. Live items whose name is not unique are replaced as a whole when one of that name is applied.
 */
function mergeLists(node: SchemaNode, live: Items, applied: Items): unknown {
  if (inStep(node, live, applied)) return mergeInStep(itemNode(node), live, applied);
  const left = index(node, live);
  const right = index(node, applied);
  const shared = right.order.filter((element) => left.items.has(element));
  const merged = new Set<string>();
  const out: unknown[] = [];
  const take = (element: string): void => {
    merged.add(element);
    out.push(mergeTyped(itemNode(node), left.items.get(element), right.items.get(element)));
  };
  let [l, r, s] = [0, 0, 0];
  while (l < left.order.length || r < right.order.length) {
    const [was, is] = [left.order[l], right.order[r]];
    if (was !== undefined && is !== undefined) {
      if (was === is) {
        take(was);
        [l, r, s] = [l + 1, r + 1, s + 1];
        continue;
      }
      // An item of both sides whose turn by the applied order has not come yet.
      if (right.items.has(was) && shared[s] !== undefined && shared[s] !== was) {
        l++;
        continue;
      }
    }
    if (was !== undefined) {
      if (!right.items.has(was)) {
        out.push(live[l++]);
        continue;
      }
      if (merged.has(was)) {
        l++;
        continue;
      }
    }
    if (is === undefined) {
      l++;
      continue;
    }
    take(is);
    if (shared[s] === is) s++;
    r++;
  }
  return out.length === live.length && out.every((item, at) => item === live[at]) ? live : out;
}

/** The same items in the same order, as nearly always. */
function mergeInStep(items: SchemaNode, live: Items, applied: Items): Items {
  let out: unknown[] | undefined;
  for (let i = 0; i < applied.length; i++) {
    const merged = mergeTyped(items, live[i], applied[i]);
    if (merged !== live[i]) (out ??= [...live])[i] = merged;
  }
  return out ?? live;
}

interface Indexed {
  readonly order: readonly string[];
  /** Undefined for names that occur more than once. */
  readonly items: ReadonlyMap<string, unknown>;
}

function index(node: SchemaNode, list: Items): Indexed {
  const items = new Map<string, unknown>();
  const order = list.map((item) => {
    const element = elementOf(node, item);
    items.set(element, items.has(element) ? undefined : item);
    return element;
  });
  return { order, items };
}
