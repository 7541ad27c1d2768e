import { messageOf } from '@plumbline/base';
import type { Clock } from '@plumbline/base';
import { gvkOf } from '@plumbline/api';
import { schemaFor } from '@plumbline/api/schema';
import type { Action, ActionResult, KubeObject, TargetResource } from '@plumbline/api';
import { threeWayMergePatch, threeWayStrategicMerge } from '@plumbline/languages';
import type { Cluster, ObjectReference, PatchOptions } from '@plumbline/kube';
import { isDefinition, waitServed } from './definitions.ts';
import { recordOf, withRecord } from './last-applied.ts';
import { migratedFields } from './migrate.ts';
import { OBJECT_MANAGER, APPLICATION_MANAGER } from './names.ts';

/** Does what the engine wants done, by the requests that Argo CD's kubectl makes. */
export interface Executor {
  run(actions: readonly Action[]): Promise<ReadonlyMap<string, ActionResult>>;
}

/** Requests in flight for one run; more only wait in the server. */
const PARALLEL = 20;
/** Another writer may win in between; after so many times something else is wrong. */
const ATTEMPTS = 5;

export function createExecutor(
  cluster: Cluster,
  clock: Clock,
  wrote: (object: KubeObject) => void,
  breathe: () => Promise<void>,
): Executor {
  async function answer(action: Action): Promise<ActionResult> {
    try {
      const result = await perform(cluster, action);
      if (!result.ok || result.object === undefined || isDry(action)) return result;
      // What was left as it was known says nothing about what is there now.
      if (action.type === 'apply' && result.object === action.live) return result;
      wrote(result.object);
      if (action.type === 'apply' && isDefinition(result.object))
        await waitServed(cluster, result.object, clock);
      return result;
    } catch (thrown) {
      // A server that cannot be reached says nothing about the object: the run has to be tried again.
      if (statusOf(thrown) === undefined) throw thrown;
      return { ok: false, message: messageOf(thrown) };
    }
  }

  return {
    async run(actions) {
      const results = new Map<string, ActionResult>();
      let next = 0;
      const worker = async (end: number): Promise<void> => {
        while (next < end) {
          const action = actions[next++]!;
          await breathe();
          results.set(action.id, await answer(action));
        }
      };
      for (const end of stageEnds(actions))
        await Promise.all(Array.from({ length: Math.min(PARALLEL, end - next) }, () => worker(end)));
      return results;
    },
  };
}

/** Where each stage ends; the engine asks for its actions in the order of their stages. */
function* stageEnds(actions: readonly Action[]): Generator<number> {
  const stageOf = (at: number): number => {
    const action = actions[at];
    return action?.type === 'apply' ? (action.stage ?? 0) : 0;
  };
  for (let end = 1; end <= actions.length; end++)
    if (end === actions.length || stageOf(end) !== stageOf(end - 1)) yield end;
}

function isDry(action: Action): boolean {
  return action.type === 'apply' && action.dryRun;
}

/** Code and reason of a refusal; undefined for anything else that was thrown. */
function statusOf(thrown: unknown): { readonly code: number; readonly reason: string } | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { code, reason } = thrown as { code?: unknown; reason?: unknown };
  return typeof code === 'number' && typeof reason === 'string' ? { code, reason } : undefined;
}

function refusedWith(thrown: unknown, code: number, reason?: string): boolean {
  const status = statusOf(thrown);
  return status !== undefined && status.code === code && (reason === undefined || status.reason === reason);
}

function referenceOf(object: KubeObject): ObjectReference {
  const { name, namespace } = object.metadata;
  return { ...gvkOf(object), name, ...(namespace === undefined ? {} : { namespace }) };
}

/** `deployment.apps/web`. */
function shown(object: KubeObject): string {
  const { group, kind } = gvkOf(object);
  return `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${object.metadata.name}`;
}

async function perform(cluster: Cluster, action: Action): Promise<ActionResult> {
  switch (action.type) {
    case 'apply':
      return action.dryRun
        ? dryApply(action.resource, action.live)
        : apply(cluster, action.resource, action.live, action.force);
    case 'delete':
      return remove(cluster, action);
    case 'removeFinalizer':
      return removeFinalizer(cluster, action);
    case 'read': {
      const { key, kind } = action;
      const ref = { ...kind, name: key.name, ...(key.namespace === '' ? {} : { namespace: key.namespace }) };
      const object = await cluster.get(ref);
      return object === undefined ? { ok: true, message: '' } : { ok: true, message: '', object };
    }
  }
}

/** What can be checked without asking the server: kubectl's `--dry-run=client` finds no more. */
function dryApply(resource: TargetResource, live: KubeObject | undefined): ActionResult {
  const { object } = resource;
  if (!object.metadata.name) {
    const why = object.metadata.generateName
      ? 'cannot use generate name with apply'
      : 'resource name may not be empty';
    return { ok: false, message: `${object.kind} in ${resource.origin.file || 'the target'}: ${why}` };
  }
  if (resource.apply.mode === 'replace') {
    return { ok: true, message: `${shown(object)} ${live === undefined ? 'created' : 'replaced'} (dry run)` };
  }
  if (live === undefined) return { ok: true, message: `${shown(object)} created (dry run)` };
  const patch = clientPatch(object, live);
  const word = patch.empty ? 'unchanged' : 'configured';
  return { ok: true, message: `${shown(object)} ${word} (dry run)` };
}

async function apply(
  cluster: Cluster,
  resource: TargetResource,
  live: KubeObject | undefined,
  force: boolean,
): Promise<ActionResult> {
  if (resource.apply.mode === 'server') return serverApply(cluster, resource, live);
  if (resource.apply.mode === 'replace') return replace(cluster, resource, live, force);
  return clientApply(cluster, resource, live, force);
}

function writeOptions(resource: TargetResource): PatchOptions {
  return { fieldManager: OBJECT_MANAGER, fieldValidation: resource.apply.validate ? 'Strict' : 'Ignore' };
}

async function serverApply(
  cluster: Cluster,
  resource: TargetResource,
  live: KubeObject | undefined,
): Promise<ActionResult> {
  const { object } = resource;
  if (live !== undefined) await migrate(cluster, live);
  const applied = await cluster.patch(referenceOf(object), 'application/apply-patch+yaml', object, {
    ...writeOptions(resource),
    force: true,
  });
  return { ok: true, message: `${shown(object)} serverside-applied`, object: applied };
}

/** What earlier client-side applies own is handed over; somebody who writes meanwhile makes the server-side apply no worse. */
async function migrate(cluster: Cluster, live: KubeObject): Promise<void> {
  const fields = migratedFields(live, [OBJECT_MANAGER, 'kubectl-client-side-apply'], OBJECT_MANAGER);
  if (fields === undefined) return;
  const operations = [
    { op: 'replace', path: '/metadata/managedFields', value: fields },
    { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
  ];
  try {
    await cluster.patch(referenceOf(live), 'application/json-patch+json', operations, {
      fieldManager: OBJECT_MANAGER,
    });
  } catch (thrown) {
    if (!refusedWith(thrown, 409) && !refusedWith(thrown, 404)) throw thrown;
  }
}

async function clientApply(
  cluster: Cluster,
  resource: TargetResource,
  known: KubeObject | undefined,
  force: boolean,
): Promise<ActionResult> {
  const { object } = resource;
  const options = writeOptions(resource);
  let live = known;
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (live === undefined) {
        const created = await cluster.create(withRecord(object), options);
        return { ok: true, message: `${shown(object)} created`, object: created };
      }
      const patch = clientPatch(object, live);
      if (patch.empty) return { ok: true, message: `${shown(object)} unchanged`, object: live };
      const patched = await cluster.patch(referenceOf(object), patch.contentType, patch.body, options);
      return { ok: true, message: `${shown(object)} configured${adoption(object, live)}`, object: patched };
    } catch (thrown) {
      const raced = refusedWith(thrown, 409) || (live !== undefined && refusedWith(thrown, 404, 'NotFound'));
      if (raced && attempt < ATTEMPTS) {
        live = await cluster.get(referenceOf(object));
        continue;
      }
      if (force && live !== undefined && (refusedWith(thrown, 422) || refusedWith(thrown, 409))) {
        return recreate(cluster, resource, live, withRecord(object), options, 'configured');
      }
      throw thrown;
    }
  }
}

/** The patch that makes the live object what is wanted and removes what was wanted before and is not any more. */
function clientPatch(
  object: KubeObject,
  live: KubeObject,
): { readonly empty: boolean; readonly contentType: string; readonly body: unknown } {
  const wanted = withRecord(object);
  const record = recordOf(live);
  const schema = schemaFor(gvkOf(object));
  const contentType =
    schema === undefined ? 'application/merge-patch+json' : 'application/strategic-merge-patch+json';
  const patch =
    schema === undefined
      ? threeWayMergePatch(record ?? {}, wanted, live)
      : threeWayStrategicMerge(record ?? {}, wanted, live, schema);
  if (!patch.ok) return { empty: false, contentType: 'application/merge-patch+json', body: wanted };
  const body = patch.value;
  const empty = typeof body === 'object' && body !== null && Object.keys(body).length === 0;
  return { empty, contentType, body };
}

/** kubectl warns when it takes over an object that was not made by an apply. */
function adoption(object: KubeObject, live: KubeObject): string {
  if (recordOf(live) !== undefined) return '';
  const name = `${object.kind.toLowerCase()}s/${object.metadata.name}`;
  return `. Warning: ${name} had no record of an earlier apply; it has one now.`;
}

/** Replacing is kubectl's `create` or `replace`, which leave no record and write under the program's own name. */
async function replace(
  cluster: Cluster,
  resource: TargetResource,
  live: KubeObject | undefined,
  force: boolean,
): Promise<ActionResult> {
  const { object } = resource;
  const options: PatchOptions = { ...writeOptions(resource), fieldManager: APPLICATION_MANAGER };
  if (live === undefined) {
    const created = await cluster.create(object, options);
    return { ok: true, message: `${shown(object)} created`, object: created };
  }
  if (force) return recreate(cluster, resource, live, object, options, 'replaced');
  const { resourceVersion } = live.metadata;
  const body =
    resourceVersion === undefined ? object : { ...object, metadata: { ...object.metadata, resourceVersion } };
  const replaced = await cluster.update(body, options);
  return { ok: true, message: `${shown(object)} replaced`, object: replaced };
}

/** Deletes and makes anew. The name is free once the server answers with 404; until then it refuses as a conflict. */
async function recreate(
  cluster: Cluster,
  resource: TargetResource,
  live: KubeObject,
  body: KubeObject,
  options: PatchOptions,
  word: string,
): Promise<ActionResult> {
  const { uid } = live.metadata;
  await cluster.delete(referenceOf(live), {
    propagation: 'Background',
    ...(uid === undefined ? {} : { uid }),
  });
  const created = await cluster.create(body, options);
  return {
    ok: true,
    message: `${shown(resource.object)} deleted\n${shown(resource.object)} ${word}`,
    object: created,
  };
}

async function remove(cluster: Cluster, action: Extract<Action, { type: 'delete' }>): Promise<ActionResult> {
  const { uid } = action.live.metadata;
  try {
    await cluster.delete(referenceOf(action.live), {
      propagation: action.propagation,
      ...(uid === undefined ? {} : { uid }),
    });
  } catch (thrown) {
    // Gone already, or another object by now, which is not the one that was to go.
    if (!refusedWith(thrown, 404) && !refusedWith(thrown, 409)) throw thrown;
  }
  return { ok: true, message: 'pruned' };
}

async function removeFinalizer(
  cluster: Cluster,
  action: Extract<Action, { type: 'removeFinalizer' }>,
): Promise<ActionResult> {
  const { live, finalizer } = action;
  const left = (live.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  const body = { metadata: { finalizers: left.length === 0 ? null : left, uid: live.metadata.uid } };
  try {
    const object = await cluster.patch(referenceOf(live), 'application/merge-patch+json', body, {
      fieldManager: OBJECT_MANAGER,
    });
    return { ok: true, message: '', object };
  } catch (thrown) {
    if (!refusedWith(thrown, 404) && !refusedWith(thrown, 409)) throw thrown;
    return { ok: true, message: '' };
  }
}
