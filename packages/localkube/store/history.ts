import type { Clock } from '@plumbline/base';
import type { StoreEvent } from '../registry/types.ts';
import type { Cursor, HistoryGap } from './types.ts';

/** The real server's cache keeps events for at least 75 seconds; this one keeps them longer while they are few. */
const ageMaxMs = 300_000;
const ageMinMs = 75_000;
const countMax = 20_000;
const countHardMax = 200_000;

/** The events of one table, oldest first, bounded by age and number. */
export interface History {
  add(event: StoreEvent): void;
  cursor(after: number): Cursor | HistoryGap;
  /** Events after a version, if all of them are still known. */
  after(resourceVersion: number): readonly StoreEvent[] | undefined;
  /** The resource version of the newest event. */
  readonly newest: number;
  /** Empties it: nothing before this version is known any more. */
  restart(resourceVersion: number): void;
}

export function makeHistory(clock: Clock, startVersion: number): History {
  let events: StoreEvent[] = [];
  let times: number[] = [];
  /** Events before this index are forgotten; the arrays are cut when half of them is. */
  let first = 0;
  /** Everything after this version is known. */
  let oldest = startVersion;
  let newest = startVersion;

  const trim = (now: number): void => {
    for (;;) {
      const count = events.length - first;
      const event = events[first];
      if (event === undefined) break;
      const age = now - (times[first] ?? now);
      const keep = count <= countHardMax && age <= ageMaxMs && (count <= countMax || age <= ageMinMs);
      if (keep) break;
      oldest = event.resourceVersion;
      first++;
    }
    if (first > 1024 && first * 2 > events.length) {
      events = events.slice(first);
      times = times.slice(first);
      first = 0;
    }
  };

  /** The index of the first event after a version. */
  const indexAfter = (version: number): number => {
    let low = first;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (events[middle]!.resourceVersion <= version) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    get newest() {
      return newest;
    },
    add(event) {
      const now = clock.now();
      events.push(event);
      times.push(now);
      newest = event.resourceVersion;
      trim(now);
    },
    after: (version) => (version < oldest ? undefined : events.slice(indexAfter(version))),
    cursor(after) {
      if (after < oldest) return { oldest };
      let at = after;
      return {
        get resourceVersion() {
          return at;
        },
        read() {
          if (newest <= at) return [];
          if (at < oldest) return { oldest };
          const fresh = events.slice(indexAfter(at));
          at = fresh.at(-1)?.resourceVersion ?? at;
          return fresh;
        },
      };
    },
    restart(resourceVersion) {
      events = [];
      times = [];
      first = 0;
      oldest = resourceVersion;
      newest = resourceVersion;
    },
  };
}
