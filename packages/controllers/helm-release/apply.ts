import type { KubeObject } from '@plumbline/api';
import { isStatusError, retryOnConflict } from '@plumbline/kube';
import { diffMergePatch, threeWayMergePatch, threeWayStrategicMerge } from '@plumbline/languages';
import { isCompiledInVersion } from '@plumbline/render';
import { asHelmError, HelmError, joined, prefixed } from './errors.ts';
import { adoptUpdatedFields } from './field-owners.ts';
import { batchesOf, gvkText, isSameObject, refOf } from './objects.ts';
import type { Target } from './objects.ts';
import { createPatchSchemas } from './patch-schema.ts';
import type { PatchSchemas } from './patch-schema.ts';
import type { Context } from './ports.ts';

/** How objects are written. */
export interface ApplyWay {
  readonly serverSide: boolean;
  /** Replaces instead of patching. */
  readonly forceReplace?: boolean;
  /** Server-side: takes fields from other owners. */
  readonly forceConflicts?: boolean;
  /** Server-side: first makes what was written by updates owned by apply. */
  readonly adoptFields?: boolean;
  /** Client-side: kinds that Helm does not know are merged with what is live, too. */
  readonly threeWayForAll?: boolean;
}

/** What became of the objects of an update. */
export interface Written {
  readonly created: readonly Target[];
  readonly updated: readonly Target[];
  readonly deleted: readonly Target[];
}

/** An update that failed, with what had been done by then. */
export class UpdateError extends HelmError {
  readonly created: readonly Target[];

  constructor(cause: HelmError, created: readonly Target[]) {
    super(cause.code, cause.message, cause);
    this.created = created;
  }
}

/** Creates objects; those of one kind at the same time. Tells every failure of a batch, and of those after it. */
export async function createAll(context: Context, targets: readonly Target[], way: ApplyWay): Promise<void> {
  const failures: unknown[] = [];
  for (const batch of batchesOf(targets)) {
    const settled = await Promise.allSettled(batch.map((target) => createOne(context, target, way)));
    for (const one of settled) if (one.status === 'rejected') failures.push(one.reason);
  }
  if (failures.length > 0) throw joined(failures, context.profile);
}

async function createOne(context: Context, target: Target, way: ApplyWay): Promise<void> {
  if (way.serverSide && target.name !== '') return applyServerSide(context, target, way);
  const { cluster, clock, fieldManager } = context;
  await retryOnConflict(clock, () => cluster.create(target.object, { fieldManager }));
}

async function applyServerSide(context: Context, target: Target, way: ApplyWay): Promise<void> {
  const { cluster, fieldManager } = context;
  try {
    await cluster.patch(refOf(target), 'application/apply-patch+yaml', target.object, {
      fieldManager,
      fieldValidation: 'Strict',
      ...(way.forceConflicts === true ? { force: true } : {}),
    });
  } catch (thrown) {
    const what = `object ${target.namespace}/${target.name} ${gvkText(target)}`;
    if (isStatusError(thrown, 415)) throw prefixed('server-side apply not available on the server', thrown);
    throw isStatusError(thrown, 409)
      ? prefixed(`conflict occurred while applying ${what}`, thrown)
      : prefixed(`server-side apply failed for ${what}`, thrown);
  }
}

/** Leads the cluster from the objects of one manifest to those of another: creates, updates, deletes what is left. */
export async function updateAll(
  context: Context,
  originals: readonly Target[],
  targets: readonly Target[],
  way: ApplyWay,
): Promise<Written> {
  const created: Target[] = [];
  const updated: Target[] = [];
  const deleted: Target[] = [];
  const failures: unknown[] = [];
  const schemas = createPatchSchemas(context.cluster);
  const fail = (thrown: unknown): never => {
    throw new UpdateError(asHelmError(thrown), created);
  };
  if (way.serverSide && way.forceReplace === true) {
    const words = 'invalid operation: cannot use server-side apply and force replace together';
    fail(new HelmError('bad-request', words));
  }
  for (const batch of batchesOf(targets)) {
    const settled = await Promise.allSettled(
      batch.map((target) => writeOne(context, { target, originals, way, schemas })),
    );
    for (const [i, one] of settled.entries()) {
      const target = batch[i];
      if (target === undefined) continue;
      if (one.status === 'fulfilled') {
        (one.value === 'created' ? created : updated).push(target);
      } else if (one.reason instanceof UpdateFailure) {
        updated.push(target);
        failures.push(one.reason);
      } else {
        if (one.reason instanceof CreateFailure) created.push(target);
        fail(one.reason);
      }
    }
  }
  if (failures.length > 0) fail(joinedBy(failures));
  for (const original of originals) {
    if (targets.some((target) => isSameObject(target, original))) continue;
    const outcome = await removeLeftover(context, original);
    if (outcome === 'deleted') deleted.push(original);
    else if (outcome !== 'kept' && context.profile === 4) failures.push(outcome);
  }
  if (failures.length > 0) fail(joinedBy(failures));
  return { created, updated, deleted };
}

/** An object that could not be updated: the others are still tried. */
class UpdateFailure extends HelmError {}
/** An object that could not be created: nothing more is tried. */
class CreateFailure extends HelmError {}

function joinedBy(failures: readonly unknown[]): HelmError {
  const messages = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
  return new HelmError('server-refused', messages.join(' && '));
}

interface Writing {
  readonly target: Target;
  readonly originals: readonly Target[];
  readonly way: ApplyWay;
  readonly schemas: PatchSchemas;
}

async function writeOne(context: Context, writing: Writing): Promise<'created' | 'updated'> {
  const { target, originals, way } = writing;
  let live: KubeObject | undefined;
  try {
    live = target.name === '' ? undefined : await context.cluster.get(refOf(target));
  } catch (thrown) {
    throw prefixed('could not get information about the resource', thrown);
  }
  if (live === undefined) {
    try {
      await createOne(context, target, way);
    } catch (thrown) {
      const { code, message } = prefixed('failed to create resource', thrown);
      throw new CreateFailure(code, message);
    }
    return 'created';
  }
  const original = originals.find((one) => isSameObject(one, target));
  if (original === undefined && context.profile === 3)
    throw new HelmError('helm-failed', `no ${target.resource.kind} with the name "${target.name}" found`);
  try {
    await updateOne(context, writing, original?.object ?? live, live);
  } catch (thrown) {
    const { code, message, hint } = asHelmError(thrown);
    throw new UpdateFailure(code, message, { hint });
  }
  return 'updated';
}

async function updateOne(
  context: Context,
  { target, way, schemas }: Writing,
  original: KubeObject,
  live: KubeObject,
): Promise<void> {
  if (way.forceReplace === true) return replace(context, target, live);
  if (!way.serverSide) return patchClientSide(context, { target, original, live, way, schemas });
  if (way.adoptFields === true) await adoptFields(context, target, live);
  return applyServerSide(context, target, way);
}

async function replace(context: Context, target: Target, live: KubeObject): Promise<void> {
  const { resourceVersion } = live.metadata;
  const metadata = {
    ...target.object.metadata,
    ...(target.object.metadata.resourceVersion === undefined && resourceVersion !== undefined
      ? { resourceVersion }
      : {}),
  };
  try {
    await context.cluster.update(
      { ...target.object, metadata },
      {
        fieldManager: context.fieldManager,
        ...(context.profile === 4 ? { fieldValidation: 'Strict' as const } : {}),
      },
    );
  } catch (thrown) {
    throw prefixed('failed to replace object', thrown);
  }
}

interface Patching {
  readonly target: Target;
  readonly original: KubeObject;
  readonly live: KubeObject;
  readonly way: ApplyWay;
  readonly schemas: PatchSchemas;
}

/**
 * As Helm patches from the client: a strategic merge of what was, what shall be and what is, for the kinds that it has
 * compiled in; for all others the plain difference from what was to what shall be, whatever the cluster says.
 */
async function patchClientSide(context: Context, patching: Patching): Promise<void> {
  const { target } = patching;
  const { type, patch } = await patchOf(patching);
  if (patch === undefined || Object.keys(patch).length === 0) return;
  try {
    await context.cluster.patch(refOf(target), type, patch, { fieldManager: context.fieldManager });
  } catch (thrown) {
    throw prefixed(`cannot patch "${target.name}" with kind ${target.resource.kind}`, thrown);
  }
}

const mergePatch = 'application/merge-patch+json';

async function patchOf({ target, original, live, way, schemas }: Patching): Promise<{
  readonly type: string;
  readonly patch: object | undefined;
}> {
  const { group, version, kind } = target.resource;
  const failed = (thrown: unknown): never => {
    throw prefixed('failed to create patch', thrown);
  };
  const schema = isCompiledInVersion(target.object.apiVersion)
    ? await schemas.of(group, version, kind).catch(failed)
    : undefined;
  if (schema !== undefined) {
    const patch = threeWayStrategicMerge(original, target.object, live, schema);
    return {
      type: 'application/strategic-merge-patch+json',
      patch: patch.ok ? patch.value : failed(new Error(patch.error.message)),
    };
  }
  const patch =
    way.threeWayForAll === true || isCompiledInVersion(target.object.apiVersion)
      ? threeWayMergePatch(original, target.object, live)
      : diffMergePatch(original, target.object);
  const value = patch.ok ? patch.value : failed(new Error(patch.error.message));
  return { type: mergePatch, patch: typeof value === 'object' && value !== null ? value : undefined };
}

async function adoptFields(context: Context, target: Target, seen: KubeObject): Promise<void> {
  const { cluster, clock, fieldManager } = context;
  let live: KubeObject | undefined = seen;
  await retryOnConflict(clock, async () => {
    live ??= await cluster.get(refOf(target));
    if (live === undefined) return;
    const patch = adoptUpdatedFields(live, fieldManager);
    live = undefined;
    if (patch === undefined) return;
    await cluster.patch(refOf(target), 'application/json-patch+json', patch, { fieldManager });
  });
}

const keepPolicy = 'helm.sh/resource-policy';

/** Takes away what the new manifest does not have any more, unless it is to be kept. Helm 3 does not mind failures. */
async function removeLeftover(context: Context, original: Target): Promise<'deleted' | 'kept' | Error> {
  try {
    const live = await context.cluster.get(refOf(original));
    if (live === undefined || live.metadata.annotations?.[keepPolicy] === 'keep') return 'kept';
    await context.cluster.delete(refOf(original), { propagation: 'Background' });
    return 'deleted';
  } catch (thrown) {
    if (isStatusError(thrown, 404)) return 'kept';
    const { namespace, name, resource } = original;
    context.logger.warn('an object that is no longer part of a release cannot be deleted', {
      kind: resource.kind,
      namespace,
      name,
    });
    return prefixed(
      `failed to delete resource namespace=${namespace}, name=${name}, kind=${resource.kind}`,
      thrown,
    );
  }
}

/** Deletes objects; those of one kind at the same time. What is gone already counts as deleted. */
export async function deleteAll(
  context: Context,
  targets: readonly Target[],
  propagation: 'Background' | 'Foreground' | 'Orphan' = 'Background',
): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  for (const batch of batchesOf(targets)) {
    const settled = await Promise.allSettled(
      batch.map((target) =>
        retryOnConflict(context.clock, () => context.cluster.delete(refOf(target), { propagation })),
      ),
    );
    for (const one of settled)
      if (one.status === 'rejected' && !isStatusError(one.reason, 404)) failures.push(one.reason);
  }
  return failures;
}

/** Whether an object of a manifest is to stay when its release goes. */
export function isKept(object: KubeObject): boolean {
  return object.metadata.annotations?.[keepPolicy]?.trim().toLowerCase() === 'keep';
}
