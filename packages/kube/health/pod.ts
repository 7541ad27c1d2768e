import type { HealthStatus, KubeObject } from '@plumbline/api';
import { condition, health, number, record, records, text } from './read.ts';

type Data = Readonly<Record<string, unknown>>;

export function podHealth(object: KubeObject): HealthStatus {
  const status = record(object, 'status');
  const policy = text(record(object, 'spec'), 'restartPolicy');
  const annotations = object.metadata.annotations ?? {};
  const isHook =
    annotations['argocd.argoproj.io/hook'] !== undefined || annotations['helm.sh/hook'] !== undefined;
  const ignoresPolicy = annotations['argocd.argoproj.io/ignore-restart-policy'] === 'true' && !isHook;
  const restarts = policy === 'Always' || ignoresPolicy;
  const containers = records(status, 'containerStatuses');
  const message = text(status, 'message');
  if (restarts) {
    const stuck = containers.map((c) => record(record(c, 'state'), 'waiting')).filter(isStuck);
    if (stuck.length > 0) return health('Degraded', stuck.map((w) => text(w, 'message')).join(', '));
  }
  switch (text(status, 'phase')) {
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
function isStuck(waiting: Data): boolean {
  const reason = text(waiting, 'reason');
  return reason.startsWith('Err') || reason.endsWith('Error') || reason.endsWith('BackOff');
}

function runningHealth(status: Data, containers: readonly Data[], message: string): HealthStatus {
  if (condition(status, 'Ready')?.['status'] === 'True') return health('Healthy', message);
  const hasEnded = containers.some((c) => record(c, 'lastState')['terminated'] !== undefined);
  return health(hasEnded ? 'Degraded' : 'Progressing', message);
}

function whyFailed(status: Data): string {
  for (const container of [
    ...records(status, 'initContainerStatuses'),
    ...records(status, 'containerStatuses'),
  ]) {
    const terminated = record(record(container, 'state'), 'terminated');
    const message = text(terminated, 'message');
    const code = number(terminated, 'exitCode');
    if (message !== '') return message;
    if (terminated['reason'] === 'OOMKilled') return 'OOMKilled';
    if (code !== 0)
      return `container ${JSON.stringify(text(container, 'name'))} failed with exit code ${code}`;
  }
  return '';
}
