// What several kinds of sequences use: where objects go, and patches from one object to another.
import { kinds, objectOf } from './kinds.mjs';

/** A kind that needs a namespace of its own gets it first. */
export function home(world) {
  const { kind, id } = world;
  if (kinds[kind]?.alone !== true) return { namespace: world.namespace, first: [] };
  const namespace = `${id}-ns`;
  return {
    namespace,
    first: [
      {
        method: 'POST',
        path: '/api/v1/namespaces',
        body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
        setup: true,
      },
    ],
  };
}

export const nameOf = (kind, id) => kinds[kind].name ?? id;

/** An object of the kind in its namespace. */
export function example(world, namespace, name = nameOf(world.kind, world.id)) {
  const made = objectOf(world.r, world.kind, name, namespace);
  return JSON.parse(JSON.stringify(made).replaceAll('{ns}', namespace));
}

/** Patches that lead from one object to another, in three languages. */
export function patchBetween(r, before, after) {
  const kind = r.pick(['merge', 'merge', 'json', 'strategic']);
  if (kind === 'json') return { type: 'application/json-patch+json', body: jsonPatch(before, after, '') };
  return {
    type: kind === 'merge' ? 'application/merge-patch+json' : 'application/strategic-merge-patch+json',
    body: mergePatch(before, after),
  };
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

export function mergePatch(before, after) {
  const patch = {};
  for (const key of Object.keys(before)) if (!(key in after)) patch[key] = null;
  for (const [key, value] of Object.entries(after)) {
    if (same(before[key], value)) continue;
    patch[key] = isObject(value) && isObject(before[key]) ? mergePatch(before[key], value) : value;
  }
  return patch;
}

const escaped = (key) => key.replaceAll('~', '~0').replaceAll('/', '~1');

export function jsonPatch(before, after, at) {
  const operations = [];
  for (const key of Object.keys(before))
    if (!(key in after)) operations.push({ op: 'remove', path: `${at}/${escaped(key)}` });
  for (const [key, value] of Object.entries(after)) {
    if (same(before[key], value)) continue;
    if (isObject(value) && isObject(before[key]))
      operations.push(...jsonPatch(before[key], value, `${at}/${escaped(key)}`));
    else operations.push({ op: key in before ? 'replace' : 'add', path: `${at}/${escaped(key)}`, value });
  }
  return operations;
}
