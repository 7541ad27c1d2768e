import { messageOf } from '@plumbline/base';
import { releaseTime } from '@plumbline/render';
import type { HelmRelease, StoredRelease } from '@plumbline/render';
import { deleteAll, updateAll, UpdateError } from './apply.ts';
import type { Written } from './apply.ts';
import { HelmError, prefixed, withRelease } from './errors.ts';
import { runHooks } from './hooks.ts';
import type { HookEvent } from './hooks.ts';
import { buildTargets } from './objects.ts';
import { owned } from './ownership.ts';
import type { Context } from './ports.ts';
import {
  applyMethod,
  checkReachable,
  isServerSide,
  newInfo,
  record,
  withInfo,
  wrongName,
} from './release-state.ts';
import { timeoutDefaultMs } from './requests.ts';
import type { RollbackRequest } from './requests.ts';
import type { Storage } from './storage.ts';
import { waitReady } from './waiting.ts';

/** Makes a new revision of what an earlier one was. */
export async function rollback(
  context: Context,
  storage: Storage,
  request: RollbackRequest,
): Promise<StoredRelease> {
  await checkReachable(context);
  const { current, draft, serverSide } = await prepare(context, storage, request);
  if (request.dryRun === true) return draft;
  await storage.create(draft, request.historyMax ?? 0);
  const done = await perform(context, storage, request, { current, draft, serverSide });
  await storage.update(done);
  return done;
}

interface Prepared {
  readonly current: StoredRelease;
  readonly draft: StoredRelease;
  readonly serverSide: boolean;
}

async function prepare(context: Context, storage: Storage, request: RollbackRequest): Promise<Prepared> {
  const { name, version = 0 } = request;
  const { profile } = context;
  if (wrongName(name) !== undefined)
    throw new HelmError('bad-request', `prepareRollback: Release name is invalid: ${name}`);
  if (version < 0) throw new HelmError('bad-request', 'invalid release revision');
  const history = await storage.history(name);
  const current = history.at(-1);
  const wanted = version === 0 ? (current?.release.version ?? 0) - 1 : version;
  const previous = history.find(({ release }) => release.version === wanted);
  if (current === undefined || previous === undefined)
    throw new HelmError('release-not-found', `release has no ${wanted} version`);
  const serverSide = isServerSide(request.serverSide, profile, previous.release);
  const now = releaseTime(context.clock.now());
  const { chart, config, manifest, hooks } = previous.release;
  const release: HelmRelease = {
    name,
    info: newInfo(
      profile,
      { first: current.release.info.first_deployed ?? now, last: now },
      {
        description: `Rollback to ${wanted}`,
        status: 'pending-rollback',
        notes: previous.release.info.notes ?? '',
      },
    ),
    ...(chart === undefined ? {} : { chart }),
    ...(config === undefined || config === null ? {} : { config }),
    ...(manifest === undefined ? {} : { manifest }),
    ...(hooks === undefined || hooks === null ? {} : { hooks }),
    version: current.release.version + 1,
    namespace: current.release.namespace,
    ...applyMethod(profile, serverSide),
  };
  return { current, draft: { release, labels: previous.labels }, serverSide };
}

async function perform(
  context: Context,
  storage: Storage,
  request: RollbackRequest,
  { current, draft, serverSide }: Prepared,
): Promise<StoredRelease> {
  const timeoutMs = request.timeoutMs ?? timeoutDefaultMs;
  const { name, namespace } = draft.release;
  let stored = draft;
  const build = (release: HelmRelease, which: string) =>
    buildTargets(context, release.manifest ?? '').catch((thrown: unknown) => {
      throw prefixed(`unable to build kubernetes objects from ${which} release manifest`, thrown);
    });
  const originals = await build(current.release, 'current');
  const built = await build(draft.release, 'new');
  const hooks = async (event: HookEvent): Promise<void> => {
    if (request.noHooks !== true)
      stored = await runHooks(context, storage, stored, { event, timeoutMs, serverSide });
  };
  await hooks('pre-rollback');
  const targets = owned(built, name, namespace === '' ? context.namespace : namespace);
  let written: Written;
  try {
    written = await updateAll(context, originals, targets, {
      serverSide,
      forceReplace: request.forceReplace === true,
      forceConflicts: request.forceConflicts === true,
      adoptFields: true,
    });
  } catch (thrown) {
    return await failedUpdate(context, storage, request, { current, stored }, thrown);
  }
  context.logger.debug('rolled back', { created: written.created.length, deleted: written.deleted.length });
  if (request.wait === true) {
    try {
      await waitReady(context, targets, timeoutMs, request.waitForJobs === true);
    } catch (thrown) {
      const failed = withInfo(stored, {
        status: 'failed',
        description: `Release ${JSON.stringify(name)} failed: ${messageOf(thrown)}`,
      });
      await record(context, storage, current);
      await record(context, storage, failed);
      throw withRelease(prefixed(`release ${name} failed`, thrown), failed);
    }
  }
  await hooks('post-rollback');
  for (const deployed of await storage.deployed(name))
    await record(context, storage, withInfo(deployed, { status: 'superseded' }));
  return withInfo(stored, { status: 'deployed' });
}

async function failedUpdate(
  context: Context,
  storage: Storage,
  request: RollbackRequest,
  { current, stored }: { readonly current: StoredRelease; readonly stored: StoredRelease },
  thrown: unknown,
): Promise<never> {
  const message = messageOf(thrown);
  const failed = withInfo(stored, {
    status: 'failed',
    description: `Rollback ${JSON.stringify(stored.release.name)} failed: ${message}`,
  });
  await record(context, storage, withInfo(current, { status: 'superseded' }));
  await record(context, storage, failed);
  if (request.cleanupOnFail === true && thrown instanceof UpdateError && thrown.created.length > 0) {
    const failures = await deleteAll(context, thrown.created);
    if (failures.length > 0)
      throw new HelmError(
        'helm-failed',
        `an error occurred while cleaning up resources. original rollback error: ${message}: ` +
          `unable to cleanup resources: ${failures.map(messageOf).join(', ')}`,
        { release: failed },
      );
  }
  throw withRelease(thrown, failed);
}
