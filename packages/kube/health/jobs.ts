import { recordAt, recordsAt, textAt } from '@plumbline/base';
import type { HealthStatus, KubeObject } from '@plumbline/api';
import { health } from './read.ts';

/** A job by its conditions; a suspended one is not degraded. */
export function jobHealth(object: KubeObject): HealthStatus {
  let failed: string | undefined;
  let complete = false;
  let suspended = false;
  let message = '';
  for (const condition of recordsAt(recordAt(object, 'status'), 'conditions')) {
    if (condition['type'] === 'Failed') failed = textAt(condition, 'message');
    else if (condition['type'] === 'Complete') {
      complete = true;
      message = textAt(condition, 'message');
    } else if (condition['type'] === 'Suspended') {
      // Upstream counts a condition Suspended=False as complete too.
      complete = true;
      message = textAt(condition, 'message');
      suspended ||= condition['status'] === 'True';
    }
  }
  if (failed !== undefined) return health('Degraded', failed);
  if (!complete) return health('Progressing', message);
  return health(suspended ? 'Suspended' : 'Healthy', message);
}

/** A rule from Argo CD's resource library: whether a CronJob is well can only be told from its last finished run. */
export function cronJobHealth(object: KubeObject): HealthStatus {
  if (recordAt(object, 'spec')['suspend'] === true) return health('Healthy', 'CronJob is Suspended');
  if (object['status'] === undefined) return health('Progressing', 'Waiting for CronJob');
  const status = recordAt(object, 'status');
  const scheduled = textAt(status, 'lastScheduleTime');
  const succeeded = textAt(status, 'lastSuccessfulTime');
  if (scheduled === '') return health('Healthy', 'CronJob has not been scheduled yet');
  if (succeeded === '') {
    return health('Healthy', 'The CronJob never completed successfully. It may not be healthy');
  }
  if (recordsAt(status, 'active').length > 0) {
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
  const status = recordAt(object, 'status');
  return health(PHASES[textAt(status, 'phase')] ?? 'Unknown', textAt(status, 'message'));
}
