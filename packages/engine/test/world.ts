import {
  keyOf,
  keyText,
  type Action,
  type ActionResult,
  type HealthStatus,
  type KubeObject,
  type LiveMarks,
  type LiveObject,
  type Observation,
} from '@plumbline/api';

/** A cluster that keeps objects, and a view of it that lags behind until it is told to catch up. */
export interface World {
  execute(action: Action): ActionResult;
  /** Lets the view see the next change; false where it has seen all. */
  deliver(): boolean;
  observe(): Observation;
  readonly health: (object: KubeObject) => HealthStatus | undefined;
  /** A Job ends, or a Deployment becomes healthy. */
  settle(name: string, well: boolean): void;
  put(object: KubeObject, marks?: LiveMarks): void;
  readonly objects: ReadonlyMap<string, KubeObject>;
  /** Names of objects in the order in which they were made, and of those deleted. */
  readonly created: readonly string[];
  readonly deleted: readonly string[];
}

export interface WorldOptions {
  readonly refuses: ReadonlySet<string>;
  readonly now: () => number;
}

export function createWorld({ refuses, now }: WorldOptions): World {
  const objects = new Map<string, KubeObject>();
  const view = new Map<string, KubeObject>();
  const changes: { readonly key: string; readonly object: KubeObject | undefined }[] = [];
  const marks = new Map<string, LiveMarks>();
  const created: string[] = [];
  const deleted: string[] = [];
  let version = 0;

  function store(key: string, object: KubeObject | undefined): KubeObject | undefined {
    const next =
      object === undefined
        ? undefined
        : { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } };
    if (next === undefined) objects.delete(key);
    else objects.set(key, next);
    changes.push({ key, object: next });
    return next;
  }

  function apply(wanted: KubeObject): ActionResult {
    if (refuses.has(wanted.metadata.name))
      return { ok: false, message: `${wanted.metadata.name} is refused` };
    const key = keyText(keyOf(wanted));
    const before = objects.get(key);
    if (before === undefined) created.push(wanted.metadata.name);
    const metadata =
      before === undefined
        ? { uid: `u${++version}`, creationTimestamp: new Date(Math.floor(now() / 1000) * 1000).toISOString() }
        : before.metadata;
    const stored = store(key, { ...before, ...wanted, metadata: { ...wanted.metadata, ...metadata } });
    return {
      ok: true,
      message: before === undefined ? 'created' : 'configured',
      ...(stored === undefined ? {} : { object: stored }),
    };
  }

  function remove(key: string, uid: string | undefined): void {
    const object = objects.get(key);
    if (object === undefined || object.metadata.uid !== uid) return;
    if ((object.metadata.finalizers ?? []).length === 0) {
      deleted.push(object.metadata.name);
      store(key, undefined);
    } else if (object.metadata.deletionTimestamp === undefined) {
      store(key, {
        ...object,
        metadata: { ...object.metadata, deletionTimestamp: new Date(now()).toISOString() },
      });
    }
  }

  function release(key: string, uid: string | undefined, finalizer: string): void {
    const object = objects.get(key);
    if (object === undefined || object.metadata.uid !== uid) return;
    const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== finalizer);
    store(key, { ...object, metadata: { ...object.metadata, finalizers } });
    if (object.metadata.deletionTimestamp !== undefined) remove(key, uid);
  }

  return {
    objects,
    created,
    deleted,
    execute(action) {
      if (action.type === 'apply')
        return action.dryRun ? { ok: true, message: 'tried' } : apply(action.resource.object);
      const key = keyText(action.key);
      if (action.type === 'delete') remove(key, action.live.metadata.uid);
      if (action.type === 'removeFinalizer') release(key, action.live.metadata.uid, action.finalizer);
      const object = objects.get(key);
      if (action.type === 'read')
        return { ok: true, message: '', ...(object === undefined ? {} : { object }) };
      return { ok: true, message: 'done' };
    },
    deliver() {
      const change = changes.shift();
      if (change === undefined) return false;
      if (change.object === undefined) view.delete(change.key);
      else view.set(change.key, change.object);
      return true;
    },
    observe() {
      const seen = [...view].map(([key, object]): [string, LiveObject] => {
        const health = healthOf(object);
        const own = marks.get(key);
        return [
          key,
          {
            key: keyOf(object),
            object,
            owner: 'team',
            ...(health && { health }),
            ...(own && { marks: own }),
          },
        ];
      });
      return { objects: new Map(seen) };
    },
    health: healthOf,
    settle(name, well) {
      for (const [key, object] of objects) {
        if (object.metadata.name !== name || object['status'] !== undefined) continue;
        if (object.kind !== 'ConfigMap') store(key, { ...object, status: well ? 'Healthy' : 'Degraded' });
      }
    },
    put(object, own) {
      const key = keyText(keyOf(object));
      if (own !== undefined) marks.set(key, own);
      apply(object);
    },
  };
}

/** ConfigMaps have no health; everything else makes progress until it is settled. */
function healthOf(object: KubeObject): HealthStatus | undefined {
  if (object.kind === 'ConfigMap') return undefined;
  return { status: (object['status'] as 'Healthy' | 'Degraded' | undefined) ?? 'Progressing' };
}
