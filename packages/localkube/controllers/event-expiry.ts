import type { KubeObject } from '@plumbline/api';
import { StatusError } from '../registry/types.ts';
import type { ControllerContext } from './runtime/context.ts';

/** How long the real server keeps events. */
const LIFETIME_MS = 60 * 60 * 1000;
/** Expired events go in batches, so that a thousand of them wake the process once. */
const BATCH_MS = 60 * 1000;

interface Entry {
  readonly at: number;
  readonly namespace: string;
  readonly name: string;
}

/** Deletes Events an hour after they were last written. */
export function startEventExpiry(context: ControllerContext): void {
  const { access, clock } = context;
  const entries: Entry[] = [];
  let armed = false;
  const arm = (): void => {
    const first = entries[0];
    if (armed || first === undefined) return;
    armed = true;
    context.loop.wheel.after(Math.max(BATCH_MS, first.at + LIFETIME_MS - clock.now() + BATCH_MS), sweep);
  };
  const sweep = (): void => {
    armed = false;
    const limit = clock.now() - LIFETIME_MS;
    const end = entries.findIndex((entry) => entry.at > limit);
    const due = entries.splice(0, end < 0 ? entries.length : end);
    for (const entry of due) {
      const event = access.get('', 'Event', entry.namespace, entry.name);
      if (event !== undefined && lastWritten(event) <= limit) expire(entry);
    }
    arm();
  };
  const expire = (entry: Entry): void => {
    try {
      access.delete('', 'Event', entry.namespace, entry.name);
    } catch (thrown) {
      if (!(thrown instanceof StatusError)) throw thrown;
    }
  };
  context.watch('', 'Event', ({ type, object }) => {
    if (type === 'deleted') return;
    entries.push({
      at: Math.max(lastWritten(object), entries.at(-1)?.at ?? 0),
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name,
    });
    arm();
  });
}

function lastWritten(event: KubeObject): number {
  const times = [event['lastTimestamp'], event['eventTime'], event.metadata.creationTimestamp];
  return Math.max(
    0,
    ...times.filter((time): time is string => typeof time === 'string').map((time) => Date.parse(time)),
  );
}
