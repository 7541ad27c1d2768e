import type { Clock } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Access } from '../../registry/types.ts';
import { StatusError } from '../../registry/types.ts';
import { timeText } from './objects.ts';

/** Writes Kubernetes Events about objects. */
export interface Recorder {
  event(
    about: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    fieldPath?: string,
  ): void;
}

/** Repeats of these many different events are counted instead of written anew. */
const REMEMBERED = 2048;

/** Events of one component. A repeated event raises the count of the first, as upstream's correlator does. */
export function createRecorder(access: Access, clock: Clock, component: string, host?: string): Recorder {
  const known = new Map<string, string>();
  return {
    event(about, type, reason, message, fieldPath) {
      const namespace = about.metadata.namespace ?? 'default';
      const same = `${about.metadata.uid ?? ''}|${type}|${reason}|${fieldPath ?? ''}|${message}`;
      const now = timeText(clock.now());
      const earlier = known.get(same);
      try {
        const present = earlier === undefined ? undefined : access.get('', 'Event', namespace, earlier);
        if (present !== undefined) {
          const count = (typeof present['count'] === 'number' ? present['count'] : 1) + 1;
          access.update({ ...present, count, lastTimestamp: now }, component);
          return;
        }
        const name = access.record(
          {
            about,
            type,
            reason,
            message,
            ...(fieldPath !== undefined && { fieldPath }),
            ...(host !== undefined && { host }),
          },
          component,
        );
        known.delete(same);
        known.set(same, name);
        if (known.size > REMEMBERED) known.delete(known.keys().next().value ?? '');
      } catch (thrown) {
        // A namespace that is going takes no new events; nothing depends on them.
        if (!(thrown instanceof StatusError)) throw thrown;
      }
    },
  };
}
