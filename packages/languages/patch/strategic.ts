import type { Result } from '@plumbline/base';
import type { PatchSchema } from './schema.ts';
import { patchesConflict } from './strategic-conflicts.ts';
import { diffMaps } from './strategic-diff.ts';
import { mergeMaps } from './strategic-merge.ts';
import { attempt, isMap, PatchRefusal, show, type Members } from './values.ts';

/** Applies a strategic merge patch as the API server does. The inputs are not changed. */
export function applyStrategicMerge(
  doc: unknown,
  patch: unknown,
  schema: PatchSchema,
): Result<Record<string, unknown>> {
  return attempt(() => mergeMaps(mapOf(doc), mapOf(patch), schema, 'apply'));
}

/** The strategic merge patch from one object to the other: `{}` where they are equal. */
export function twoWayStrategicMerge(
  original: unknown,
  modified: unknown,
  schema: PatchSchema,
): Result<Record<string, unknown>> {
  return attempt(() =>
    diffMaps(mapOf(original), mapOf(modified), schema, {
      order: true,
      ignoreChanges: false,
      ignoreDeletions: false,
    }),
  );
}

/**
 * The patch that `kubectl apply` sends: what differs from the live object to the wanted one, without its removals, and
 * the removals from the last applied object to the wanted one. Without `overwrite` a place that was changed on both
 * sides refuses with `strategic-merge-conflict`.
 */
export function threeWayStrategicMerge(
  original: unknown,
  modified: unknown,
  current: unknown,
  schema: PatchSchema,
  options: { readonly overwrite: boolean } = { overwrite: true },
): Result<Record<string, unknown>> {
  return attempt(() => {
    const [before, after, live] = [mapOf(original), mapOf(modified), mapOf(current)];
    const changes = diffMaps(live, after, schema, {
      order: true,
      ignoreChanges: false,
      ignoreDeletions: true,
    });
    const removals = diffMaps(before, after, schema, {
      order: true,
      ignoreChanges: true,
      ignoreDeletions: false,
    });
    const patch = mergeMaps(removals, changes, schema, 'combine');
    if (!options.overwrite) refuseConflicts(patch, before, live, schema);
    return patch;
  });
}

function refuseConflicts(patch: Members, before: Members, live: Members, schema: PatchSchema): void {
  const changed = diffMaps(before, live, schema, {
    order: false,
    ignoreChanges: false,
    ignoreDeletions: false,
  });
  if (!patchesConflict(patch, changed, schema)) return;
  throw new PatchRefusal(
    'strategic-merge-conflict',
    `patch:\n${show(patch)}\nconflicts with changes made from original to current:\n${show(changed)}\n`,
  );
}

function mapOf(value: unknown): Members {
  if (value === undefined || value === null) return {};
  if (isMap(value)) return value;
  throw new PatchRefusal('strategic-merge-not-a-map', `expected an object, but received: ${show(value)}`);
}
