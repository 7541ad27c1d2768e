// Generated values of a chart: its defaults with a few of them changed. The same number gives the same values.
import { dump, load } from 'js-yaml';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

function randomOf(seed) {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function* leaves(value, path = []) {
  if (value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0)
    for (const [key, member] of Object.entries(value)) yield* leaves(member, [...path, key]);
  else yield { path, value };
}

function changed(value, random) {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return [0, 1, value + 1, 1_000_000, '7'][random(5)];
  if (typeof value === 'string')
    return ['', 'text', 'a: b', 'two\nlines', `${value}x`, 'yes', '0123', null][random(8)];
  if (Array.isArray(value)) return [[], ['x'], [{ name: 'A', value: 'b' }], null][random(4)];
  if (value === null) return ['x', true, { a: 'b' }, 3][random(4)];
  return [{ a: 'b' }, { 'k8s.io/x': 'y', n: 1 }, null][random(3)];
}

/** A file of values as text. */
export function valuesFor(chart, number) {
  const file = join(chart, 'values.yaml');
  let defaults;
  try {
    defaults = existsSync(file) ? load(readFileSync(file, 'utf8')) : {};
  } catch {
    return '{}\n';
  }
  const all = [...leaves(defaults ?? {})].filter(({ path }) => path.length > 0);
  const random = randomOf(number + chart.length * 31);
  const values = {};
  for (let i = 0; i < Math.min(all.length, 1 + random(6)); i++) {
    const { path, value } = all[random(all.length)];
    let at = values;
    for (const key of path.slice(0, -1)) at = at[key] ??= {};
    if (at !== null && typeof at === 'object') at[path.at(-1)] = changed(value, random);
  }
  return dump(values);
}
