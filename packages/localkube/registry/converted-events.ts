import type { KubeObject, WatchEvent } from '@plumbline/api';
import { ConversionNeeded, type Converter } from '../crd/conversion.ts';
import type { Core } from './core.ts';
import { failure } from './errors.ts';

/** Events that wait for the objects in them to be converted, in their order. */
export interface ConvertedEvents {
  /** `make` is called when all of the objects are known. */
  push(objects: readonly KubeObject[], make: () => readonly WatchEvent[]): void;
}

/** A watch whose objects a webhook has to convert. It ends with an error when the webhook does not. */
export function convertedEvents(
  core: Core,
  converter: Converter,
  handlers: { onEvents(events: readonly WatchEvent[]): void; fail(error: WatchEvent): void },
): ConvertedEvents {
  const queue: { readonly objects: readonly KubeObject[]; readonly make: () => readonly WatchEvent[] }[] = [];
  let waiting = false;
  const run = (): void => {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      try {
        converter.expect(next.objects);
      } catch (thrown) {
        if (!(thrown instanceof ConversionNeeded)) throw thrown;
        waiting = true;
        void core.convert(thrown).then((why) => {
          waiting = false;
          if (why === undefined) {
            run();
            return;
          }
          queue.length = 0;
          const { status } = failure(500, 'InternalError', `Internal error occurred: ${why}`);
          handlers.fail({ type: 'ERROR', object: status as unknown as KubeObject });
        });
        return;
      }
      queue.shift();
      const events = next.make();
      if (events.length > 0) handlers.onEvents(events);
    }
  };
  return {
    push(objects, make) {
      queue.push({ objects, make });
      if (!waiting) run();
    },
  };
}
