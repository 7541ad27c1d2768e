import { messageOf } from '@plumbline/base';
import type { GoMap } from '@plumbline/languages';
import { toGo } from '@plumbline/languages';
import { computedValues, overlayConfig, recordedDefaults, releaseTime } from '@plumbline/render';
import type { HelmRelease, RenderedRelease, StoredRelease } from '@plumbline/render';
import { deleteAll, updateAll, UpdateError } from './apply.ts';
import { installDefinitions } from './definitions.ts';
import { HelmError, prefixed, withRelease } from './errors.ts';
import { HooksError, runHooks } from './hooks.ts';
import { checkHiding, checkLabels, dryRun, releaseBody, renderWish } from './install.ts';
import { buildTargets, gvkText } from './objects.ts';
import type { Target } from './objects.ts';
import { existingTargets, owned } from './ownership.ts';
import type { Context } from './ports.ts';
import {
  applyMethod,
  checkReachable,
  isServerSide,
  newInfo,
  record,
  statusOf,
  withInfo,
  wrongName,
} from './release-state.ts';
import { renderLive } from './rendering.ts';
import { timeoutDefaultMs } from './requests.ts';
import type { UpgradeRequest } from './requests.ts';
import { rollback } from './rollback.ts';
import type { Storage } from './storage.ts';
import { waitReady } from './waiting.ts';

/** Makes the next revision of a release. */
export async function upgrade(
  context: Context,
  storage: Storage,
  request: UpgradeRequest,
): Promise<StoredRelease> {
  await checkReachable(context);
  if (wrongName(request.name) !== undefined)
    throw new HelmError('bad-request', `release name is invalid: ${request.name}`);
  checkHiding(context, request);
  const { last, current } = await releasesBefore(storage, request.name);
  const values = reusedValues(context, request, current.release);
  const revision = last.release.version + 1;
  if (request.dryRun === undefined)
    await installDefinitions(context, request.chart, values.config, request.definitions ?? 'skip');
  const namespace = current.release.namespace === '' ? context.namespace : current.release.namespace;
  const rendered = await renderLive(
    context,
    {
      ...renderWish(request),
      chart: request.chart,
      name: request.name,
      namespace,
      revision,
      isUpgrade: true,
      ...values,
    },
    { lookups: request.dryRun !== 'client', postRender: request.postRender },
  );
  checkLabels(request.labels ?? {});
  const serverSide = isServerSide(request.serverSide, context.profile, last.release);
  const draft = nextRelease(context, request, {
    rendered,
    last,
    current,
    revision,
    serverSide,
    namespace,
    config: values.config,
  });
  const built = await buildTargets(context, rendered.manifest, { checked: true });
  const targets = owned(built, request.name, namespace);
  const originals = await originalsOf(context, current.release, targets, request);
  if (request.dryRun !== undefined) return dryRun(draft, request);
  await storage.create(draft, request.historyMax ?? 0);
  return perform(context, storage, { request, draft, current, originals, targets, serverSide });
}

async function releasesBefore(
  storage: Storage,
  name: string,
): Promise<{ readonly last: StoredRelease; readonly current: StoredRelease }> {
  const none = (): HelmError =>
    new HelmError('no-deployed-releases', `${JSON.stringify(name)} has no deployed releases`);
  let last: StoredRelease;
  try {
    last = await storage.last(name);
  } catch (thrown) {
    if (thrown instanceof HelmError && thrown.code === 'release-not-found') throw none();
    throw thrown;
  }
  const status = statusOf(last);
  if (status.startsWith('pending-'))
    throw new HelmError('release-pending', 'another operation (install/upgrade/rollback) is in progress');
  if (status === 'deployed') return { last, current: last };
  const deployed = (await storage.deployed(name)).at(-1);
  if (deployed !== undefined) return { last, current: deployed };
  if (status === 'failed' || status === 'superseded') return { last, current: last };
  throw none();
}

/** What a release said before, as values of Go. */
function configOf(release: HelmRelease): GoMap {
  const config = toGo(release.config ?? {});
  return config instanceof Map ? config : new Map();
}

function reusedValues(
  { profile }: Context,
  request: UpgradeRequest,
  before: HelmRelease,
): { readonly config: GoMap; readonly defaults?: GoMap } {
  const { config, values = 'auto' } = request;
  const said = configOf(before);
  switch (values) {
    case 'reset':
      return { config };
    case 'reuse': {
      const { name, values: defaults } = recordedDefaults(before.chart);
      return {
        config: overlayConfig(config, said, profile),
        defaults: computedValues(name, defaults, said, profile),
      };
    }
    case 'reset-then-reuse':
      return { config: overlayConfig(config, said, profile) };
    default:
      return { config: config.size === 0 && said.size > 0 ? said : config };
  }
}

interface Draft {
  readonly rendered: RenderedRelease;
  readonly last: StoredRelease;
  readonly current: StoredRelease;
  readonly revision: number;
  readonly serverSide: boolean;
  readonly namespace: string;
  readonly config: GoMap;
}

function nextRelease(context: Context, request: UpgradeRequest, draft: Draft): StoredRelease {
  const { profile } = context;
  const { rendered, last, current, revision, config } = draft;
  const now = releaseTime(context.clock.now());
  const release: HelmRelease = {
    name: request.name,
    info: newInfo(
      profile,
      { first: current.release.info.first_deployed ?? now, last: now },
      { description: 'Preparing upgrade', status: 'pending-upgrade', notes: rendered.notes },
    ),
    ...releaseBody({ ...request, config }, rendered),
    version: revision,
    namespace: draft.namespace,
    ...applyMethod(profile, draft.serverSide),
  };
  const labels = Object.entries({ ...last.labels, ...request.labels }).filter(
    ([, value]) => value !== 'null',
  );
  return { release, labels: Object.fromEntries(labels) };
}

/** The objects that are there: those of the release before, and those that it may take over now. */
async function originalsOf(
  context: Context,
  before: HelmRelease,
  targets: readonly Target[],
  request: UpgradeRequest,
): Promise<readonly Target[]> {
  const originals = await buildTargets(context, before.manifest ?? '').catch((thrown: unknown) => {
    const words = messageOf(thrown).includes('no matches for kind')
      ? 'current release manifest contains removed kubernetes api(s) for this kubernetes version and it is ' +
        'therefore unable to build the kubernetes objects for performing the diff. error from kubernetes'
      : 'unable to build kubernetes objects from current release manifest';
    throw prefixed(words, thrown);
  });
  const keyOf = (target: Target): string => `${gvkText(target)}/${target.namespace}/${target.name}`;
  const known = new Set(originals.map(keyOf));
  const added = targets.filter((target) => !known.has(keyOf(target)));
  const namespace = before.namespace === '' ? context.namespace : before.namespace;
  const rule = { name: request.name, namespace, take: request.takeOwnership === true };
  const unable = context.profile === 3 ? 'Unable to continue with update' : 'unable to continue with update';
  const adopted = await existingTargets(context, added, rule).catch((thrown: unknown) => {
    throw prefixed(unable, thrown);
  });
  return [...originals, ...adopted];
}

interface Performance {
  readonly request: UpgradeRequest;
  readonly draft: StoredRelease;
  readonly current: StoredRelease;
  readonly originals: readonly Target[];
  readonly targets: readonly Target[];
  readonly serverSide: boolean;
}

async function perform(context: Context, storage: Storage, work: Performance): Promise<StoredRelease> {
  const { request, current, originals, targets, serverSide } = work;
  const timeoutMs = request.timeoutMs ?? timeoutDefaultMs;
  let stored = work.draft;
  let created: readonly Target[] = [];
  try {
    stored = await hooks('pre-upgrade');
    const wasClientSide = current.release.apply_method !== 'ssa';
    const written = await updateAll(context, originals, targets, {
      serverSide,
      forceReplace: request.forceReplace === true,
      forceConflicts: request.forceConflicts === true,
      adoptFields: wasClientSide && serverSide,
    });
    created = written.created;
    if (request.wait === true || request.rollbackOnFailure === true)
      await waitReady(context, targets, timeoutMs, request.waitForJobs === true);
    stored = await hooks('post-upgrade');
  } catch (thrown) {
    if (thrown instanceof HooksError) ({ stored } = thrown);
    if (thrown instanceof UpdateError) ({ created } = thrown);
    return await failed(context, storage, { request, stored, created, current }, thrown);
  }
  await record(context, storage, withInfo(current, { status: 'superseded' }));
  const description = request.description ?? '';
  stored = withInfo(stored, {
    status: 'deployed',
    description: description === '' ? 'Upgrade complete' : description,
  });
  await storage.update(stored);
  return stored;

  async function hooks(event: 'pre-upgrade' | 'post-upgrade'): Promise<StoredRelease> {
    if (request.noHooks === true) return stored;
    try {
      return await runHooks(context, storage, stored, { event, timeoutMs, serverSide });
    } catch (thrown) {
      if (!(thrown instanceof HooksError)) throw thrown;
      throw new HooksError(prefixed(`${event} hooks failed`, thrown), thrown.stored);
    }
  }
}

interface Failure {
  readonly request: UpgradeRequest;
  readonly stored: StoredRelease;
  readonly created: readonly Target[];
  readonly current: StoredRelease;
}

async function failed(
  context: Context,
  storage: Storage,
  { request, created, ...failure }: Failure,
  thrown: unknown,
): Promise<never> {
  const message = messageOf(thrown);
  const { name } = failure.stored.release;
  const stored = withInfo(failure.stored, {
    status: 'failed',
    description: `Upgrade ${JSON.stringify(name)} failed: ${message}`,
  });
  await record(context, storage, stored);
  if (request.cleanupOnFail === true && created.length > 0) {
    const failures = await deleteAll(context, created);
    if (failures.length > 0)
      throw new HelmError(
        'helm-failed',
        `an error occurred while cleaning up resources. original upgrade error: ${message}: ` +
          `unable to cleanup resources: ${failures.map(messageOf).join(', ')}`,
        { release: stored },
      );
  }
  if (request.rollbackOnFailure !== true) throw withRelease(thrown, stored);
  await rollBackAfter(context, storage, request, stored, thrown);
  const flag = context.profile === 3 ? 'atomic' : 'rollback-on-failure';
  const words = `release ${name} failed, and has been rolled back due to ${flag} being set`;
  throw withRelease(prefixed(words, thrown), stored);
}

async function rollBackAfter(
  context: Context,
  storage: Storage,
  request: UpgradeRequest,
  stored: StoredRelease,
  thrown: unknown,
): Promise<void> {
  const { name } = stored.release;
  // Those that failed are not superseded unless a later one succeeded.
  const good = (await storage.history(name)).filter((one) =>
    ['superseded', 'deployed'].includes(statusOf(one)),
  );
  const target = good.at(-1);
  if (target === undefined)
    throw withRelease(
      prefixed(
        'unable to find a previously successful release when attempting to rollback. original upgrade error',
        thrown,
      ),
      stored,
    );
  const { signal: _cancelled, ...calm } = context;
  try {
    await rollback(calm, storage, {
      name,
      version: target.release.version,
      wait: true,
      waitForJobs: request.waitForJobs === true,
      noHooks: request.noHooks === true,
      forceReplace: request.forceReplace === true,
      forceConflicts: request.forceConflicts === true,
      timeoutMs: request.timeoutMs ?? timeoutDefaultMs,
      ...(request.historyMax === undefined ? {} : { historyMax: request.historyMax }),
    });
  } catch (failure) {
    throw new HelmError(
      'helm-failed',
      `an error occurred while rolling back the release. original upgrade error: ${messageOf(thrown)}: ${messageOf(failure)}`,
      { release: stored },
    );
  }
}
