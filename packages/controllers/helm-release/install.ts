import { isStatusError } from '@plumbline/kube';
import { hasSystemLabels, plainValues, releaseSystemLabels, releaseTime } from '@plumbline/render';
import type { HelmRelease, RenderedRelease, StoredRelease } from '@plumbline/render';
import { messageOf } from '@plumbline/base';
import { createAll, updateAll } from './apply.ts';
import { installDefinitions } from './definitions.ts';
import { HelmError, prefixed, withRelease } from './errors.ts';
import { HooksError, runHooks } from './hooks.ts';
import type { HookEvent } from './hooks.ts';
import { buildTargets } from './objects.ts';
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
import type { InstallRequest, RenderOptions } from './requests.ts';
import type { Storage } from './storage.ts';
import { uninstall } from './uninstall.ts';
import { waitReady } from './waiting.ts';

/** Installs a chart as the first revision of a release. */
export async function install(
  context: Context,
  storage: Storage,
  request: InstallRequest,
): Promise<StoredRelease> {
  // Helm 4 tries an install on the client without any cluster.
  const offline = request.dryRun === 'client' && context.profile === 4;
  if (!offline) await reachable(context);
  checkHiding(context, request);
  await checkName(context, storage, request);
  if (request.dryRun === undefined)
    await installDefinitions(context, request.chart, request.config, request.definitions ?? 'create');
  checkLabels(request.labels ?? {});
  const { name, chart, config } = request;
  const revision = 1;
  const rendered = await renderLive(
    context,
    { ...renderWish(request), chart, name, namespace: context.namespace, revision, isUpgrade: false, config },
    { lookups: request.dryRun !== 'client', offline, postRender: request.postRender },
  );
  const serverSide = isServerSide(request.serverSide, context.profile, undefined);
  const draft = firstRelease(context, request, rendered, serverSide);
  if (offline) return dryRun(draft, { ...request, description: '' });
  const built = await buildTargets(context, rendered.manifest, { checked: true }).catch((thrown: unknown) => {
    throw prefixed('unable to build kubernetes objects from release manifest', thrown);
  });
  const targets = owned(built, name, context.namespace);
  const rule = { name, namespace: context.namespace, take: request.takeOwnership === true };
  const unable =
    context.profile === 3 ? 'Unable to continue with install' : 'unable to continue with install';
  const existing = await existingTargets(context, targets, rule).catch((thrown: unknown) => {
    throw prefixed(unable, thrown);
  });
  // A description is not for installs that are only tried.
  if (request.dryRun !== undefined) return dryRun(draft, { ...request, description: '' });
  if (request.createNamespace === true) await createNamespace(context, serverSide);
  if (request.replace === true) await supersede(context, storage, name);
  const stored = await takeFreeRevision(storage, draft, request);
  try {
    return await perform(context, storage, { request, targets, existing, serverSide, stored });
  } catch (thrown) {
    return await failed(context, storage, request, thrown, stored);
  }
}

async function reachable(context: Context): Promise<void> {
  try {
    await checkReachable(context);
  } catch (thrown) {
    throw context.profile === 4 ? prefixed('cluster reachability check failed', thrown) : thrown;
  }
}

export function checkHiding(context: Context, request: RenderOptions): void {
  if (request.hideSecrets !== true || request.dryRun !== undefined) return;
  const first = context.profile === 3 ? 'Hiding' : 'hiding';
  throw new HelmError('bad-request', `${first} Kubernetes secrets requires a dry-run mode`);
}

/** What of a request goes to the renderer as it is. */
export function renderWish(request: RenderOptions) {
  const { skipSchemaValidation, subchartNotes, seed } = request;
  return {
    random: request.random ?? ('fresh' as const),
    ...(skipSchemaValidation === undefined ? {} : { skipSchemaValidation }),
    ...(subchartNotes === undefined ? {} : { subchartNotes }),
    ...(seed === undefined ? {} : { seed }),
  };
}

export function checkLabels(labels: Readonly<Record<string, string>>): void {
  if (!hasSystemLabels(labels)) return;
  throw new HelmError(
    'bad-request',
    `user supplied labels contains system reserved label name. System labels: [${releaseSystemLabels.join(' ')}]`,
  );
}

async function checkName(context: Context, storage: Storage, request: InstallRequest): Promise<void> {
  const check = async (): Promise<void> => {
    const { name } = request;
    const wrong = wrongName(name);
    if (wrong !== undefined)
      throw new HelmError('bad-request', `release name ${JSON.stringify(name)}: ${wrong}`);
    if (request.dryRun !== undefined) return;
    const last = await lastOrNothing(storage, name);
    if (last === undefined) return;
    const status = statusOf(last);
    if (request.replace === true && (status === 'uninstalled' || status === 'failed')) return;
    throw new HelmError(
      'name-in-use',
      `cannot ${context.profile === 3 ? 're-use' : 'reuse'} a name that is still in use`,
    );
  };
  try {
    await check();
  } catch (thrown) {
    throw context.profile === 4 ? prefixed('release name check failed', thrown) : thrown;
  }
}

async function lastOrNothing(storage: Storage, name: string): Promise<StoredRelease | undefined> {
  try {
    return await storage.last(name);
  } catch (thrown) {
    if (thrown instanceof HelmError && thrown.code === 'release-not-found') return undefined;
    throw thrown;
  }
}

function firstRelease(
  context: Context,
  request: InstallRequest,
  rendered: RenderedRelease,
  serverSide: boolean,
): StoredRelease {
  const now = releaseTime(context.clock.now());
  const { profile } = context;
  const release: HelmRelease = {
    name: request.name,
    info: newInfo(
      profile,
      { first: now, last: now },
      { description: 'Initial install underway', status: 'pending-install', notes: rendered.notes },
    ),
    ...releaseBody(request, rendered),
    version: 1,
    namespace: context.namespace,
    ...applyMethod(profile, serverSide),
  };
  return { release, labels: request.labels ?? {} };
}

/** Chart, values, manifest and hooks of a record. */
export function releaseBody(request: RenderOptions, rendered: RenderedRelease) {
  const { config } = request;
  return {
    chart: rendered.chart,
    ...(config.size === 0 ? {} : { config: plainValues(config) }),
    ...(rendered.manifest === '' ? {} : { manifest: rendered.manifest }),
    ...(rendered.hooks.length === 0 ? {} : { hooks: rendered.hooks }),
  };
}

/** What a dry run would have made. */
export function dryRun(draft: StoredRelease, request: RenderOptions): StoredRelease {
  const description =
    request.description === undefined || request.description === ''
      ? 'Dry run complete'
      : request.description;
  const done = withInfo(draft, { description });
  if (request.hideSecrets !== true) return done;
  return {
    ...done,
    release: { ...done.release, manifest: withoutSecrets(done.release.manifest ?? '') },
  };
}

function withoutSecrets(manifest: string): string {
  return manifest.replace(
    /^---\n(# Source: [^\n]*\n)((?:(?!---\n).*\n)*)/gm,
    (all, source: string, body: string) =>
      /^kind: ["']?Secret["']?\s*$/m.test(body)
        ? `---\n${source}# HIDDEN: The Secret output has been suppressed\n`
        : all,
  );
}

async function createNamespace(context: Context, serverSide: boolean): Promise<void> {
  const { cluster, fieldManager, namespace } = context;
  const object = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { name: namespace } },
  };
  try {
    if (serverSide) {
      await cluster.patch(
        { group: '', version: 'v1', kind: 'Namespace', name: namespace },
        'application/apply-patch+yaml',
        object,
        { fieldManager },
      );
    } else await cluster.create(object, { fieldManager });
  } catch (thrown) {
    if (isStatusError(thrown, 409) && thrown.reason === 'AlreadyExists') return;
    throw thrown;
  }
}

/** A release that takes over a name goes on counting; the one before is superseded. */
async function supersede(context: Context, storage: Storage, name: string): Promise<void> {
  const last = await lastOrNothing(storage, name);
  if (last === undefined || statusOf(last) === 'failed') return;
  await record(
    context,
    storage,
    withInfo(last, { status: 'superseded', description: 'superseded by new release' }),
  );
}

async function takeFreeRevision(
  storage: Storage,
  draft: StoredRelease,
  request: InstallRequest,
): Promise<StoredRelease> {
  const last = request.replace === true ? await lastOrNothing(storage, request.name) : undefined;
  const version = (last?.release.version ?? 0) + 1;
  const stored = { ...draft, release: { ...draft.release, version } };
  await storage.create(stored, request.historyMax ?? 0);
  return stored;
}

interface Performance {
  readonly request: InstallRequest;
  readonly targets: readonly Target[];
  readonly existing: readonly Target[];
  readonly serverSide: boolean;
  readonly stored: StoredRelease;
}

async function perform(context: Context, storage: Storage, work: Performance): Promise<StoredRelease> {
  const { request, targets, existing, serverSide } = work;
  const timeoutMs = request.timeoutMs ?? timeoutDefaultMs;
  let { stored } = work;
  const hooks = async (event: HookEvent): Promise<void> => {
    if (request.noHooks === true) return;
    try {
      stored = await runHooks(context, storage, stored, { event, timeoutMs, serverSide });
    } catch (thrown) {
      if (thrown instanceof HooksError) stored = thrown.stored;
      throw prefixedWith(`failed ${event}`, thrown, stored);
    }
  };
  await hooks('pre-install');
  if (existing.length === 0) {
    await createAll(context, targets, { serverSide });
  } else {
    await updateAll(context, existing, targets, {
      serverSide,
      adoptFields: true,
      forceReplace: request.forceReplace === true,
      forceConflicts: request.forceConflicts === true,
      threeWayForAll: request.takeOwnership === true,
    });
  }
  if (request.wait === true || request.rollbackOnFailure === true)
    await waitReady(context, targets, timeoutMs, request.waitForJobs === true);
  await hooks('post-install');
  const description = request.description ?? '';
  stored = withInfo(stored, {
    status: 'deployed',
    description: description === '' ? 'Install complete' : description,
  });
  await record(context, storage, stored);
  return stored;
}

/** A failure inside of an action, with the release as it was by then. */
function prefixedWith(prefix: string, thrown: unknown, stored: StoredRelease): HelmError {
  return withRelease(prefixed(prefix, thrown), stored);
}

async function failed(
  context: Context,
  storage: Storage,
  request: InstallRequest,
  thrown: unknown,
  begun: StoredRelease,
): Promise<never> {
  const before = thrown instanceof HelmError && thrown.release !== undefined ? thrown.release : begun;
  const message = messageOf(thrown);
  const stored = withInfo(before, {
    status: 'failed',
    description: `Release ${JSON.stringify(request.name)} failed: ${message}`,
  });
  if (request.rollbackOnFailure !== true) {
    await record(context, storage, stored);
    throw withRelease(thrown, stored);
  }
  // What was cancelled still has to be cleaned up.
  const { signal: _cancelled, ...calm } = context;
  try {
    await uninstall(calm, storage, {
      name: request.name,
      noHooks: request.noHooks === true,
      timeoutMs: request.timeoutMs ?? timeoutDefaultMs,
    });
  } catch (failure) {
    const both =
      context.profile === 3
        ? `an error occurred while uninstalling the release. original install error: ${message}: ${messageOf(failure)}`
        : `an error occurred while uninstalling the release. original install error: ${message}: ${messageOf(failure)}`;
    throw new HelmError('helm-failed', both, { release: stored });
  }
  const flag = context.profile === 3 ? 'atomic' : 'rollback-on-failure';
  const words = `release ${request.name} failed, and has been uninstalled due to ${flag} being set`;
  throw withRelease(prefixed(words, thrown), stored);
}
