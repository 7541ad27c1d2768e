import { messageOf, textAt } from '@plumbline/base';
import { compareKindsForRemoval, manifestDocuments, releaseTime } from '@plumbline/render';
import type { HelmRelease, StoredRelease } from '@plumbline/render';
import { deleteAll, isKept } from './apply.ts';
import { HelmError, prefixed } from './errors.ts';
import { runHooks } from './hooks.ts';
import { buildTargets } from './objects.ts';
import type { Target } from './objects.ts';
import type { Context } from './ports.ts';
import { checkReachable, record, statusOf, withInfo, wrongName } from './release-state.ts';
import { timeoutDefaultMs } from './requests.ts';
import type { UninstallRequest, Uninstalled } from './requests.ts';
import type { Storage } from './storage.ts';
import { waitDeleted } from './waiting.ts';

/** Takes a release away: its objects, and its records unless they are to stay. */
export async function uninstall(
  context: Context,
  storage: Storage,
  request: UninstallRequest,
): Promise<Uninstalled> {
  await checkReachable(context);
  const { name } = request;
  if (request.dryRun === true) return dryRun(context, storage, request);
  if (wrongName(name) !== undefined)
    throw new HelmError('bad-request', `uninstall: Release name is invalid: ${name}`);
  let history: readonly StoredRelease[];
  try {
    history = await storage.history(name);
  } catch (thrown) {
    if (request.ignoreNotFound === true) return { release: undefined, info: '' };
    throw prefixed(`uninstall: Release not loaded: ${name}`, thrown);
  }
  const last = history.at(-1);
  if (last === undefined) throw new HelmError('release-not-found', 'no release provided');
  if (statusOf(last) === 'uninstalled') {
    if (request.keepHistory === true)
      throw new HelmError('already-deleted', `the release named ${JSON.stringify(name)} is already deleted`);
    await purge(storage, history);
    return { release: last, info: '' };
  }
  return perform(context, storage, request, { history, last });
}

async function dryRun(context: Context, storage: Storage, request: UninstallRequest): Promise<Uninstalled> {
  try {
    return { release: await storage.last(request.name), info: '' };
  } catch (thrown) {
    if (context.profile === 4 && request.ignoreNotFound === true) return { release: undefined, info: '' };
    throw thrown;
  }
}

async function purge(storage: Storage, history: readonly StoredRelease[]): Promise<void> {
  try {
    for (const { release } of history) await storage.remove(release.name, release.version);
  } catch (thrown) {
    throw prefixed('uninstall: Failed to purge the release', thrown);
  }
}

interface Records {
  readonly history: readonly StoredRelease[];
  readonly last: StoredRelease;
}

async function perform(
  context: Context,
  storage: Storage,
  request: UninstallRequest,
  { history, last }: Records,
): Promise<Uninstalled> {
  const timeoutMs = request.timeoutMs ?? timeoutDefaultMs;
  const serverSide = context.profile === 4;
  const errors: unknown[] = [];
  let stored = withInfo(last, {
    status: 'uninstalling',
    deleted: releaseTime(context.clock.now()),
    description: 'Deletion in progress (or silently failed)',
  });
  if (request.noHooks !== true)
    stored = await runHooks(context, storage, stored, { event: 'pre-delete', timeoutMs, serverSide });
  await record(context, storage, stored);
  const { targets, kept } = await toDelete(context, stored.release);
  const failures = await deleteAll(context, targets, request.propagation);
  if (failures.length > 0) {
    const hint = failures.map(messageOf).join('; ');
    throw new HelmError('helm-failed', `failed to delete release: ${request.name}`, {
      hint,
      release: stored,
    });
  }
  if (request.wait === true)
    await waitDeleted(context, targets, timeoutMs).catch((thrown: unknown) => errors.push(thrown));
  if (request.noHooks !== true) {
    try {
      stored = await runHooks(context, storage, stored, { event: 'post-delete', timeoutMs, serverSide });
    } catch (thrown) {
      errors.push(thrown);
    }
  }
  const description = request.description ?? '';
  stored = withInfo(stored, {
    status: 'uninstalled',
    description: description === '' ? 'Uninstallation complete' : description,
  });
  if (request.keepHistory === true) {
    await record(context, storage, stored);
    for (const other of await storage.deployed(request.name))
      await record(context, storage, withInfo(other, { status: 'superseded' }));
  } else await purge(storage, history).catch((thrown: unknown) => errors.push(thrown));
  if (errors.length > 0)
    throw new HelmError(
      'helm-failed',
      `uninstallation completed with ${errors.length} error(s): ${errors.map(messageOf).join('; ')}`,
      { release: stored },
    );
  const info = kept === '' ? '' : `These resources were kept due to the resource policy:\n${kept}`;
  return { release: stored, info };
}

/** The objects of a release in the order of their removal, without those that are to be kept. */
async function toDelete(
  context: Context,
  release: HelmRelease,
): Promise<{ readonly targets: readonly Target[]; readonly kept: string }> {
  const failed = (thrown: unknown): never => {
    context.logger.warn('a release cannot be deleted', { name: release.name, error: messageOf(thrown) });
    throw new HelmError('helm-failed', `failed to delete release: ${release.name}`, {
      hint: messageOf(thrown),
    });
  };
  const documents = manifestDocuments(release.manifest ?? '');
  const manifest = documents
    .filter(({ object }) => object !== undefined)
    .map(({ text, object = {} }) => ({ text, kind: textAt(object, 'kind') }))
    .toSorted((a, b) => compareKindsForRemoval(a.kind, b.kind, context.profile))
    .map(({ text }) => text)
    .join('\n---\n');
  const all = await buildTargets(context, manifest).catch(failed);
  const kept = all.filter(({ object }) => isKept(object));
  return {
    targets: all.filter(({ object }) => !isKept(object)),
    kept: kept.map(({ resource, name }) => `[${resource.kind}] ${name}\n`).join(''),
  };
}
