import type { Clock } from '@plumbline/base';
import type { ApplicationViews } from '@plumbline/api';
import type { Router } from '../gate/route.ts';
import type { Applications } from '../applications/store.ts';
import { createCoalescer } from './coalescer.ts';
import { encodeEvent } from './hub.ts';
import type { Client, Hub } from './hub.ts';

type Name = { readonly namespace: string; readonly name: string };

const INTERVAL_MS = 100;

/** `GET /api/v1/stream/applications/:name/resource-tree`: the whole tree at first and after each change. */
export function treeStream(
  router: Router,
  options: {
    readonly views: ApplicationViews;
    readonly applications: Applications;
    readonly clock: Clock;
    readonly hub: Hub;
  },
): () => void {
  const { views, applications, hub } = options;
  const watchers = new Map<string, Set<Client>>();

  function encode(application: Name): Uint8Array {
    return encodeEvent(JSON.stringify({ result: views.tree(application) ?? { nodes: [] } }));
  }

  const changes = createCoalescer<Name>({
    clock: options.clock,
    intervalMs: INTERVAL_MS,
    merge: (_before, now) => now,
    flush(gathered) {
      for (const [key, application] of gathered) {
        const clients = watchers.get(key);
        if (clients === undefined) continue;
        const chunk = encode(application);
        for (const client of clients) client.send(chunk);
      }
    },
  });

  const cancel = views.listen((application) => {
    const key = `${application.namespace}/${application.name}`;
    if (watchers.has(key)) changes.add(key, application);
  });

  router.route(
    {
      method: 'GET',
      path: '/api/v1/stream/applications/:name/resource-tree',
      access: { resource: 'applications', action: 'get', object: (call) => applications.objectOf(call) },
    },
    (call) => {
      const { name, namespace = '' } = applications.get(call).metadata;
      const key = `${namespace}/${name}`;
      const client = hub.connect({
        initial: [encode({ namespace, name })],
        onClose(closed) {
          const clients = watchers.get(key);
          clients?.delete(closed);
          if (clients?.size === 0) watchers.delete(key);
        },
      });
      watchers.set(key, (watchers.get(key) ?? new Set()).add(client));
      return client.response;
    },
  );

  return () => {
    cancel();
    changes.stop();
  };
}
