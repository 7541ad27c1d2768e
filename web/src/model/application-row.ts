import type {
  Application,
  ApplicationSource,
  HealthStatusCode,
  OperationPhase,
  SyncStatusCode,
} from '@plumbline/api';
import { appKey, idOf } from '../api/cache.ts';
import type { AppId } from '../api/shapes.ts';
import { shortRepository } from './format.ts';

/** An application as the list shows it: everything looked up once, so that filtering and sorting a thousand is cheap. */
export interface ApplicationRow {
  readonly key: string;
  readonly id: AppId;
  readonly application: Application;
  readonly project: string;
  readonly health: HealthStatusCode;
  readonly sync: SyncStatusCode;
  readonly phase: OperationPhase | undefined;
  readonly repository: string;
  readonly path: string;
  readonly targetRevision: string;
  readonly revision: string | undefined;
  readonly cluster: string;
  readonly destinationNamespace: string;
  readonly autoSync: boolean;
  /** When the last sync ended or the running one began, in milliseconds; 0: never synced. */
  readonly syncedAt: number;
  readonly hasErrors: boolean;
  readonly deleting: boolean;
}

export function sourcesOf(application: Application): readonly ApplicationSource[] {
  const { source, sources } = application.spec;
  if (sources !== undefined && sources.length > 0) return sources;
  return source === undefined ? [] : [source];
}

export function clusterOf(application: Application): string {
  const destination = application.spec.destination;
  if (destination?.name !== undefined && destination.name !== '') return destination.name;
  const server = destination?.server ?? '';
  return server === 'https://kubernetes.default.svc' ? 'in-cluster' : shortRepository(server);
}

export function isAutoSynced(application: Application): boolean {
  const automated = application.spec.syncPolicy?.automated;
  return automated !== undefined && automated.enabled !== false;
}

/** The phase of the operation; one that is asked for but not begun counts as running. */
export function phaseOf(application: Application): OperationPhase | undefined {
  return application.operation === undefined ? application.status?.operationState?.phase : 'Running';
}

export function isError(type: string): boolean {
  return type.endsWith('Error') || type.endsWith('InvalidSpec');
}

function syncedAt(application: Application): number {
  const state = application.status?.operationState;
  const time = Date.parse(state?.finishedAt ?? state?.startedAt ?? '');
  return Number.isNaN(time) ? 0 : time;
}

export function rowOf(application: Application): ApplicationRow {
  const id = idOf(application);
  const { spec, status } = application;
  const first =
    sourcesOf(application).find((source) => source.ref === undefined) ?? sourcesOf(application)[0];
  return {
    key: appKey(id),
    id,
    application,
    project: spec.project ?? 'default',
    health: status?.health?.status ?? 'Unknown',
    sync: status?.sync?.status ?? 'Unknown',
    phase: phaseOf(application),
    repository: shortRepository(first?.repoURL ?? ''),
    path: first?.chart ?? first?.path ?? '.',
    targetRevision: first?.targetRevision ?? 'HEAD',
    revision: status?.sync?.revision ?? status?.sync?.revisions?.[0],
    cluster: clusterOf(application),
    destinationNamespace: spec.destination?.namespace ?? '',
    autoSync: isAutoSynced(application),
    syncedAt: syncedAt(application),
    hasErrors: (status?.conditions ?? []).some((condition) => isError(condition.type)),
    deleting: application.metadata.deletionTimestamp !== undefined,
  };
}

/** Rows by application, kept as long as the application itself: a patch of one application makes one new row. */
export function createRows(): (application: Application) => ApplicationRow {
  const known = new WeakMap<Application, ApplicationRow>();
  return (application) => {
    const row = known.get(application) ?? rowOf(application);
    known.set(application, row);
    return row;
  };
}
