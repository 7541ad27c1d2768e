import type { Cancel, Clock, Logger, Random } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Access, StoreEvent } from '../../registry/types.ts';
import { controllerOf, isDeleting, keyOf } from './objects.ts';
import { createRecorder } from './recorder.ts';
import type { Recorder } from './recorder.ts';
import { createWorkLoop } from './work-loop.ts';
import type { Queue, WorkLoop } from './work-loop.ts';

/** What every controller is given. */
export interface ControllerContext {
  readonly access: Access;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly loop: WorkLoop;
  recorder(component: string): Recorder;
  /** Hears every object that is there now as added, then every change. */
  watch(group: string, kind: string, listener: (event: StoreEvent) => void): void;
  /** Objects of a kind in a namespace that no controller owns: those a new owner may adopt. */
  orphans(kind: 'Pod' | 'ReplicaSet' | 'ControllerRevision', namespace: string): readonly KubeObject[];
  stop(): void;
}

const ORPHAN_KINDS = { Pod: '', ReplicaSet: 'apps', ControllerRevision: 'apps' } as const;

export function createContext(ports: {
  readonly access: Access;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}): ControllerContext {
  const { access, clock } = ports;
  const loop = createWorkLoop(clock, ports.logger);
  const cancels: Cancel[] = [];
  const recorders = new Map<string, Recorder>();
  const watch: ControllerContext['watch'] = (group, kind, listener) => {
    cancels.push(access.subscribe(group, kind, listener));
    const kinds = kind === '*' ? everyKind(access) : [{ group, kind }];
    for (const one of kinds) {
      for (const object of access.list(one.group, one.kind)) {
        listener({ type: 'added', object, resourceVersion: Number(object.metadata.resourceVersion ?? 0) });
      }
    }
  };
  const orphans = orphanIndex(access, watch);
  return {
    ...ports,
    loop,
    watch,
    orphans,
    recorder(component) {
      const present = recorders.get(component) ?? createRecorder(access, clock, component);
      recorders.set(component, present);
      return present;
    },
    stop() {
      for (const cancel of cancels) cancel();
      loop.stop();
    },
  };
}

/** Every served kind once, whatever its versions. */
function everyKind(access: Access): Iterable<{ readonly group: string; readonly kind: string }> {
  return new Map(
    access.resources().map((resource) => [`${resource.group}/${resource.kind}`, resource]),
  ).values();
}

/** Keeps the few objects without a controller by namespace, so that adopting scans no other. */
function orphanIndex(access: Access, watch: ControllerContext['watch']): ControllerContext['orphans'] {
  const index = new Map<string, Set<string>>();
  for (const [kind, group] of Object.entries(ORPHAN_KINDS)) {
    watch(group, kind, ({ type, object }) => {
      const place = `${kind}/${object.metadata.namespace ?? ''}`;
      const names = index.get(place);
      if (type !== 'deleted' && controllerOf(object) === undefined && !isDeleting(object)) {
        if (names === undefined) index.set(place, new Set([object.metadata.name]));
        else names.add(object.metadata.name);
      } else if (names?.delete(object.metadata.name) === true && names.size === 0) index.delete(place);
    });
  }
  return (kind, namespace) =>
    [...(index.get(`${kind}/${namespace}`) ?? [])]
      .map((name) => access.get(ORPHAN_KINDS[kind], kind, namespace, name))
      .filter((object) => object !== undefined);
}

/** Queues the owner of this kind when one of its dependents changes, before or after. */
export function enqueueOwner(queue: Queue, kind: string): (event: StoreEvent) => void {
  return ({ object, previous }) => {
    const owner = controllerOf(object);
    if (owner?.kind === kind) queue.add(`${object.metadata.namespace ?? ''}/${owner.name}`);
    const before = previous === undefined ? undefined : controllerOf(previous);
    if (before !== undefined && before.kind === kind && before.uid !== owner?.uid) {
      queue.add(`${object.metadata.namespace ?? ''}/${before.name}`);
    }
  };
}

export function enqueueSelf(queue: Queue): (event: StoreEvent) => void {
  return ({ object }) => queue.add(keyOf(object));
}
