import type { Application, ApplicationWatchEvent, ResourceTree, StreamMessage } from '@plumbline/api';
import { useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { usePlatform } from '../platform/context.ts';
import { openEventStream } from '../platform/event-stream.ts';
import { applyEvents, idOf } from './cache.ts';
import type { ApplicationsState } from './cache.ts';
import { paths } from './client.ts';
import { keys } from './queries.ts';
import type { AppId } from './shapes.ts';

/** Events that arrive within this time are shown together: a burst of a thousand costs one render. */
const batchMs = 50;
/** The event list is asked for at most this often while the tree changes. */
const eventsMs = 1000;

function parse<T>(data: string): T | undefined {
  const message = JSON.parse(data) as StreamMessage<T>;
  return 'result' in message ? message.result : undefined;
}

function patch(client: QueryClient, events: readonly ApplicationWatchEvent[]): void {
  client.setQueryData<ApplicationsState>(keys.applications, (state) => state && applyEvents(state, events));
  // Changes of the list are told in short; the page of an application asks for the rest.
  for (const { application } of events) {
    const key = keys.application(idOf(application));
    const known = client.getQueryData<Application>(key);
    if (known?.metadata.resourceVersion === application.metadata.resourceVersion) continue;
    void client.invalidateQueries({ queryKey: key, exact: true });
  }
}

/** Keeps the applications in the cache true while somebody is signed in. */
export function useLiveApplications(ready: boolean): void {
  const client = useQueryClient();
  const { api, clock, connection } = usePlatform();
  useEffect(() => {
    if (!ready) return;
    let waiting: ApplicationWatchEvent[] = [];
    let cancelFlush: (() => void) | undefined;
    const flush = (): void => {
      cancelFlush = undefined;
      const events = waiting;
      waiting = [];
      patch(client, events);
    };
    const close = openEventStream({
      url: () =>
        paths.applicationStream(client.getQueryData<ApplicationsState>(keys.applications)?.resourceVersion),
      fetch: window.fetch.bind(window),
      clock,
      onData(data) {
        const event = parse<ApplicationWatchEvent>(data);
        if (event === undefined) return;
        waiting.push(event);
        cancelFlush ??= clock.after(batchMs, flush);
      },
      onOpen: (again) => again && void client.invalidateQueries(),
      onState: connection.set,
      onUnauthorized: () => void client.invalidateQueries({ queryKey: keys.session }),
    });
    return () => {
      close();
      cancelFlush?.();
    };
  }, [ready, api, client, clock, connection]);
}

/** Keeps one application's tree true, and asks again for what follows from it: drift, manifests and events. */
export function useLiveTree(id: AppId): void {
  const client = useQueryClient();
  const { clock } = usePlatform();
  const { namespace, name } = id;
  useEffect(() => {
    const app = { namespace, name };
    let cancelEvents: (() => void) | undefined;
    const close = openEventStream({
      url: () => paths.treeStream(app),
      fetch: window.fetch.bind(window),
      clock,
      onData(data) {
        const tree = parse<ResourceTree>(data);
        if (tree === undefined) return;
        client.setQueryData(keys.tree(app), { nodes: tree.nodes ?? [] });
        void client.invalidateQueries({ queryKey: keys.managed(app) });
        cancelEvents ??= clock.after(eventsMs, () => {
          cancelEvents = undefined;
          void client.invalidateQueries({ queryKey: keys.events(app) });
        });
      },
    });
    return () => {
      close();
      cancelEvents?.();
    };
  }, [namespace, name, client, clock]);
}
