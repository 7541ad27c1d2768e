import { equalData, type Result } from '@plumbline/base';
import { attempt, has, isMap, PatchRefusal, put, type Fresh, type Members } from './values.ts';

/** Applies an RFC 7386 merge patch. The inputs are not changed; what is not touched is shared. */
export function applyMergePatch(doc: unknown, patch: unknown): Result<unknown> {
  return attempt(() => merge(doc, patch));
}

function merge(doc: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const base: Members = isMap(doc) ? doc : {};
  const out: Fresh = { ...base };
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) delete out[key];
    else put(out, key, merge(has(base, key) ? base[key] : undefined, value));
  }
  return out;
}

/** The merge patch that leads from one document to the other: `{}` where they are equal. */
export function diffMergePatch(from: unknown, to: unknown): Result<unknown> {
  return attempt(() => {
    if (isMap(from) && isMap(to)) return diff(from, to);
    return to;
  });
}

function diff(from: Members, to: Members): Fresh {
  const patch: Fresh = {};
  for (const key of Object.keys(to)) {
    const after = to[key];
    if (!has(from, key)) {
      put(patch, key, after);
      continue;
    }
    const before = from[key];
    if (isMap(before) && isMap(after)) {
      const inner = diff(before, after);
      if (Object.keys(inner).length > 0) put(patch, key, inner);
    } else if (!equalData(before, after)) {
      put(patch, key, after);
    }
  }
  for (const key of Object.keys(from)) if (!has(to, key)) put(patch, key, null);
  return patch;
}

/**
 * The patch that kubectl sends for kinds without a strategic schema: what differs from the live object to the wanted one,
 * without its removals, and the removals from the last applied object to the wanted one.
 */
export function threeWayMergePatch(original: unknown, modified: unknown, current: unknown): Result<unknown> {
  return attempt(() => {
    const [before, after, live] = [original ?? {}, modified ?? {}, current ?? {}];
    if (!isMap(before) || !isMap(after) || !isMap(live)) {
      throw new PatchRefusal('merge-patch-not-objects', 'a three-way merge patch needs three objects');
    }
    const changes = filter(diff(live, after), false);
    const removals = filter(diff(before, after), true);
    return mergePatches(removals, changes);
  });
}

/** Keeps only the nulls of a patch, or all but the nulls. An empty map that is set is a value, no empty patch. */
function filter(patch: Members, nulls: boolean): Fresh {
  const out: Fresh = {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (isMap(value) && Object.keys(value).length > 0) {
      const inner = filter(value, nulls);
      if (Object.keys(inner).length > 0) put(out, key, inner);
    } else if ((value === null) === nulls) {
      put(out, key, value);
    }
  }
  return out;
}

/** One patch that does what both do, the second after the first; nulls stay. */
function mergePatches(first: Members, second: Members): Fresh {
  const out: Fresh = { ...first };
  for (const key of Object.keys(second)) {
    const value = second[key];
    const before = has(first, key) ? first[key] : undefined;
    put(out, key, isMap(before) && isMap(value) ? mergePatches(before, value) : value);
  }
  return out;
}
