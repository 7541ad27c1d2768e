import type { Random } from '@plumbline/base';
import type { Application, KubeObject } from '@plumbline/api';
import { APPLICATION_MANAGER, IN_CLUSTER_SERVER, timeText } from './names.ts';
import { automatedBy } from './operation.ts';

/** What `kubectl describe` shows of an application's changes, as Argo CD tells them. */
export interface Said {
  readonly type: 'Normal' | 'Warning';
  readonly reason: 'ResourceUpdated' | 'OperationStarted' | 'OperationCompleted';
  readonly message: string;
}

function revisionText(application: Application): string {
  const result = application.status?.operationState?.syncResult;
  const revisions = result?.revisions;
  return revisions !== undefined && revisions.length > 0 ? revisions.join(', ') : (result?.revision ?? '');
}

/** The changes from one state of an application to the next, in words. */
export function changesIn(before: Application, after: Application): readonly Said[] {
  const said: Said[] = [];
  const [oldSync, newSync] = [before.status?.sync?.status ?? '', after.status?.sync?.status ?? ''];
  const [oldHealth, newHealth] = [before.status?.health?.status ?? '', after.status?.health?.status ?? ''];
  if (oldSync !== newSync) {
    said.push({
      type: 'Normal',
      reason: 'ResourceUpdated',
      message: `Updated sync status: ${oldSync} -> ${newSync}`,
    });
  }
  if (oldHealth !== newHealth) {
    said.push({
      type: 'Normal',
      reason: 'ResourceUpdated',
      message: `Updated health status: ${oldHealth} -> ${newHealth}`,
    });
  }
  said.push(...operationChanges(before, after));
  return said;
}

function operationChanges(before: Application, after: Application): readonly Said[] {
  const state = after.status?.operationState;
  const old = before.status?.operationState;
  if (state === undefined) return [];
  const said: Said[] = [];
  const began = before.operation === undefined && after.operation !== undefined;
  if (began && automatedBy(state.operation)) {
    const { sync } = state.operation;
    const to = sync?.revisions !== undefined ? sync.revisions.join(', ') : (sync?.revision ?? '');
    said.push({ type: 'Normal', reason: 'OperationStarted', message: `Initiated automated sync to '${to}'` });
  }
  const ended = state.finishedAt !== undefined && state.phase !== 'Running' && before.operation !== undefined;
  if (
    ended &&
    after.operation === undefined &&
    (old?.phase !== state.phase || old.startedAt !== state.startedAt)
  ) {
    const partial = (state.operation.sync?.resources?.length ?? 0) > 0;
    const name = `${partial ? 'Partial sync' : 'Sync'} operation to ${revisionText(after)}`;
    const good = state.phase === 'Succeeded';
    said.push({
      type: good ? 'Normal' : 'Warning',
      reason: 'OperationCompleted',
      message: good ? `${name} succeeded` : `${name} failed: ${state.message ?? ''}`,
    });
  }
  return said;
}

/** The Event object of something said. */
export function eventObject(application: Application, said: Said, now: number, random: Random): KubeObject {
  const { name, namespace = '', uid, resourceVersion } = application.metadata;
  const destination = application.spec.destination ?? {};
  const suffix = Buffer.from(random.bytes(8)).toString('hex');
  const time = timeText(now);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${name}.${suffix}`,
      namespace,
      annotations: {
        'dest-server': destination.server ?? IN_CLUSTER_SERVER,
        'dest-namespace': destination.namespace ?? '',
      },
    },
    involvedObject: {
      apiVersion: application.apiVersion,
      kind: 'Application',
      name,
      namespace,
      uid,
      resourceVersion,
    },
    type: said.type,
    reason: said.reason,
    message: said.message,
    source: { component: APPLICATION_MANAGER },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}
