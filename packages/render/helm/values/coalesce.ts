import { GoError, printValue, typeName } from '@plumbline/languages';
import type { GoMap, Value } from '@plumbline/languages';
import type { HelmChart, HelmProfile } from '../chart/types.ts';
import { copyTable, isTable } from './tables.ts';

/** How values of charts come together. */
export interface Coalescing {
  readonly profile: HelmProfile;
  readonly warn: (message: string) => void;
}

/**
 * The values that a chart and its subcharts see: `values` over the defaults of the chart, subcharts' defaults below
 * both, globals handed down. A null takes a default away. Throws `GoError`.
 */
export function coalesceValues(chart: HelmChart, values: GoMap, how: Coalescing): GoMap {
  return coalesce(chart, copyTable(values), '', false, how);
}

/** The same, but nulls are kept for a later coalescing. */
export function mergeValues(chart: HelmChart, values: GoMap, how: Coalescing): GoMap {
  return coalesce(chart, copyTable(values), '', true, how);
}

function coalesce(chart: HelmChart, into: GoMap, prefix: string, merge: boolean, how: Coalescing): GoMap {
  coalesceOwn(chart, into, prefix, merge, how);
  for (const sub of chart.dependencies) {
    const name = sub.metadata.name;
    const existing = into.get(name);
    if (existing !== undefined && !isTable(existing)) {
      // Upstream prints the value with a verb for truth values, and users know the message by that.
      throw new GoError(`type mismatch on ${name}: ${wrongVerb(existing)}`);
    }
    const own: GoMap = existing ?? new Map();
    const below = join(prefix, chart.metadata.name);
    coalesceGlobals(own, into, below, how);
    into.set(name, coalesce(sub, own, below, merge, how));
  }
  return into;
}

/** Tables of `global` merge from the top down; a conflict between a table and something else keeps what is there. */
function coalesceGlobals(into: GoMap, from: GoMap, prefix: string, how: Coalescing): void {
  const below = into.get('global') ?? (into.has('global') ? null : new Map<string, Value>());
  if (!isTable(below)) {
    how.warn('warning: skipping globals because destination global is not a table.');
    return;
  }
  const above = from.get('global') ?? (from.has('global') ? null : new Map<string, Value>());
  if (!isTable(above)) {
    how.warn('warning: skipping globals because source global is not a table.');
    return;
  }
  for (const [key, value] of above) {
    const existing = below.get(key);
    if (isTable(value)) {
      const copy: GoMap = new Map(value);
      if (existing === undefined) below.set(key, copy);
      else if (!isTable(existing))
        how.warn(`Conflict: cannot merge map onto non-map for ${JSON.stringify(key)}. Skipping.`);
      else {
        coalesceTables(copy, existing, join(prefix, key), true, how);
        below.set(key, copy);
      }
    } else if (isTable(existing)) how.warn(`key ${key} is table. Skipping`);
    else below.set(key, value);
  }
  into.set('global', below);
}

/** A chart's own defaults below what is there. */
function coalesceOwn(chart: HelmChart, into: GoMap, prefix: string, merge: boolean, how: Coalescing): void {
  const below = join(prefix, chart.metadata.name);
  const clean = how.profile === 4;
  for (const [key, value] of copyTable(chart.values)) {
    if (!into.has(key)) {
      if (!merge && clean) {
        if (value === null) continue;
        if (isTable(value)) cleanNulls(value);
      }
      into.set(key, value);
      continue;
    }
    const existing = into.get(key) ?? null;
    if (existing === null && !merge) into.delete(key);
    else if (isTable(existing)) {
      if (!isTable(value)) {
        if (value !== null) how.warn(`warning: skipped value for ${below}.${key}: Not a table.`);
        continue;
      }
      // What belongs to a subchart keeps its nulls: the subchart's own turn takes them.
      const keep = merge || chart.dependencies.some((sub) => sub.metadata.name === key);
      if (!keep && clean) cleanNulls(value);
      coalesceTables(existing, value, join(below, key), keep, how);
    }
  }
}

/** Merges `from` below `into`, which changes and is returned. With `merge` nulls stay. */
export function coalesceTables(
  into: GoMap,
  from: GoMap,
  prefix: string,
  merge: boolean,
  how: Coalescing,
): GoMap {
  const nonNull = new Set<string>();
  for (const [key, value] of from) if (value !== null) nonNull.add(key);
  for (const [key, value] of into) if (value === null) from.set(key, null);
  for (const [key, value] of from) {
    const existing = into.get(key);
    if (existing === null && !merge && nonNull.has(key)) into.delete(key);
    else if (existing === undefined) into.set(key, value);
    else if (isTable(value)) {
      const path = join(prefix, key);
      if (isTable(existing)) coalesceTables(existing, value, path, merge, how);
      else how.warn(`warning: cannot overwrite table with non table for ${path} (${printValue(value)})`);
    } else if (isTable(existing) && value !== null) {
      how.warn(
        `warning: destination for ${join(prefix, key)} is a table. Ignoring non-table value (${printValue(value)})`,
      );
    }
  }
  return into;
}

function cleanNulls(table: GoMap): void {
  for (const [key, value] of table) {
    if (value === null) table.delete(key);
    else if (isTable(value)) cleanNulls(value);
  }
}

function join(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}.${key}`;
}

/** A value behind `%t`, which is only for truth values. */
function wrongVerb(value: Value): string {
  if (typeof value === 'boolean') return String(value);
  return value === null ? '%!t(<nil>)' : `%!t(${typeName(value)}=${printValue(value)})`;
}
