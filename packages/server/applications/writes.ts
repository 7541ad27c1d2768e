import { equalData } from '@plumbline/base';
import type { Clock } from '@plumbline/base';
import type { Application, Operation, SyncOperation } from '@plumbline/api';
import { retryOnConflict } from '@plumbline/kube';
import type { Cluster } from '@plumbline/kube';
import type { Call, Router } from '../gate/route.ts';
import { HttpError, badRequest } from '../http/errors.ts';
import { readApplication, readSpec, readSync } from './input.ts';
import { jsonText } from './reads.ts';
import { APPLICATION, objectName, projectOf } from './store.ts';
import type { Applications } from './store.ts';

const MANAGER = { fieldManager: 'plumbline-server' } as const;
const MERGE = 'application/merge-patch+json';
const FINALIZER = 'resources-finalizer.argocd.argoproj.io';

/** Routes that change applications: create, update, delete, sync, end, roll back. */
export function writeRoutes(
  router: Router,
  options: {
    readonly cluster: Cluster;
    readonly applications: Applications;
    readonly clock: Clock;
    readonly namespace: string;
  },
): void {
  const { cluster, applications, clock } = options;
  const base = '/api/v1/applications';
  const object = (call: Call): string => applications.objectOf(call);
  const may = (
    action: 'update' | 'delete' | 'sync',
  ): { resource: 'applications'; action: typeof action; object: typeof object } => ({
    resource: 'applications',
    action,
    object,
  });

  /** Reads, decides, writes; again if somebody else wrote in between. */
  function change(call: Call, decide: (current: Application) => object): Promise<Application> {
    return retryOnConflict(clock, async () => {
      const current = await applications.fresh(call);
      const { name, namespace = '', resourceVersion } = current.metadata;
      const decided = decide(current) as { readonly metadata?: object };
      const body = { ...decided, metadata: { ...decided.metadata, resourceVersion } };
      return (await cluster.patch({ ...APPLICATION, name, namespace }, MERGE, body, MANAGER)) as Application;
    });
  }

  /** Writes what people decide of an application: spec, labels, annotations and finalizers, never its status. */
  function replace(
    call: Call,
    make: (current: Application) => Application | Promise<Application>,
  ): Promise<Application> {
    return retryOnConflict(clock, async () => {
      const current = await applications.fresh(call);
      const wanted = await make(current);
      if (projectOf(wanted) !== projectOf(current))
        call.require({ resource: 'applications', action: 'create' }, objectName(wanted));
      return (await cluster.update(merged(current, wanted), MANAGER)) as Application;
    });
  }

  router.route(
    { method: 'POST', path: base, access: { resource: 'applications', action: 'create' } },
    async (call) => {
      const wanted = readApplication(await call.body(), options.namespace);
      call.require({ resource: 'applications', action: 'create' }, objectName(wanted));
      const { name, namespace = '' } = wanted.metadata;
      const existing = (await cluster.get({ ...APPLICATION, namespace, name })) as Application | undefined;
      if (existing === undefined)
        return answer((await cluster.create(wanted, MANAGER)) as Application, applications);
      if (equalData(existing.spec, wanted.spec)) return answer(existing, applications);
      if (call.query.get('upsert') !== 'true') {
        throw badRequest('', 'existing application spec is different, use upsert flag to force update');
      }
      call.require({ resource: 'applications', action: 'update' }, objectName(existing));
      return answer(
        (await cluster.update(merged(existing, withKept(existing, wanted)), MANAGER)) as Application,
        applications,
      );
    },
  );

  router.route({ method: 'PUT', path: `${base}/:name`, access: may('update') }, async (call) => {
    const wanted = readApplication(await call.body(), options.namespace);
    return answer(await replace(call, () => wanted), applications);
  });

  router.route({ method: 'PUT', path: `${base}/:name/spec`, access: may('update') }, async (call) => {
    const spec = readSpec(await call.body());
    const changed = await replace(call, (current) => ({ ...current, spec }));
    return Response.json(changed.spec);
  });

  router.route({ method: 'PATCH', path: `${base}/:name`, access: may('update') }, async (call) => {
    const { patch, patchType = 'merge' } = await call.body();
    if (typeof patch !== 'string') throw badRequest('patch', 'must be a text of JSON');
    if (patchType !== 'json' && patchType !== 'merge') throw badRequest('patchType', 'must be json or merge');
    const parsed = parsePatch(patch);
    const { name, namespace = '' } = applications.get(call).metadata;
    const changed = await replace(call, async () => {
      // The cluster knows how to patch; of what comes out, only what people decide is then written.
      const how = { ...MANAGER, dryRun: true };
      const contentType = `application/${patchType === 'json' ? 'json-patch' : 'merge-patch'}+json`;
      const patched = await cluster.patch({ ...APPLICATION, name, namespace }, contentType, parsed, how);
      return readApplication(patched, options.namespace);
    });
    return answer(changed, applications);
  });

  router.route({ method: 'DELETE', path: `${base}/:name`, access: may('delete') }, async (call) => {
    const finalizer = deletionFinalizer(call.query);
    const current = await change(call, ({ metadata }) => {
      const others = (metadata.finalizers ?? []).filter(
        (f) => f !== FINALIZER && !f.startsWith(`${FINALIZER}/`),
      );
      // A deletion that is under way cannot get new finalizers.
      if (metadata.deletionTimestamp !== undefined) return {};
      return { metadata: { finalizers: finalizer === undefined ? others : [...others, finalizer] } };
    });
    const { name, namespace = '', uid } = current.metadata;
    await cluster.delete({ ...APPLICATION, name, namespace }, uid === undefined ? {} : { uid });
    return Response.json({});
  });

  router.route({ method: 'POST', path: `${base}/:name/sync`, access: may('sync') }, async (call) => {
    const request = readSync(await call.body());
    const started = await change(call, (app) => {
      checkIdle(app);
      const target = app.spec.source?.targetRevision ?? '';
      const isOther =
        request.revision !== undefined &&
        request.revision !== '' &&
        request.revision !== (target === '' ? 'HEAD' : target);
      if (isAutomated(app) && isOther && request.dryRun !== true) {
        const to = target === '' ? 'HEAD' : target;
        throw new HttpError(
          'FailedPrecondition',
          `Cannot sync to ${request.revision}: auto-sync currently set to ${to}`,
        );
      }
      const syncOptions = request.syncOptions?.items ?? app.spec.syncPolicy?.syncOptions;
      const retry = (request.retryStrategy as Operation['retry']) ?? app.spec.syncPolicy?.retry;
      const sync: SyncOperation = {
        ...(request.revision === undefined ? {} : { revision: request.revision }),
        ...(request.prune === true ? { prune: true } : {}),
        ...(request.dryRun === true ? { dryRun: true } : {}),
        ...(request.strategy === undefined ? {} : { syncStrategy: request.strategy }),
        ...(request.resources === undefined ? {} : { resources: request.resources }),
        ...(syncOptions === undefined ? {} : { syncOptions }),
      };
      return { operation: operationOf(call, sync, request.infos, retry) };
    });
    return answer(started, applications);
  });

  router.route({ method: 'DELETE', path: `${base}/:name/operation`, access: may('sync') }, async (call) => {
    await change(call, (app) => {
      const running = app.status?.operationState?.phase;
      if (app.operation === undefined || running === undefined) {
        throw badRequest('', 'Unable to terminate operation. No operation is in progress');
      }
      return { status: { operationState: { phase: 'Terminating' } } };
    });
    return Response.json({});
  });

  router.route({ method: 'POST', path: `${base}/:name/rollback`, access: may('sync') }, async (call) => {
    const { id, prune, dryRun } = await call.body();
    const started = await change(call, (app) => {
      checkIdle(app);
      if (isAutomated(app)) {
        throw new HttpError('FailedPrecondition', 'rollback cannot be initiated when auto-sync is enabled');
      }
      const entry = app.status?.history?.find((h) => String(h.id) === String(id));
      if (entry === undefined) {
        throw badRequest(
          'id',
          `application ${app.metadata.name} does not have deployment with id ${String(id)}`,
        );
      }
      const syncOptions = app.spec.syncPolicy?.syncOptions;
      const sync: SyncOperation = {
        ...(entry.revision === undefined ? {} : { revision: entry.revision }),
        ...(entry.revisions === undefined ? {} : { revisions: entry.revisions }),
        ...(entry.source === undefined ? {} : { source: entry.source }),
        ...(entry.sources === undefined ? {} : { sources: entry.sources }),
        ...(prune === true ? { prune: true } : {}),
        ...(dryRun === true ? { dryRun: true } : {}),
        ...(syncOptions === undefined ? {} : { syncOptions }),
        syncStrategy: { apply: {} },
      };
      return { operation: operationOf(call, sync, undefined, undefined) };
    });
    return answer(started, applications);
  });
}

function answer(application: Application, applications: Applications): Response {
  return jsonText(applications.text(application));
}

function merged(current: Application, wanted: Application): Application {
  const { labels, annotations, finalizers } = wanted.metadata;
  const { labels: _l, annotations: _a, finalizers: _f, ...metadata } = current.metadata;
  return {
    ...current,
    spec: wanted.spec,
    metadata: {
      ...metadata,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
    },
  };
}

/** An upsert adds labels and annotations to those that are there, as Argo CD's does; everything else it replaces. */
function withKept(existing: Application, wanted: Application): Application {
  const labels = { ...existing.metadata.labels, ...wanted.metadata.labels };
  const annotations = { ...existing.metadata.annotations, ...wanted.metadata.annotations };
  return { ...wanted, metadata: { ...wanted.metadata, labels, annotations } };
}

function parsePatch(patch: string): unknown {
  try {
    return JSON.parse(patch) as unknown;
  } catch {
    throw badRequest('patch', 'is not JSON');
  }
}

/** `cascade` (default) deletes the application's resources too, in the way that `propagationPolicy` names. */
function deletionFinalizer(query: URLSearchParams): string | undefined {
  const policy = query.get('propagationPolicy') ?? '';
  const cascade = query.get('cascade') ?? 'true';
  if (cascade !== 'true' && cascade !== 'false') throw badRequest('cascade', 'must be true or false');
  if (cascade === 'false') {
    if (policy !== '') throw badRequest('propagationPolicy', 'cannot be set when cascade is disabled');
    return undefined;
  }
  switch (policy.toLowerCase()) {
    case '':
      return FINALIZER;
    case 'foreground':
      return `${FINALIZER}/foreground`;
    case 'background':
      return `${FINALIZER}/background`;
    default:
      throw badRequest('propagationPolicy', 'must be foreground or background');
  }
}

function checkIdle(app: Application): void {
  if (app.operation !== undefined)
    throw new HttpError('FailedPrecondition', 'another operation is already in progress');
  if (app.metadata.deletionTimestamp !== undefined)
    throw new HttpError('FailedPrecondition', 'application is deleting');
}

function isAutomated(app: Application): boolean {
  const automated = app.spec.syncPolicy?.automated;
  return automated !== undefined && automated.enabled !== false;
}

function operationOf(
  call: Call,
  sync: SyncOperation,
  info: Operation['info'],
  retry: Operation['retry'],
): Operation {
  return {
    initiatedBy: { username: call.subject?.username ?? '' },
    sync,
    ...(info === undefined ? {} : { info }),
    ...(retry === undefined ? {} : { retry }),
  };
}
