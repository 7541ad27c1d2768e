import type { Clock } from '@plumbline/base';
import type { Application, ApplicationWatchEvent } from '@plumbline/api';
import { withoutManagedFields } from '@plumbline/kube';
import type { Cluster } from '@plumbline/kube';
import type { Call, Router } from '../gate/route.ts';
import type { Authorize } from '../gate/types.ts';
import { fieldFilter } from '../applications/fields.ts';
import type { FieldFilter } from '../applications/fields.ts';
import { APPLICATION, applicationFilter, isNewer, objectName } from '../applications/store.ts';
import type { Applications } from '../applications/store.ts';
import { createCoalescer } from './coalescer.ts';
import { encodeEvent } from './hub.ts';
import type { Client, Hub } from './hub.ts';

type EventType = ApplicationWatchEvent['type'];

/** Each application is sent at most this often. */
const INTERVAL_MS = 100;

interface Watcher {
  readonly client: Client;
  readonly wants: (application: Application) => boolean;
  readonly fields: FieldFilter | undefined;
}

/** `GET /api/v1/stream/applications`: every change of every application that the caller may see. */
export function applicationStream(
  router: Router,
  options: {
    readonly cluster: Cluster;
    readonly applications: Applications;
    readonly authorize: Authorize;
    readonly clock: Clock;
    readonly hub: Hub;
  },
): () => void {
  const { cluster, applications, authorize, hub } = options;
  const watchers = new Map<Client, Watcher>();

  function encode(type: EventType, application: Application, fields: FieldFilter | undefined): Uint8Array {
    if (fields === undefined) {
      return encodeEvent(`{"result":{"type":"${type}","application":${applications.text(application)}}}`);
    }
    const result = { type, application: withoutManagedFields(application) };
    return encodeEvent(JSON.stringify(fields.apply({ result })));
  }

  const changes = createCoalescer<{ readonly type: EventType; readonly application: Application }>({
    clock: options.clock,
    intervalMs: INTERVAL_MS,
    // Who has not yet heard of an application has to hear that it was added, not that it changed.
    merge: (before, now) =>
      before.type === 'ADDED' && now.type === 'MODIFIED' ? { ...now, type: 'ADDED' } : now,
    flush(gathered) {
      for (const { type, application } of gathered.values()) {
        // Encoded once for all who want the same fields.
        const encoded = new Map<string, Uint8Array>();
        for (const { client, wants, fields } of watchers.values()) {
          if (!wants(application)) continue;
          const key = fields?.key ?? '';
          const chunk = encoded.get(key) ?? encode(type, application, fields);
          encoded.set(key, chunk);
          client.send(chunk);
        }
      }
    },
  });

  const cancel = cluster.live.listen(({ type, object }) => {
    if (
      watchers.size === 0 ||
      object.kind !== APPLICATION.kind ||
      !object.apiVersion.startsWith(`${APPLICATION.group}/`)
    )
      return;
    const event = type === 'added' ? 'ADDED' : type === 'modified' ? 'MODIFIED' : 'DELETED';
    changes.add(`${object.metadata.namespace}/${object.metadata.name}`, {
      type: event,
      application: object as Application,
    });
  });

  function watch(call: Call): Response {
    const { subject } = call;
    const matches = applicationFilter(call.query);
    const fields = fieldFilter(call.query.get('fields'));
    const since = call.query.get('resourceVersion') ?? '';
    const wants = (application: Application): boolean =>
      matches(application) &&
      subject !== undefined &&
      authorize(subject, 'applications', 'get', objectName(application));

    // Who names the version of his list gets what changed since then, everybody else the whole state.
    const present = [...applications.all()].filter(
      (application) =>
        wants(application) && (since === '' || isNewer(application.metadata.resourceVersion ?? '', since)),
    );
    function* initial(): Iterable<Uint8Array> {
      for (const application of present) yield encode('ADDED', application, fields);
    }
    const client = hub.connect({ initial: initial(), onClose: (closed) => watchers.delete(closed) });
    watchers.set(client, { client, wants, fields });
    return client.response;
  }

  router.route(
    {
      method: 'GET',
      path: '/api/v1/stream/applications',
      access: { resource: 'applications', action: 'get' },
    },
    watch,
  );

  return () => {
    cancel();
    changes.stop();
  };
}
