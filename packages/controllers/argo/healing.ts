import { keyText } from '@plumbline/api';
import type { ObjectKey, ResourceStatus } from '@plumbline/api';

/**
 * Drift is healed at once, however often a person edits; only a fight slows it down: where the same object has drifted
 * again and again shortly after it was healed, another controller wants something else, and both would only make load.
 */
export interface Healing {
  /** When these may be healed: now, or later. */
  due(keys: readonly ObjectKey[], now: number): number;
  /** They are healed now. */
  healed(keys: readonly ObjectKey[], now: number): void;
}

/** Heals of one object within the window that are free. A person editing by hand does not get so far. */
const FREE = 10;
const WINDOW_MS = 60_000;
const PAUSE_MS = 2_000;
const PAUSE_FACTOR = 3;
const PAUSE_MOST_MS = 300_000;

interface Row {
  /** Heals in a row with less than a window (or the pause that was imposed) between them. */
  count: number;
  last: number;
}

export function createHealing(): Healing {
  const records = new Map<string, Row>();

  function pauseAfter(count: number): number {
    if (count < FREE) return 0;
    return Math.min(PAUSE_MOST_MS, PAUSE_MS * PAUSE_FACTOR ** Math.min(count - FREE, 10));
  }

  function recordOf(key: ObjectKey, now: number): Row | undefined {
    const text = keyText(key);
    const record = records.get(text);
    if (record === undefined) return undefined;
    if (now - record.last <= Math.max(WINDOW_MS, 2 * pauseAfter(record.count))) return record;
    records.delete(text);
    return undefined;
  }

  return {
    due(keys, now) {
      let at = now;
      for (const key of keys) {
        const record = recordOf(key, now);
        if (record !== undefined) at = Math.max(at, record.last + pauseAfter(record.count));
      }
      return at;
    },
    healed(keys, now) {
      for (const key of keys) {
        const count = (recordOf(key, now)?.count ?? 0) + 1;
        records.set(keyText(key), { count, last: now });
      }
    },
  };
}

export function keyOfStatus(resource: ResourceStatus): ObjectKey {
  return {
    group: resource.group ?? '',
    kind: resource.kind,
    namespace: resource.namespace ?? '',
    name: resource.name,
  };
}
