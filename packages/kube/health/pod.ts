import { numberAt, recordAt, recordsAt, textAt } from '@plumbline/base';
import type { Fields } from '@plumbline/base';
import type { HealthStatus, KubeObject } from '@plumbline/api';
import { condition, health } from './read.ts';

/** A pod by its phase, its containers' reasons and its restart policy. */
export function podHealth(object: KubeObject): HealthStatus {
  const status = recordAt(object, 'status');
  const policy = textAt(recordAt(object, 'spec'), 'restartPolicy');
  const annotations = object.metadata.annotations ?? {};
  const isHook =
    annotations['argocd.argoproj.io/hook'] !== undefined || annotations['helm.sh/hook'] !== undefined;
  const ignoresPolicy = annotations['argocd.argoproj.io/ignore-restart-policy'] === 'true' && !isHook;
  const restarts = policy === 'Always' || ignoresPolicy;
  const containers = recordsAt(status, 'containerStatuses');
  const message = textAt(status, 'message');
  if (restarts) {
    const stuck = containers.map((c) => recordAt(recordAt(c, 'state'), 'waiting')).filter(isStuck);
    if (stuck.length > 0) return health('Degraded', stuck.map((w) => textAt(w, 'message')).join(', '));
  }
  switch (textAt(status, 'phase')) {
    case 'Pending':
      return health('Progressing', message);
    case 'Succeeded':
      return health('Healthy', message);
    case 'Failed':
      return health('Degraded', message === '' ? whyFailed(status) : message);
    case 'Running':
      if (restarts) return runningHealth(status, containers, message);
      if (policy === 'OnFailure' || policy === 'Never') return health('Progressing', message);
      return health('Unknown', message);
    default:
      return health('Unknown', message);
  }
}

/** Waiting for something that will not come by itself: an image, a mount, a program that keeps ending. */
function isStuck(waiting: Fields): boolean {
  const reason = textAt(waiting, 'reason');
  return reason.startsWith('Err') || reason.endsWith('Error') || reason.endsWith('BackOff');
}

function runningHealth(status: Fields, containers: readonly Fields[], message: string): HealthStatus {
  if (condition(status, 'Ready')?.['status'] === 'True') return health('Healthy', message);
  const hasEnded = containers.some((c) => recordAt(c, 'lastState')['terminated'] !== undefined);
  return health(hasEnded ? 'Degraded' : 'Progressing', message);
}

function whyFailed(status: Fields): string {
  for (const container of [
    ...recordsAt(status, 'initContainerStatuses'),
    ...recordsAt(status, 'containerStatuses'),
  ]) {
    const terminated = recordAt(recordAt(container, 'state'), 'terminated');
    const message = textAt(terminated, 'message');
    const code = numberAt(terminated, 'exitCode');
    if (message !== '') return message;
    if (terminated['reason'] === 'OOMKilled') return 'OOMKilled';
    if (code !== 0)
      return `container ${JSON.stringify(textAt(container, 'name'))} failed with exit code ${code}`;
  }
  return '';
}
