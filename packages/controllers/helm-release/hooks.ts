import { recordsAt, textAt, isRecord, messageOf } from '@plumbline/base';
import { releaseTime } from '@plumbline/render';
import type { HelmRelease, ReleaseHook, StoredRelease } from '@plumbline/render';
import { createAll, deleteAll } from './apply.ts';
import { HelmError, prefixed } from './errors.ts';
import { buildTargets } from './objects.ts';
import type { Context } from './ports.ts';
import type { Storage } from './storage.ts';
import { waitDeleted, waitRun } from './waiting.ts';

/** When a hook runs. */
export type HookEvent =
  | 'pre-install'
  | 'post-install'
  | 'pre-upgrade'
  | 'post-upgrade'
  | 'pre-rollback'
  | 'post-rollback'
  | 'pre-delete'
  | 'post-delete'
  | 'test';

/** A run of the hooks of one event. */
export interface HookRunRequest {
  readonly event: HookEvent;
  readonly timeoutMs: number;
  readonly serverSide: boolean;
  /** Only these; without it all of the event. */
  readonly only?: (hook: ReleaseHook) => boolean;
  /** Called when nothing more will run, before anything is deleted because of how it went. */
  readonly beforeCleanup?: () => Promise<void>;
}

/** Hooks failed; the release says how far they came. */
export class HooksError extends HelmError {
  readonly stored: StoredRelease;
  constructor(cause: HelmError, stored: StoredRelease) {
    super(cause.code, cause.message, cause);
    this.stored = stored;
  }
}

const beforeCreation = 'before-hook-creation';

/**
 * Runs the hooks of an event one after the other, by weight and name, and records each before it starts. Returns the
 * release with what became of them.
 */
export async function runHooks(
  context: Context,
  storage: Storage,
  stored: StoredRelease,
  request: HookRunRequest,
): Promise<StoredRelease> {
  const { clock, profile } = context;
  const hooks = [...(stored.release.hooks ?? [])];
  const order = hooks
    .map((hook, index) => ({ hook, index }))
    .filter(({ hook }) => hook.events?.includes(request.event) === true && request.only?.(hook) !== false)
    .toSorted((a, b) => compareHooks(a.hook, b.hook))
    .map(({ index }) => index);
  if (order.length === 0) return stored;
  const now = (): StoredRelease => ({ ...stored, release: { ...stored.release, hooks: [...hooks] } });
  const at = (index: number): ReleaseHook => hooks[index] ?? {};
  const fail = (thrown: unknown): never => {
    throw new HooksError(
      thrown instanceof HelmError ? thrown : new HelmError('hook-failed', messageOf(thrown)),
      now(),
    );
  };
  const run = async (index: number, done: readonly number[]): Promise<void> => {
    if ((at(index).delete_policies ?? []).length === 0)
      hooks[index] = { ...at(index), delete_policies: [beforeCreation] };
    const hook = at(index);
    await deleteByPolicy(context, hook, beforeCreation, request.timeoutMs);
    const targets = await buildTargets(context, hook.manifest ?? '', { checked: true }).catch(
      (thrown: unknown) => {
        throw prefixed(
          `unable to build kubernetes object for ${request.event} hook ${hook.path ?? ''}`,
          thrown,
        );
      },
    );
    const started = releaseTime(clock.now());
    const mark = (phase: string, isOver: boolean): void => {
      const ended = isOver ? releaseTime(clock.now()) : undefined;
      hooks[index] = { ...at(index), last_run: lastRun(started, ended, phase, profile) };
    };
    mark('Running', false);
    await storage.update(now()).catch((thrown: unknown) => {
      context.logger.warn('a release cannot be recorded', { error: messageOf(thrown) });
    });
    mark('Unknown', false);
    try {
      await createAll(context, targets, { serverSide: request.serverSide });
    } catch (thrown) {
      mark('Failed', true);
      throw prefixed(`warning: Hook ${request.event} ${hook.path ?? ''} failed`, thrown);
    }
    try {
      await waitRun(context, targets, request.timeoutMs);
      mark('Succeeded', true);
    } catch (thrown) {
      mark('Failed', true);
      await request.beforeCleanup?.();
      await outputLogs(context, hook, stored.release, 'hook-failed');
      await deleteByPolicy(context, at(index), 'hook-failed', request.timeoutMs).catch((error: unknown) => {
        context.logger.warn('a failed hook cannot be deleted', { error: messageOf(error) });
      });
      for (const earlier of done)
        await deleteByPolicy(context, at(earlier), 'hook-succeeded', request.timeoutMs);
      throw thrown;
    }
  };
  const done: number[] = [];
  for (const index of order) {
    await run(index, done).catch(fail);
    done.push(index);
  }
  await request.beforeCleanup?.();
  for (const index of done.toReversed()) {
    await outputLogs(context, at(index), stored.release, 'hook-succeeded');
    await deleteByPolicy(context, at(index), 'hook-succeeded', request.timeoutMs).catch(fail);
  }
  return now();
}

/** By weight, then by name: the order in which hooks run. */
export function compareHooks(a: ReleaseHook, b: ReleaseHook): number {
  return (a.weight ?? 0) - (b.weight ?? 0) || compareNames(a, b);
}

function compareNames(a: ReleaseHook, b: ReleaseHook): number {
  const [first, second] = [a.name ?? '', b.name ?? ''];
  return first < second ? -1 : first > second ? 1 : 0;
}

function lastRun(started: string, completed: string | undefined, phase: string, profile: 3 | 4) {
  if (completed !== undefined) return { started_at: started, completed_at: completed, phase };
  return profile === 3 ? { started_at: started, completed_at: '', phase } : { started_at: started, phase };
}

/** Deletes the objects of a hook where its policy says so, and waits until they are gone. Definitions always stay. */
async function deleteByPolicy(
  context: Context,
  hook: ReleaseHook,
  policy: string,
  timeoutMs: number,
): Promise<void> {
  if (hook.kind === 'CustomResourceDefinition' || hook.delete_policies?.includes(policy) !== true) return;
  const targets = await buildTargets(context, hook.manifest ?? '').catch((thrown: unknown) => {
    throw prefixed(`unable to build kubernetes object for deleting hook ${hook.path ?? ''}`, thrown);
  });
  const failures = await deleteAll(context, targets);
  if (failures.length > 0) throw new HelmError('hook-failed', failures.map(messageOf).join('; '));
  await waitDeleted(context, targets, timeoutMs);
}

/** Hands out what the pods of a hook printed, where its annotation asks for it. Never fails: the hook itself counts. */
async function outputLogs(
  context: Context,
  hook: ReleaseHook,
  release: HelmRelease,
  policy: string,
): Promise<void> {
  if (context.hookOutput === undefined || hook.output_log_policies?.includes(policy) !== true) return;
  const selector =
    hook.kind === 'Job'
      ? { labelSelector: `job-name=${hook.name ?? ''}` }
      : hook.kind === 'Pod'
        ? { fieldSelector: `metadata.name=${hook.name ?? ''}` }
        : undefined;
  if (selector === undefined) return;
  try {
    const [target] = await buildTargets(context, hook.manifest ?? '');
    const namespace = target?.namespace ?? release.namespace;
    const pods = await context.cluster.list(
      { group: '', version: 'v1', kind: 'Pod' },
      { namespace, ...selector },
    );
    for (const pod of pods.items)
      for (const container of recordsAt(isRecord(pod['spec']) ? pod['spec'] : {}, 'containers'))
        context.hookOutput(await logOf(context, namespace, pod.metadata.name, textAt(container, 'name')));
  } catch (thrown) {
    context.logger.warn('the output of a hook cannot be read', { error: messageOf(thrown) });
  }
}

/** So much of what a container printed is handed out. */
const logBytesMax = 1 << 20;

/** What a container of a pod printed. Rejects where the server refuses. */
export async function logOf(
  context: Context,
  namespace: string,
  pod: string,
  container: string | undefined,
): Promise<string> {
  const query = new URLSearchParams({
    ...(container === undefined ? {} : { container }),
    limitBytes: String(logBytesMax),
  }).toString();
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query}`;
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of await context.transport.stream({ method: 'GET', path }))
    text += decoder.decode(chunk, { stream: true });
  return text;
}
