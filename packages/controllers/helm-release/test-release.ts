import { isRecord, messageOf, recordsAt, textAt } from '@plumbline/base';
import type { HelmRelease, ReleaseHook, StoredRelease } from '@plumbline/render';
import { HelmError, returned } from './errors.ts';
import { compareHooks, HooksError, logOf, runHooks } from './hooks.ts';
import type { Context } from './ports.ts';
import { checkReachable, isServerSide, record, wrongName } from './release-state.ts';
import { timeoutDefaultMs } from './requests.ts';
import type { TestedRelease, TestLog, TestRequest } from './requests.ts';
import type { Storage } from './storage.ts';

/**
 * Runs the tests of a release, and records how they went. Rejects only where there is no such release; tests that fail are
 * told of with it, since it has what became of each.
 */
export async function testRelease(
  context: Context,
  storage: Storage,
  request: TestRequest,
): Promise<TestedRelease> {
  const { name } = request;
  await checkReachable(context);
  if (wrongName(name) !== undefined)
    throw new HelmError('bad-request', `releaseTest: Release name is invalid: ${name}`);
  const stored = await storage.last(name);
  const chosen = chooserOf(request);
  let logs: readonly TestLog[] = [];
  const run = returned(() =>
    runHooks(context, storage, stored, {
      event: 'test',
      timeoutMs: request.timeoutMs ?? timeoutDefaultMs,
      serverSide: isServerSide(undefined, context.profile, stored.release),
      only: chosen,
      beforeCleanup: async () => {
        if (request.logs === true) logs = await readLogs(context, stored.release, chosen);
      },
    }).catch((thrown: unknown) => {
      if (!(thrown instanceof HooksError)) throw thrown;
      throw new HelmError(thrown.code, thrown.message, { hint: thrown.hint, release: thrown.stored });
    }),
  );
  const done = await run;
  const after = skippedFirst(done.ok ? done.value : (done.error.release ?? stored), chosen);
  if (!done.ok) {
    await record(context, storage, after);
    return { release: after, logs, failure: done.error };
  }
  const recorded = await returned(() => storage.update(after));
  return { release: after, logs, ...(recorded.ok ? {} : { failure: recorded.error }) };
}

function chooserOf({ include = [], exclude = [] }: TestRequest): (hook: ReleaseHook) => boolean {
  return ({ name = '' }) => !exclude.includes(name) && (include.length === 0 || include.includes(name));
}

/** Helm records those that it was told to leave out before the others. */
function skippedFirst(stored: StoredRelease, chosen: (hook: ReleaseHook) => boolean): StoredRelease {
  const { hooks } = stored.release;
  if (hooks === undefined || hooks === null) return stored;
  const skipped = hooks.filter((hook) => !chosen(hook));
  return { ...stored, release: { ...stored.release, hooks: [...skipped, ...hooks.filter(chosen)] } };
}

/** What the pods of tests printed, in the order in which they ran. What cannot be read ends it. */
async function readLogs(
  context: Context,
  { hooks }: HelmRelease,
  chosen: (hook: ReleaseHook) => boolean,
): Promise<readonly TestLog[]> {
  const logs: TestLog[] = [];
  const tests = (hooks ?? []).filter((hook) => hook.events?.includes('test') === true && chosen(hook));
  for (const { name = '' } of tests.toSorted(compareHooks)) {
    try {
      for (const container of await containersOf(context, name)) {
        const text = await logOf(context, context.namespace, name, container);
        logs.push({ name, ...(container === undefined ? {} : { container }), text });
      }
    } catch (thrown) {
      return [...logs, { name, failure: `unable to get pod logs for ${name}: ${messageOf(thrown)}` }];
    }
  }
  return logs;
}

/** Helm 4 tells of each container, Helm 3 of the only one: it asks for none by name, which the server refuses for several. */
async function containersOf(context: Context, name: string): Promise<readonly (string | undefined)[]> {
  if (context.profile === 3) return [undefined];
  const { namespace } = context;
  const pod = await context.cluster.get({ group: '', version: 'v1', kind: 'Pod', namespace, name });
  if (pod === undefined) throw new HelmError('not-found', `pods ${JSON.stringify(name)} not found`);
  const spec = isRecord(pod['spec']) ? pod['spec'] : {};
  return recordsAt(spec, 'containers').map((container) => textAt(container, 'name'));
}
