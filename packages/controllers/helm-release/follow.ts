import type { KubeObject, WatchEvent } from '@plumbline/api';
import { isRecord, messageOf } from '@plumbline/base';
import { StatusError } from '@plumbline/kube';
import type { Target } from './objects.ts';
import type { Context } from './ports.ts';

/** Called with the present objects by name, whenever they change. */
type Seen = (objects: ReadonlyMap<string, KubeObject>) => void;

const pauseMs = 500;

/**
 * Follows the objects of one kind in one namespace until the signal fires. One object is watched by its name, so that
 * nobody needs more rights than Helm does.
 */
export async function follow(
  context: Context,
  targets: readonly [Target, ...Target[]],
  seen: Seen,
  signal: AbortSignal,
): Promise<void> {
  const [first] = targets;
  const selector =
    targets.length === 1
      ? { fieldSelector: `metadata.name=${first.name}` }
      : ({} as { fieldSelector?: string });
  const { group, version, kind } = first.resource;
  while (!signal.aborted) {
    try {
      const listed = await context.cluster.list(
        { group, version, kind },
        { ...selector, ...(first.namespace === '' ? {} : { namespace: first.namespace }) },
      );
      const wanted = new Set(targets.map((target) => target.name));
      const objects = new Map<string, KubeObject>();
      for (const item of listed.items)
        if (wanted.has(item.metadata.name)) objects.set(item.metadata.name, item);
      if (signal.aborted) return;
      seen(objects);
      await watch(context, first, { selector, from: listed.resourceVersion, wanted, objects, seen, signal });
    } catch (thrown) {
      if (signal.aborted) return;
      if (thrown instanceof StatusError && (thrown.code === 401 || thrown.code === 403)) throw thrown;
      context.logger.debug('a watch of a release broke', { error: messageOf(thrown) });
      await new Promise<void>((resolve) => context.clock.after(pauseMs, resolve));
    }
  }
}

interface Watching {
  readonly selector: { readonly fieldSelector?: string };
  readonly from: string;
  readonly wanted: ReadonlySet<string>;
  readonly objects: Map<string, KubeObject>;
  readonly seen: Seen;
  readonly signal: AbortSignal;
}

/** One watch from its begin to its end; what comes next lists again. */
function watch(context: Context, { resource, namespace }: Target, watching: Watching): Promise<void> {
  const { objects, wanted, seen, signal } = watching;
  const base =
    resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const query = new URLSearchParams({
    watch: '1',
    allowWatchBookmarks: 'true',
    resourceVersion: watching.from,
    ...watching.selector,
  });
  const take = ({ type, object }: WatchEvent): boolean => {
    if (type === 'ERROR') throw new Error(isRecord(object) ? String(object['message']) : 'the watch failed');
    if (type === 'BOOKMARK' || !wanted.has(object.metadata.name)) return false;
    if (type === 'DELETED') objects.delete(object.metadata.name);
    else objects.set(object.metadata.name, object);
    return true;
  };
  return new Promise((resolve, reject) => {
    const stopping = new AbortController();
    const end = (error?: unknown): void => {
      signal.removeEventListener('abort', stop);
      stopping.abort();
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error(messageOf(error)));
    };
    const stop = (): void => end();
    signal.addEventListener('abort', stop);
    context.transport
      .watch(
        {
          method: 'GET',
          path: `${base}${scope}/${resource.plural}?${query.toString()}`,
          signal: stopping.signal,
        },
        {
          onEvents(events) {
            if (stopping.signal.aborted) return;
            try {
              // Every event counts: what is waited for may hold only for a moment.
              for (const event of events) if (take(event)) seen(objects);
            } catch (thrown) {
              end(thrown);
            }
          },
          onEnd: (error) => {
            if (!stopping.signal.aborted) end(error);
          },
        },
      )
      .catch((thrown: unknown) => {
        if (!stopping.signal.aborted) end(thrown);
      });
  });
}
