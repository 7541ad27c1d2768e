import type { Application } from '@plumbline/api';
import type { Cluster } from '@plumbline/kube';

const applicationKind = { group: 'argoproj.io', kind: 'Application' };

/** True when what was asked for is there and well: compared, equal, healthy, and no operation under way. */
function isReady(app: Application): boolean {
  return (
    app.status?.sync?.status === 'Synced' &&
    app.status.health?.status === 'Healthy' &&
    app.operation === undefined &&
    app.status.operationState?.phase !== 'Running'
  );
}

/** Waits, by events, until these applications are ready. Resolves with false when the signal fires first. */
export async function waitUntilReady(
  cluster: Cluster,
  names: readonly string[],
  told: (ready: number, total: number) => void,
  signal: AbortSignal,
): Promise<boolean> {
  await cluster.live.require([applicationKind]);
  const count = (): number =>
    names.filter((name) => {
      const app = cluster.live.get({ ...applicationKind, namespace: 'argocd', name });
      return app !== undefined && isReady(app as Application);
    }).length;
  return new Promise((resolve) => {
    let last = -1;
    const check = (): void => {
      const ready = count();
      if (ready !== last) told(ready, names.length);
      last = ready;
      if (ready === names.length) finish(true);
    };
    const finish = (value: boolean): void => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      resolve(value);
    };
    const onAbort = (): void => finish(false);
    const cancel = cluster.live.listen((change) => {
      if (change.object.kind === applicationKind.kind) check();
    });
    signal.addEventListener('abort', onAbort);
    check();
  });
}
