import type { Application, ApplicationViews, ManagedResource } from '@plumbline/api';
import type { Clock } from '@plumbline/base';
import { withoutManagedFields } from '@plumbline/kube';
import type { Cluster } from '@plumbline/kube';
import type { Call, Router } from '../gate/route.ts';
import type { Authorize } from '../gate/types.ts';
import { HttpError, badRequest } from '../http/errors.ts';
import { fieldFilter } from './fields.ts';
import type { FieldFilter } from './fields.ts';
import { APPLICATION, applicationFilter, isNewer, objectName, sortKey } from './store.ts';
import type { Applications } from './store.ts';

const REFRESH = 'argocd.argoproj.io/refresh';
/** How long an answer waits for a comparison that was asked for. */
const REFRESH_MS = 30_000;
/** Applications that are turned into text before others get their turn. */
const SLICE = 50;
const EVENTS_MAX = 500;

/** Routes that show applications: lists, one, its tree, resources, events and revisions. */
export function readRoutes(
  router: Router,
  options: {
    readonly cluster: Cluster;
    readonly applications: Applications;
    readonly views: ApplicationViews;
    readonly authorize: Authorize;
    readonly clock: Clock;
  },
): void {
  const { cluster, applications, views, authorize, clock } = options;
  const object = (call: Call): string => applications.objectOf(call);
  const get = { resource: 'applications', action: 'get', object } as const;
  const base = '/api/v1/applications';

  router.route({ method: 'GET', path: base, access: { resource: 'applications', action: 'get' } }, (call) => {
    const matches = applicationFilter(call.query);
    const { subject } = call;
    const items: Application[] = [];
    let version = '';
    for (const application of applications.all()) {
      const { resourceVersion = '' } = application.metadata;
      if (isNewer(resourceVersion, version)) version = resourceVersion;
      if (subject === undefined || !authorize(subject, 'applications', 'get', objectName(application)))
        continue;
      if (matches(application)) items.push(application);
    }
    const sorted = items.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
    return listResponse(sorted, version, fieldFilter(call.query.get('fields')), applications);
  });

  router.route({ method: 'GET', path: `${base}/:name`, access: get }, async (call) => {
    const application = applications.get(call);
    const kind = call.query.get('refresh');
    if (kind === null || kind === '') return jsonText(applications.text(application));
    if (kind !== 'normal' && kind !== 'hard') throw badRequest('refresh', 'must be normal or hard');
    const refreshed = await refresh(cluster, clock, application, kind, call.request.signal);
    return jsonText(applications.text(refreshed));
  });

  router.route({ method: 'GET', path: `${base}/:name/resource-tree`, access: get }, (call) => {
    const { metadata } = applications.get(call);
    return Response.json(
      views.tree({ namespace: metadata.namespace ?? '', name: metadata.name }) ?? { nodes: [] },
    );
  });

  router.route({ method: 'GET', path: `${base}/:name/managed-resources`, access: get }, (call) => {
    const { metadata } = applications.get(call);
    const items = views.managed({ namespace: metadata.namespace ?? '', name: metadata.name }) ?? [];
    return Response.json({ items: items.filter(resourceFilter(call.query)) });
  });

  router.route({ method: 'GET', path: `${base}/:name/plan`, access: get }, (call) => {
    const { metadata } = applications.get(call);
    const application = { namespace: metadata.namespace ?? '', name: metadata.name };
    const plan = views.plan(application, { prune: call.query.get('prune') === 'true' });
    if (plan === undefined) throw new HttpError('Unavailable', 'the application has not been compared yet');
    return Response.json(plan);
  });

  router.route({ method: 'GET', path: `${base}/:name/resource`, access: get }, (call) => {
    const { metadata } = applications.get(call);
    const parameter = (name: string): string => call.query.get(name) ?? '';
    const key = {
      group: parameter('group'),
      kind: parameter('kind'),
      namespace: parameter('namespace'),
      name: parameter('resourceName'),
    };
    if (key.kind === '' || key.name === '') throw badRequest('kind and resourceName', 'are needed');
    const manifest = views.live({ namespace: metadata.namespace ?? '', name: metadata.name }, key);
    if (manifest === undefined) {
      throw new HttpError(
        'NotFound',
        `${key.kind} ${key.name} is no live resource of application ${metadata.name}`,
      );
    }
    return Response.json({ manifest });
  });

  router.route({ method: 'GET', path: `${base}/:name/events`, access: get }, async (call) => {
    const application = applications.get(call);
    const items = await eventsOf(cluster, views, application, call.query);
    return Response.json({ metadata: {}, items });
  });

  router.route(
    { method: 'GET', path: `${base}/:name/revisions/:revision/metadata`, access: get },
    async (call) => {
      const { spec } = applications.get(call);
      const index = Number(call.query.get('sourceIndex') ?? '0');
      const source = spec.sources?.[index] ?? spec.source;
      const revision = call.params['revision'] ?? '';
      const info = source === undefined ? undefined : await views.revision(source.repoURL, revision);
      if (info === undefined) throw new HttpError('NotFound', `revision ${revision} is not known`);
      const { author, email, date, message, tags } = info;
      return Response.json({ author: email === '' ? author : `${author} <${email}>`, date, message, tags });
    },
  );
}

/** An answer from JSON that is text already. */
export function jsonText(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'application/json' } });
}

/** Writes a list in slices: a thousand applications are some megabytes of text, which must not hold up others. */
function listResponse(
  items: readonly Application[],
  resourceVersion: string,
  filter: FieldFilter | undefined,
  applications: Applications,
): Response {
  const metadata = { resourceVersion };
  if (filter !== undefined) {
    // Fields name their way from the top of the answer.
    return Response.json(filter.apply({ metadata, items: items.map((item) => withoutManagedFields(item)) }));
  }
  const encoder = new TextEncoder();
  let next = 0;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (next > 0) await new Promise((resolve) => setImmediate(resolve));
      const slice = items.slice(next, next + SLICE).map((item) => applications.text(item));
      const start =
        next === 0 ? `{"metadata":${JSON.stringify(metadata)},"items":[` : slice.length === 0 ? '' : ',';
      next += SLICE;
      const isLast = next >= items.length;
      controller.enqueue(encoder.encode(`${start}${slice.join(',')}${isLast ? ']}' : ''}`));
      if (isLast) controller.close();
    },
  });
  return new Response(stream, { headers: { 'content-type': 'application/json' } });
}

function resourceFilter(query: URLSearchParams): (resource: ManagedResource) => boolean {
  const wanted = (['group', 'kind', 'namespace', 'name'] as const)
    .map((field) => [field, query.get(field) ?? ''] as const)
    .filter(([, value]) => value !== '');
  return (resource) => wanted.every(([field, value]) => resource[field] === value);
}

/** Asks for a comparison by annotation, as `kubectl annotate` would, and waits until the controller took it away. */
async function refresh(
  cluster: Cluster,
  clock: Clock,
  application: Application,
  kind: 'normal' | 'hard',
  signal: AbortSignal,
): Promise<Application> {
  const { name, namespace = '' } = application.metadata;
  const key = { ...APPLICATION, namespace, name };
  const body = { metadata: { annotations: { [REFRESH]: kind } } };
  const marked = await cluster.patch(key, 'application/merge-patch+json', body, {
    fieldManager: 'plumbline-server',
  });
  const since = marked.metadata.resourceVersion ?? '';
  return new Promise((resolve) => {
    const finish = (result: Application): void => {
      cancelWatch();
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
      resolve(result);
    };
    const check = (): void => {
      const current = cluster.live.get(key) as Application | undefined;
      const isNew = current !== undefined && isNewer(current.metadata.resourceVersion ?? '', since);
      if (isNew && current.metadata.annotations?.[REFRESH] === undefined) finish(current);
    };
    const onAbort = (): void => finish(application);
    const cancelWatch = cluster.live.listen(({ object }) => {
      if (object.kind === APPLICATION.kind && object.metadata.name === name) check();
    });
    const cancelTimer = clock.after(REFRESH_MS, () => {
      finish((cluster.live.get(key) as Application | undefined) ?? application);
    });
    signal.addEventListener('abort', onAbort);
    check();
  });
}

/** Events of the application itself, or of one resource of its tree. */
async function eventsOf(
  cluster: Cluster,
  views: ApplicationViews,
  application: Application,
  query: URLSearchParams,
): Promise<readonly unknown[]> {
  const { name: appName, namespace: appNamespace = '', uid: appUid = '' } = application.metadata;
  let [namespace, name, uid] = [appNamespace, appName, appUid];
  const resource = query.get('resourceName') ?? '';
  if (resource !== '') {
    name = resource;
    namespace = query.get('resourceNamespace') ?? '';
    uid = query.get('resourceUID') ?? '';
    const tree = views.tree({ namespace: appNamespace, name: appName });
    const isOwn = tree?.nodes.some(
      (n) => n.name === name && (n.namespace ?? '') === namespace && (uid === '' || n.uid === uid),
    );
    if (isOwn !== true) throw new HttpError('NotFound', `${name} is no resource of application ${appName}`);
  }
  const parts = [`involvedObject.name=${name}`, ...(uid === '' ? [] : [`involvedObject.uid=${uid}`])];
  const { items } = await cluster.list(
    { group: '', version: 'v1', kind: 'Event' },
    { ...(namespace === '' ? {} : { namespace }), fieldSelector: parts.join(',') },
  );
  return items.slice(-EVENTS_MAX).map((item) => withoutManagedFields(item));
}
