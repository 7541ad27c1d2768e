// Sequences about deletion, and about lists and watches.
import { kinds, collectionOf } from './kinds.mjs';
import { example, home } from './shared.mjs';

export function lifecycleSequence(given) {
  const { r } = given;
  const world = kinds[given.kind].dry === true ? { ...given, kind: 'ConfigMap' } : given;
  const { namespace, first } = home(world);
  const body = example(world, namespace);
  if (r.chance(0.5))
    body.metadata.finalizers = r.pick([
      ['example.com/hold'],
      ['foregroundDeletion'],
      ['example.com/a', 'example.com/b'],
      ['orphan'],
    ]);
  const collection = collectionOf(world.kind, namespace);
  const path = `${collection}/${body.metadata.name}`;
  const steps = [...first, { method: 'POST', path: collection, body, setup: true }];
  const created = steps.length - 1;
  const deletion = () => {
    const options = {};
    if (r.chance(0.4)) options.propagationPolicy = r.pick(['Background', 'Foreground', 'Orphan', 'Sideways']);
    if (r.chance(0.3)) options.gracePeriodSeconds = r.pick([0, 5, 30, -1]);
    if (r.chance(0.3))
      options.preconditions = r.pick([
        { uid: `{{${created}.metadata.uid}}` },
        { uid: '00000000-0000-0000-0000-000000000000' },
        { resourceVersion: `{{${created}.metadata.resourceVersion}}` },
        { resourceVersion: '1' },
      ]);
    if (r.chance(0.08)) options.orphanDependents = r.chance(0.5);
    if (r.chance(0.1)) options.dryRun = ['All'];
    const query = r.chance(0.15)
      ? r.pick([
          { propagationPolicy: 'Foreground' },
          { gracePeriodSeconds: '0' },
          { dryRun: 'All' },
          { dryRun: 'Some' },
        ])
      : undefined;
    return {
      method: 'DELETE',
      path,
      ...(query !== undefined && { query }),
      ...(r.chance(0.8) && { body: { kind: 'DeleteOptions', apiVersion: 'v1', ...options } }),
    };
  };
  for (let n = r.between(1, 3); n > 0; n--) {
    steps.push(deletion());
    if (r.chance(0.5)) steps.push({ method: 'GET', path });
    if (r.chance(0.4))
      steps.push({
        method: 'PATCH',
        path,
        type: 'application/merge-patch+json',
        body: {
          metadata: {
            finalizers: r.pick([[], null, ['example.com/hold'], ['example.com/new', 'example.com/hold']]),
          },
        },
      });
    if (r.chance(0.2))
      steps.push({
        method: 'PATCH',
        path,
        type: 'application/merge-patch+json',
        body: { metadata: { labels: { x: 'y' } } },
      });
  }
  if (r.chance(0.3))
    steps.push({
      method: 'POST',
      path: collection,
      body: { ...body, metadata: { ...body.metadata, finalizers: undefined } },
    });
  return { kind: world.kind, steps };
}

const listed = [
  'ConfigMap',
  'Secret',
  'Service',
  'Deployment',
  'Pod',
  'Job',
  'Role',
  'PersistentVolumeClaim',
  'ServiceAccount',
  'Lease',
  'Ingress',
  'CronJob',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'NetworkPolicy',
  'Endpoints',
  'EndpointSlices',
  'Event',
  'ControllerRevision',
  'PodTemplate',
  'ReplicationController',
  'RoleBinding',
];

export function listSequence(given) {
  const { r, id } = given;
  const kind = listed.includes(given.kind) ? given.kind : r.pick(listed);
  const namespace = `${id}-ns`;
  const world = { ...given, kind };
  const collection = collectionOf(kind, namespace);
  const steps = [
    {
      method: 'POST',
      path: '/api/v1/namespaces',
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      setup: true,
    },
    {
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/serviceaccounts`,
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
      setup: true,
    },
  ];
  const count = r.between(1, 4);
  for (let n = 0; n < count; n++)
    steps.push({
      method: 'POST',
      path: collection,
      body: example(world, namespace, `${id}-${n}`),
      setup: true,
    });
  const created = steps.length - count;
  for (let n = r.between(1, 4); n > 0; n--) steps.push(...reading(r, collection, id, created, steps.length));
  if (r.chance(0.3)) {
    if (r.chance(0.6)) steps.push({ method: 'DELETE', path: `${collection}/${id}-0`, setup: true });
    steps.push(watching(r, collection, created));
  }
  if (r.chance(0.15))
    steps.push(
      { method: 'DELETE', path: collection, query: r.chance(0.5) ? { labelSelector: 'app=web' } : {} },
      { method: 'GET', path: collection },
    );
  return { kind, steps };
}

const accepts = [
  undefined,
  undefined,
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/yaml',
];

const selections = [
  { labelSelector: 'app=web' },
  { labelSelector: 'app in (web,db),tier' },
  { labelSelector: '!tier' },
  { labelSelector: 'app!=web' },
  { labelSelector: 'app notin (web)' },
  { labelSelector: 'a b' },
  { labelSelector: 'app=a=b' },
  { labelSelector: 'x in ()' },
  { labelSelector: 'app>1' },
  { labelSelector: '-x' },
  { fieldSelector: 'metadata.name=x' },
  { fieldSelector: 'spec.x=y' },
  { fieldSelector: 'metadata.namespace!=x' },
  { fieldSelector: 'status.phase=Pending' },
  { fieldSelector: 'type=Opaque' },
  { fieldSelector: 'a' },
  { resourceVersion: '0' },
  { resourceVersionMatch: 'Exact' },
  { resourceVersion: '0', resourceVersionMatch: 'Exact' },
  { resourceVersion: 'x' },
  { resourceVersion: '1', resourceVersionMatch: 'Sometimes' },
  { sendInitialEvents: 'true' },
  { limit: '-1' },
  { limit: 'x' },
  { limit: '0' },
  { continue: 'x' },
  { timeoutSeconds: 'x' },
];

function reading(r, collection, id, created, at) {
  const accept = r.pick(accepts);
  const shown = accept === undefined ? {} : { accept };
  if (r.chance(0.3)) {
    const limit = String(r.between(1, 2));
    return [
      { method: 'GET', path: collection, query: { limit }, ...shown },
      {
        method: 'GET',
        path: collection,
        query: {
          limit,
          continue: `{{${at}.metadata.continue}}`,
          ...(r.chance(0.1) && { resourceVersion: '0' }),
        },
      },
    ];
  }
  if (r.chance(0.15))
    return [
      {
        method: 'GET',
        path: collection,
        query: {
          resourceVersion: `{{${created}.metadata.resourceVersion}}`,
          resourceVersionMatch: r.pick(['Exact', 'NotOlderThan']),
        },
      },
    ];
  if (r.chance(0.5)) return [{ method: 'GET', path: collection, query: r.pick(selections), ...shown }];
  if (r.chance(0.3)) return [{ method: 'GET', path: `${collection}/${id}-0`, ...shown }];
  return [{ method: 'GET', path: collection, ...shown }];
}

function watching(r, collection, created) {
  const accept = r.pick(accepts.slice(0, 3));
  const from = r.pick([
    { resourceVersion: `{{${created}.metadata.resourceVersion}}` },
    {},
    { resourceVersion: '0' },
    { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true' },
    { sendInitialEvents: 'true' },
    { sendInitialEvents: 'false', resourceVersionMatch: 'NotOlderThan' },
    { resourceVersionMatch: 'Exact' },
  ]);
  const query = {
    watch: 'true',
    timeoutSeconds: '1',
    ...from,
    ...(r.chance(0.3) && { labelSelector: 'app=web' }),
  };
  return { method: 'GET', path: collection, query, ...(accept !== undefined && { accept }) };
}
