import type { Application, ApplicationWatchEvent } from '@plumbline/api';
import type { AppId } from './shapes.ts';

/** The applications as the list page holds them: by key, so that an event costs no search. */
export interface ApplicationsState {
  readonly resourceVersion: string | undefined;
  readonly byKey: ReadonlyMap<string, Application>;
}

export function appKey(id: AppId): string {
  return `${id.namespace}/${id.name}`;
}

export function idOf(application: Application): AppId {
  return { namespace: application.metadata.namespace ?? '', name: application.metadata.name };
}

export function stateOf(
  items: readonly Application[],
  resourceVersion: string | undefined,
): ApplicationsState {
  return { resourceVersion, byKey: new Map(items.map((item) => [appKey(idOf(item)), item])) };
}

/**
 * Whether an event is older than what is known. Resource versions of one server are decimal numbers that grow; where
 * they are not, every event counts.
 */
function isStale(known: Application | undefined, event: Application): boolean {
  const before = Number(known?.metadata.resourceVersion);
  const after = Number(event.metadata.resourceVersion);
  return (
    Number.isFinite(before) &&
    Number.isFinite(after) &&
    known?.metadata.uid === event.metadata.uid &&
    after < before
  );
}

/** Applies a batch of events; the same state when none of them changed anything. */
export function applyEvents(
  state: ApplicationsState,
  events: readonly ApplicationWatchEvent[],
): ApplicationsState {
  let byKey: Map<string, Application> | undefined;
  for (const event of events) {
    const key = appKey(idOf(event.application));
    const known = (byKey ?? state.byKey).get(key);
    if (isStale(known, event.application)) continue;
    if (event.type === 'DELETED' ? known === undefined : isSame(known, event.application)) continue;
    byKey ??= new Map(state.byKey);
    if (event.type === 'DELETED') byKey.delete(key);
    else byKey.set(key, event.application);
  }
  return byKey === undefined ? state : { ...state, byKey };
}

function isSame(known: Application | undefined, event: Application): boolean {
  const version = event.metadata.resourceVersion;
  return (
    version !== undefined &&
    known?.metadata.resourceVersion === version &&
    known.metadata.uid === event.metadata.uid
  );
}
