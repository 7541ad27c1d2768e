import { createSlots, isRecord, messageOf } from '@plumbline/base';
import type { Clock, Logger } from '@plumbline/base';
import type { KubeObject, KubeRequest, KubeResponse, Transport } from '@plumbline/api';
import type { Discovery } from '../discovery.ts';
import type { ApiResource, Live } from '../types.ts';
import { watchKind } from './kind-watch.ts';
import type { KindWatch } from './kind-watch.ts';
import { createObjectStore, withoutManagedFields } from './objects.ts';
import type { KindObjects } from './objects.ts';

/** How the shared view is filled and what it keeps. */
export interface LiveOptions {
  /** How a kind is filled. `stream` (default) falls back to lists where initial events are not served. */
  readonly initial?: 'stream' | 'list';
  /** Leaves `managedFields` out of what is kept: saves memory where nobody compares field owners. Default: keeps them. */
  readonly stripManagedFields?: boolean | ((object: KubeObject) => boolean);
  /** Freezes the objects, so that who changes a shared one hears of it. Default: true. */
  readonly freeze?: boolean;
}

interface KindState {
  readonly objects: KindObjects;
  watch: KindWatch;
}

type KindName = { readonly group: string; readonly kind: string };

/** Kinds that are filled at the same time. */
const FILLING_MAX = 16;
const DEFINITION: KindName = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' };
const API_SERVICE: KindName = { group: 'apiregistration.k8s.io', kind: 'APIService' };
/** Discovery follows a new definition within a second or so; until then it is asked again. */
const DISCOVERY_LAG_MS = [250, 500, 1_000, 2_000, 4_000];

/** A view that watches nothing yet. */
export function createLive(
  options: LiveOptions & {
    readonly transport: Transport;
    readonly send: (request: KubeRequest) => Promise<KubeResponse>;
    readonly discovery: Discovery;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly index?: ((object: KubeObject) => string | undefined) | undefined;
  },
): Live & { close(): void } {
  const { discovery, clock, logger } = options;
  const store = createObjectStore({
    index: options.index,
    trim: trimmer(options.stripManagedFields),
    freeze: options.freeze ?? true,
    logger,
  });
  const slots = createSlots(FILLING_MAX);
  const kinds = new Map<string, KindState>();
  const wanted = new Map<string, KindName>();
  let excluded: ((kind: ApiResource) => boolean) | undefined;
  let tracking = false;
  let closed = false;

  function join(resource: ApiResource): Promise<void> {
    const key = keyOfKind(resource);
    const state = kinds.get(key);
    if (closed) return Promise.resolve();
    if (state !== undefined && state.watch.resource.version === resource.version) return state.watch.ready;
    state?.watch.stop();
    const objects = state?.objects ?? store.kind();
    const watch = watchKind({
      resource,
      objects,
      slots,
      clock,
      logger,
      transport: options.transport,
      send: options.send,
      initial: options.initial ?? 'stream',
      onGone: () => reread('a kind is gone'),
    });
    kinds.set(key, { objects, watch });
    return watch.ready;
  }

  function leave(key: string): void {
    const state = kinds.get(key);
    if (state === undefined) return;
    kinds.delete(key);
    state.watch.stop();
    state.objects.clear();
  }

  /** Joins what is wanted and served, leaves what is not served any more. */
  function follow(): Promise<void>[] {
    const served = new Map(discovery.preferred().map((resource) => [keyOfKind(resource), resource]));
    for (const key of kinds.keys()) if (!served.has(key)) leave(key);
    const joined: Promise<void>[] = [];
    for (const [key, resource] of served) {
      if (!isWatchable(resource)) continue;
      if (wanted.has(key) || (excluded !== undefined && !excluded(resource))) joined.push(join(resource));
    }
    return joined;
  }

  function reread(why: string): void {
    if (closed) return;
    discovery.refresh().catch((thrown: unknown) => {
      logger.warn('discovery failed', { why, error: messageOf(thrown) });
    });
  }

  /** Follows definitions, so that discovery is read again when one changes. */
  async function track(): Promise<void> {
    if (tracking) return;
    tracking = true;
    for (const kind of [DEFINITION, API_SERVICE]) {
      wanted.set(keyOfKind(kind), kind);
      const resource = await discovery.resource(kind);
      if (resource !== undefined && isWatchable(resource)) await join(resource);
    }
    store.listen((change) => {
      const { kind } = change.object;
      if (kind !== DEFINITION.kind && kind !== API_SERVICE.kind) return;
      if (change.type === 'modified' && sameServing(change.previous, change.object)) return;
      const expected = change.type === 'deleted' ? undefined : servedBy(change.object);
      discovery.invalidate();
      void settleDiscovery(expected);
    });
  }

  async function settleDiscovery(expected: KindName | undefined): Promise<void> {
    for (const lag of DISCOVERY_LAG_MS) {
      try {
        await discovery.refresh();
      } catch (thrown) {
        logger.warn('discovery failed', { error: messageOf(thrown) });
      }
      if (closed || expected === undefined || discovery.known(expected) !== undefined) return;
      await new Promise<void>((resolve) => clock.after(lag, resolve));
    }
  }

  discovery.listen(() => {
    if (!closed) void follow();
  });

  return {
    async require(asked) {
      const joined: Promise<void>[] = [];
      for (const kind of asked) {
        wanted.set(keyOfKind(kind), kind);
        const resource = await discovery.resource({ group: kind.group, kind: kind.kind });
        if (resource === undefined) await track();
        else if (isWatchable(resource)) joined.push(join(resource));
      }
      await Promise.all(joined);
    },
    async everything(exclude) {
      excluded = exclude;
      await discovery.resource(DEFINITION);
      await track();
      await Promise.all(follow());
    },
    synced: (kind) => kinds.get(keyOfKind(kind))?.watch.synced ?? false,
    get: (key) => kinds.get(keyOfKind(key))?.objects.get(key.namespace, key.name),
    all: (kind) => kinds.get(keyOfKind(kind))?.objects.all() ?? [],
    children: (uid) => store.children(uid),
    indexed: (text) => store.indexed(text),
    listen: (listener) => store.listen(listener),
    close() {
      closed = true;
      for (const { watch } of kinds.values()) watch.stop();
    },
  };
}

function keyOfKind(kind: KindName): string {
  return `${kind.group}/${kind.kind}`;
}

function isWatchable(resource: ApiResource): boolean {
  return resource.verbs.includes('list') && resource.verbs.includes('watch');
}

function trimmer(strip: LiveOptions['stripManagedFields']): ((object: KubeObject) => KubeObject) | undefined {
  if (strip === undefined || strip === false) return undefined;
  if (strip === true) return withoutManagedFields;
  return (object) => (strip(object) ? withoutManagedFields(object) : object);
}

/** The kind that an established definition serves. */
function servedBy(definition: KubeObject): KindName | undefined {
  const { spec, status } = definition;
  if (!isRecord(spec) || !isRecord(spec['names']) || !isRecord(status)) return undefined;
  const conditions = Array.isArray(status['conditions']) ? status['conditions'].filter(isRecord) : [];
  const established = conditions.some((c) => c['type'] === 'Established' && c['status'] === 'True');
  return established ? { group: String(spec['group']), kind: String(spec['names']['kind']) } : undefined;
}

/** True where nothing changed that discovery shows: labels, or a condition that was true before. */
function sameServing(previous: KubeObject | undefined, object: KubeObject): boolean {
  if (previous === undefined || previous.metadata.generation !== object.metadata.generation) return false;
  return JSON.stringify(conditionsOf(previous)) === JSON.stringify(conditionsOf(object));
}

function conditionsOf(object: KubeObject): unknown {
  const { status } = object;
  if (!isRecord(status) || !Array.isArray(status['conditions'])) return [];
  return status['conditions'].filter(isRecord).map((c) => [c['type'], c['status']]);
}
