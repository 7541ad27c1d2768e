import type { Cancel, Clock } from '@plumbline/base';
import { record } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import { parseQuantity } from '../../kinds/quantity.ts';
import type { Container } from './container.ts';
import { memoryOf } from './process.ts';

/** Ends containers that use more memory than their limit, as the kernel does for real ones. */
export interface MemoryWatch {
  /** A container was started. Only while some have limits anybody looks. */
  started(container: Container): void;
  stop(): void;
}

const lookMs = 1_000;

export function makeMemoryWatch(
  clock: Clock,
  pods: () => Iterable<{ readonly containers: ReadonlyMap<string, Container> }>,
): MemoryWatch {
  let cancel: Cancel | undefined;
  const look = (): void => {
    cancel = undefined;
    const limited = new Map<number, { readonly container: Container; readonly bytes: bigint }>();
    for (const pod of pods()) {
      for (const container of pod.containers.values()) {
        const bytes = limitOf(container.spec);
        if (bytes !== undefined && container.running !== undefined)
          limited.set(container.running.child.pid, { container, bytes });
      }
    }
    if (limited.size === 0) return;
    for (const [group, used] of memoryOf(new Set(limited.keys()))) {
      const found = limited.get(group);
      const running = found?.container.running;
      if (found === undefined || running === undefined || BigInt(used) <= found.bytes) continue;
      running.killed = 'OOMKilled';
      running.child.signal('SIGKILL');
    }
    cancel = clock.after(lookMs, look);
  };
  return {
    started(container) {
      if (limitOf(container.spec) !== undefined) cancel ??= clock.after(lookMs, look);
    },
    stop: () => cancel?.(),
  };
}

function limitOf(spec: Fields): bigint | undefined {
  const limit = parseQuantity(record(record(spec['resources'])['limits'])['memory']);
  return limit === undefined ? undefined : limit / 1_000_000_000n;
}
