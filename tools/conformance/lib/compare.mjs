// Two streams of manifests: equal to the byte, equal as objects, or where they differ.
import { load, loadAll, DEFAULT_SCHEMA } from 'js-yaml';

/** By `apiVersion|kind|namespace|name`, further ones of the same name with `#1`, `#2` ... */
export function objectsOf(text) {
  const objects = new Map();
  for (const document of loadAll(text, undefined, { json: true, schema: DEFAULT_SCHEMA })) {
    if (document === null || document === undefined) continue;
    if (typeof document !== 'object' || Object.keys(document).length === 0) continue;
    const { apiVersion, kind, metadata } = document;
    const base = `${apiVersion}|${kind}|${metadata?.namespace ?? ''}|${metadata?.name ?? metadata?.generateName ?? ''}`;
    let name = base;
    for (let n = 1; objects.has(name); n++) name = `${base}#${n}`;
    objects.set(name, document);
  }
  return objects;
}

/** The paths at which two values differ. */
export function differences(a, b, path = '') {
  if (Object.is(a, b)) return [];
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime() ? [] : [path];
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return [path];
  if (Array.isArray(a) !== Array.isArray(b)) return [path];
  if (Array.isArray(a) && a.length !== b.length) return [path];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    key in a && key in b ? differences(a[key], b[key], `${path}/${key}`) : [`${path}/${key}`],
  );
}

/** All differences between two renders, as `object path`. */
export function compareObjects(expected, actual) {
  const [left, right] = [objectsOf(expected), objectsOf(actual)];
  const found = [];
  for (const [name, object] of left) {
    if (!right.has(name)) found.push(`${name} missing`);
    else found.push(...differences(object, right.get(name)).map((path) => `${name} ${path}`));
  }
  for (const name of right.keys()) if (!left.has(name)) found.push(`${name} extra`);
  return found;
}

export { load };
