import type { Cancel, Clock } from '@plumbline/base';
import { record } from '../../kinds/fields.ts';
import { parseQuantity } from '../../kinds/quantity.ts';
import type { Container } from './container.ts';
import { memoryOf } from './process.ts';
import type { PodRun } from './types.ts';

const lookMs = 1_000;

/** Ends containers that use more memory than their limit, as the kernel does for real ones. Looks only while there are limits. */
export function startMemoryWatch(clock: Clock, runs: () => Iterable<PodRun>): Cancel {
  let cancel: Cancel = () => {};
  const look = (): void => {
    const limited = new Map<number, { readonly container: Container; readonly bytes: bigint }>();
    for (const run of runs()) {
      for (const container of run.containers.values()) {
        const limit = parseQuantity(record(record(container.spec['resources'])['limits'])['memory']);
        if (limit !== undefined && container.running !== undefined)
          limited.set(container.running.child.pid, { container, bytes: limit / 1_000_000_000n });
      }
    }
    if (limited.size > 0) {
      for (const [group, used] of memoryOf(new Set(limited.keys()))) {
        const found = limited.get(group);
        const running = found?.container.running;
        if (found === undefined || running === undefined || BigInt(used) <= found.bytes) continue;
        running.killed = 'OOMKilled';
        running.child.signal('SIGKILL');
      }
    }
    cancel = clock.after(lookMs, look);
  };
  cancel = clock.after(lookMs, look);
  return () => cancel();
}
