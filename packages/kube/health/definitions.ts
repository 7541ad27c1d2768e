import { recordAt, recordsAt, textAt } from '@plumbline/base';
import type { HealthStatus, KubeObject } from '@plumbline/api';
import { condition, health } from './read.ts';

/** An aggregated API is well when it is available. */
export function apiServiceHealth(object: KubeObject): HealthStatus {
  const available = condition(recordAt(object, 'status'), 'Available');
  if (available === undefined) return health('Progressing', 'Waiting to be processed');
  const message = `${textAt(available, 'reason')}: ${textAt(available, 'message')}`;
  return health(available['status'] === 'True' ? 'Healthy' : 'Progressing', message);
}

/** A rule from Argo CD's resource library. The conditions are judged in the order in which they stand. */
export function definitionHealth(object: KubeObject): HealthStatus {
  if (object.metadata.deletionTimestamp !== undefined) return health('Progressing', 'CRD is terminating');
  const conditions = recordsAt(recordAt(object, 'status'), 'conditions');
  if (conditions.length === 0) return health('Progressing', 'Status conditions not found');
  let established = false;
  for (const c of conditions) {
    const { type, status, reason } = c;
    const message = textAt(c, 'message');
    if (type === 'Terminating' && status === 'True')
      return health('Progressing', `CRD is terminating: ${message}`);
    if (type === 'NamesAccepted' && status === 'False') {
      return health('Degraded', `CRD names have not been accepted: ${message}`);
    }
    if (type === 'NonStructuralSchema' && status === 'True') {
      return health('Degraded', `Schema violations found: ${message}`);
    }
    if (type === 'Established' && status === 'True') established = true;
    else if (type === 'Established' && reason === 'Installing')
      return health('Progressing', 'CRD is being installed');
  }
  return established ? health('Healthy', 'CRD is healthy') : health('Degraded', 'CRD is not established');
}
