import { equalData, messageOf } from '@plumbline/base';
import { keyText } from '@plumbline/api';
import { schemaFor } from '@plumbline/api/schema';
import type {
  Application,
  ApplicationCondition,
  Difference,
  KubeObject,
  Observation,
  Question,
  Verdict,
} from '@plumbline/api';
import { compare } from '@plumbline/engine';
import type { Cluster, Live } from '@plumbline/kube';
import type { Desired } from './desired.ts';
import { applicationHealth } from './health.ts';
import { unreadable } from './ignore.ts';
import type { Memory } from './memory.ts';
import { remember } from './memory.ts';
import { OBJECT_MANAGER } from './names.ts';
import { observe } from './observe.ts';
import type { Observer } from './observe.ts';
import { resourceStatuses, unknownStatuses } from './resources.ts';
import type { ValidSpec } from './spec.ts';
import type { Comparison } from './standing.ts';
import { summarise } from './summary.ts';
import { compile } from './target.ts';
import type { Compiled } from './target.ts';

export interface CompareInput {
  readonly application: Application;
  readonly instance: string;
  readonly spec: ValidSpec;
  readonly memory: Memory;
  readonly observer: Observer;
  readonly cluster: Cluster;
}

/** The target of an application, made again only when something that it is made of has changed. */
async function compileDesired(input: CompareInput, desired: Desired): Promise<Compiled> {
  const { application, memory, spec, cluster } = input;
  const last = memory.compiled;
  const same =
    last !== undefined &&
    last.project === spec.project &&
    last.renderings.length === desired.renderings.length &&
    last.renderings.every((one, index) => one.rendering === desired.renderings[index]?.rendering) &&
    last.compiled.unknownKinds.every((kind) => cluster.knownResource(kind) === undefined) &&
    (last.spec === application.spec || equalData(last.spec, application.spec));
  if (same) return last.compiled;
  const compiled = await compileFresh(input, desired, application.spec.syncPolicy?.syncOptions ?? []);
  memory.compiled = {
    spec: application.spec,
    project: spec.project,
    renderings: desired.renderings,
    compiled,
  };
  memory.compareMemo = new Map();
  return compiled;
}

/** Kinds that discovery does not know are asked for once more before they count as unknown. */
export async function compileFresh(
  input: CompareInput,
  desired: Desired,
  options: readonly string[],
  run?: { readonly revision: string; readonly startedAt: number },
): Promise<Compiled> {
  const { application, instance, spec, cluster } = input;
  const make = (): Compiled =>
    compile({
      application,
      instance,
      spec,
      manifests: desired.manifests,
      options,
      cluster: cluster.name,
      scope: (kind) => cluster.knownResource(kind)?.namespaced,
      ...(run === undefined ? {} : { run }),
    });
  const first = make();
  if (first.unknownKinds.length === 0) return first;
  const found = await Promise.all(first.unknownKinds.map((kind) => cluster.resource(kind)));
  return found.some((resource) => resource !== undefined) ? make() : first;
}

export async function compareApplication(input: CompareInput, desired: Desired): Promise<Comparison> {
  const { application, instance, memory, observer, cluster } = input;
  const compiled = await compileDesired(input, desired);
  const { target } = compiled;
  const unsettled = await joinKinds(
    cluster,
    target.resources.map(({ key }) => key),
  );
  const observation = observe(observer, instance, target);
  const difference = await settle(input, compiled, observation);
  const resources = resourceStatuses(difference, observation, compiled);
  const namespaceDiffers = namespaceMetadataDiffers(compiled, observer);
  const named = target.resources.filter(({ hook }) => hook === undefined).map(({ key }) => key);
  const beside = compiled.namespace === undefined ? [] : [compiled.namespace];
  memory.named = new Set([...target.resources, ...beside].map(({ key }) => keyText(key)));
  return {
    sync: difference.synced && !namespaceDiffers ? 'Synced' : 'OutOfSync',
    health: applicationHealth(named, observation, instance),
    resources,
    conditions: [
      ...compiled.conditions,
      ...sharedConditions(application, observation, compiled),
      ...ignoreConditions(application),
      ...unsettledConditions(unsettled),
    ],
    summary: summarise(family(observation, observer.live, instance)),
    observation,
    revisions: desired.revisions,
    types: desired.types,
    difference,
    compiled,
    unsettled,
  };
}

interface KindName {
  readonly group: string;
  readonly kind: string;
}

/**
 * Kinds that the server serves and the watches do not have: new ones, and those that are left out unless somebody names
 * them. They join now. What is not there afterwards may not be watched by us: what seems missing may be there.
 */
async function joinKinds(cluster: Cluster, wanted: Iterable<KindName>): Promise<readonly KindName[]> {
  const late = new Map<string, KindName>();
  for (const { group, kind } of wanted) {
    if (!isSettled(cluster, { group, kind })) late.set(`${group}/${kind}`, { group, kind });
  }
  if (late.size === 0) return [];
  await cluster.live.require([...late.values()]);
  return [...late.values()].filter((kind) => !isSettled(cluster, kind));
}

function isSettled(cluster: Cluster, kind: KindName): boolean {
  const resource = cluster.knownResource(kind);
  if (resource === undefined || !resource.verbs.includes('watch') || !resource.verbs.includes('list'))
    return true;
  return cluster.live.synced(kind);
}

function unsettledConditions(unsettled: readonly KindName[]): readonly ApplicationCondition[] {
  if (unsettled.length === 0) return [];
  const kinds = unsettled.map(({ group, kind }) => (group === '' ? kind : `${kind}.${group}`)).join(', ');
  const message = `cannot watch ${kinds}: what of them is there is not known, so nothing is changed automatically. Check that the controller may list and watch them`;
  return [{ type: 'UnknownError', message }];
}

/** What is known while the sources cannot be read: nothing is missing, nothing is extra, nothing is touched. */
export function unknownComparison(input: CompareInput, message: string): Comparison {
  const { instance, observer } = input;
  const observation = observe(observer, instance, undefined);
  return {
    sync: 'Unknown',
    health: applicationHealth([], observation, instance),
    resources: unknownStatuses(observation, instance),
    conditions: [{ type: 'ComparisonError', message }],
    summary: summarise(family(observation, observer.live, instance)),
    observation,
    revisions: [],
    types: [],
    unsettled: [],
  };
}

/** Compares, asking the server what only the server can tell. Each question is asked once. */
async function settle(
  input: CompareInput,
  compiled: Compiled,
  observation: Observation,
): Promise<Difference> {
  const { memory, cluster } = input;
  const once = () => compare(compiled.target, observation, memory.verdicts, schemaFor, memory.compareMemo);
  const first = once();
  if (first.questions.length === 0) return first.difference;
  await Promise.all(
    first.questions.map(async (question) =>
      remember(memory.verdicts, question.id, await ask(cluster, question)),
    ),
  );
  return once().difference;
}

const MEDIA_TYPES = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

async function ask(cluster: Cluster, question: Question): Promise<Verdict> {
  const { object } = question.resource;
  const { name, namespace } = object.metadata;
  const [group = '', version = ''] = object.apiVersion.includes('/')
    ? object.apiVersion.split('/')
    : ['', object.apiVersion];
  const ref = { group, version, kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }) };
  try {
    const predicted = await cluster.patch(ref, MEDIA_TYPES[question.patch.type], question.patch.body, {
      dryRun: true,
      fieldManager: OBJECT_MANAGER,
      ...(question.patch.type === 'apply' ? { force: true } : {}),
    });
    return { object: predicted };
  } catch (thrown) {
    // Only the server's own refusal is an answer.
    if (typeof (thrown as { code?: unknown }).code !== 'number') throw thrown;
    return { refused: messageOf(thrown) };
  }
}

function sharedConditions(
  application: Application,
  observation: Observation,
  compiled: Compiled,
): readonly ApplicationCondition[] {
  const conditions: ApplicationCondition[] = [];
  for (const { key, hook } of compiled.target.resources) {
    const live = observation.objects.get(keyText(key));
    if (hook !== undefined || live?.owner === undefined || live.owner === compiled.target.key) continue;
    const { namespace, name } = application.metadata;
    conditions.push({
      type: 'SharedResourceWarning',
      message: `${key.kind}/${key.name} is part of applications ${namespace}/${name} and ${live.owner}`,
    });
  }
  return conditions;
}

function ignoreConditions(application: Application): readonly ApplicationCondition[] {
  const bad = unreadable(application.spec.ignoreDifferences ?? []);
  if (bad.length === 0) return [];
  const message = `jqPathExpressions that are more than a path are not supported yet: ${bad.join(', ')}. Use jsonPointers, or a path such as .spec.replicas`;
  return [{ type: 'UnknownError', message }];
}

/** `managedNamespaceMetadata` is kept true too. */
function namespaceMetadataDiffers(compiled: Compiled, { live, overlay }: Observer): boolean {
  const { namespace } = compiled;
  if (namespace?.object.metadata.annotations === undefined) return false;
  const present = overlay.newest(namespace.key, live.get(namespace.key));
  if (present === undefined) return true;
  const { labels, annotations } = namespace.object.metadata;
  const lacks = (
    wanted: Readonly<Record<string, string>> | undefined,
    has: Readonly<Record<string, string>> | undefined,
  ) => Object.entries(wanted ?? {}).some(([name, value]) => has?.[name] !== value);
  return lacks(labels, present.metadata.labels) || lacks(annotations, present.metadata.annotations);
}

const DEPTH_MAX = 8;

/** The application's objects and what they made. */
function* family(observation: Observation, live: Live, instance: string): Iterable<KubeObject> {
  const seen = new Set<string>();
  function* below(object: KubeObject, depth: number): Iterable<KubeObject> {
    const { uid } = object.metadata;
    if (uid !== undefined) {
      if (seen.has(uid) || depth > DEPTH_MAX) return;
      seen.add(uid);
    }
    yield object;
    if (uid !== undefined) for (const child of live.children(uid)) yield* below(child, depth + 1);
  }
  for (const { object, owner, marks } of observation.objects.values()) {
    if (owner === instance || marks?.hook === true) yield* below(object, 0);
  }
}
