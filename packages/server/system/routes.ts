import type { VersionMessage } from '@plumbline/api';
import type { Cluster } from '@plumbline/kube';
import type { Registry } from 'prom-client';
import type { Router } from '../gate/route.ts';
import { APPLICATION } from '../applications/store.ts';

/** Version, settings, health and metrics, which need no session. */
export function systemRoutes(
  router: Router,
  options: {
    readonly cluster: Cluster;
    readonly version: string;
    readonly platform: string;
    readonly namespace: string;
    readonly registry: Registry;
  },
): void {
  const { cluster, registry } = options;
  const open = (path: string, handler: () => Response | Promise<Response>): void =>
    router.route({ method: 'GET', path, access: 'public' }, handler);

  open('/api/version', () => {
    const body: VersionMessage = { Version: options.version, Platform: options.platform };
    return Response.json(body);
  });

  open('/api/v1/settings', () =>
    Response.json({
      appLabelKey: 'app.kubernetes.io/instance',
      trackingMethod: 'annotation',
      controllerNamespace: options.namespace,
      statusBadgeEnabled: false,
      userLoginsDisabled: false,
      execEnabled: false,
      passwordPattern: '^.{8,32}$',
      appsInAnyNamespaceEnabled: false,
    }),
  );

  open('/healthz', () => new Response('ok', { headers: { 'content-type': 'text/plain' } }));

  open('/readyz', () => {
    const ready = cluster.live.synced(APPLICATION);
    const text = ready ? 'ok' : 'the applications are not known yet';
    return new Response(text, { status: ready ? 200 : 503, headers: { 'content-type': 'text/plain' } });
  });

  // As everywhere, whoever may reach the address may read the metrics; they hold names and counts.
  open('/metrics', async () => {
    return new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } });
  });
}
