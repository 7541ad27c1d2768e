import type { HealthStatus, KubeObject } from '@plumbline/api';
import { health, record, records, text } from './read.ts';

export function jobHealth(object: KubeObject): HealthStatus {
  let failed: string | undefined;
  let complete = false;
  let suspended = false;
  let message = '';
  for (const condition of records(record(object, 'status'), 'conditions')) {
    if (condition['type'] === 'Failed') failed = text(condition, 'message');
    else if (condition['type'] === 'Complete') {
      complete = true;
      message = text(condition, 'message');
    } else if (condition['type'] === 'Suspended') {
      // Upstream counts a condition Suspended=False as complete too.
      complete = true;
      message = text(condition, 'message');
      suspended ||= condition['status'] === 'True';
    }
  }
  if (failed !== undefined) return health('Degraded', failed);
  if (!complete) return health('Progressing', message);
  return health(suspended ? 'Suspended' : 'Healthy', message);
}

/** A rule from Argo CD's resource library: whether a CronJob is well can only be told from its last finished run. */
export function cronJobHealth(object: KubeObject): HealthStatus {
  if (record(object, 'spec')['suspend'] === true) return health('Healthy', 'CronJob is Suspended');
  if (object['status'] === undefined) return health('Progressing', 'Waiting for CronJob');
  const status = record(object, 'status');
  const scheduled = text(status, 'lastScheduleTime');
  const succeeded = text(status, 'lastSuccessfulTime');
  if (scheduled === '') return health('Healthy', 'CronJob has not been scheduled yet');
  if (succeeded === '') {
    return health('Healthy', 'The CronJob never completed successfully. It may not be healthy');
  }
  if (records(status, 'active').length > 0) {
    return health('Healthy', 'The job is running. Its last execution may not have been successful');
  }
  return succeeded < scheduled
    ? health('Degraded', 'CronJob has not completed its last execution successfully')
    : health('Healthy', 'CronJob has completed its last execution successfully');
}

const PHASES: Readonly<Record<string, HealthStatus['status']>> = {
  '': 'Progressing',
  Pending: 'Progressing',
  Running: 'Progressing',
  Succeeded: 'Healthy',
  Failed: 'Degraded',
  Error: 'Degraded',
};

/** Argo Workflows. */
export function workflowHealth(object: KubeObject): HealthStatus {
  const status = record(object, 'status');
  return health(PHASES[text(status, 'phase')] ?? 'Unknown', text(status, 'message'));
}
