import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { virtualClock } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { afterEach, describe, expect, it } from 'vitest';
import { openStore } from './index.ts';
import type { Store } from './index.ts';

const folders: string[] = [];

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'plumbline-killed-'));
  folders.push(made);
  return made;
}

afterEach(() => {
  for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true });
});

function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
}

function configMap(name: string, value: number): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', resourceVersion: '' },
    data: { value: String(value), filler: 'x'.repeat(value % 97) },
  };
}

/** All that there is, as one text. */
function contents(store: Store): string {
  return JSON.stringify([
    store.resourceVersion,
    ...store
      .state()
      .objects.map((object) => [object.metadata.name, object.metadata.resourceVersion, object['data']])
      .toSorted(([a], [b]) => String(a).localeCompare(String(b))),
  ]);
}

/** What a disk may hold of a process that is killed now: the log up to some byte after what was promised. */
function remains(of: string, promised: number, random: (below: number) => number): string {
  const copy = folder();
  cpSync(of, copy, { recursive: true });
  const log = readdirSync(copy)
    .filter((name) => name.startsWith('log-'))
    .toSorted((a, b) => Number(a.slice(4)) - Number(b.slice(4)))
    .at(-1);
  if (log !== undefined) {
    const { size } = statSync(join(copy, log));
    truncateSync(join(copy, log), Math.min(size, promised + random(Math.max(1, size - promised + 1))));
  }
  // A snapshot that was just being written.
  if (random(3) === 0) writeFileSync(join(copy, 'unfinished'), 'half a snapsho');
  return copy;
}

function newestLogSize(of: string): number {
  const sizes = readdirSync(of)
    .filter((name) => name.startsWith('log-'))
    .map((name) => [Number(name.slice(4)), statSync(join(of, name)).size] as const)
    .toSorted(([a], [b]) => a - b);
  return sizes.at(-1)?.[1] ?? 0;
}

describe('a server that is killed while it writes', () => {
  it.each([1, 2, 3, 4])(
    'comes back with all that clients had been told, and nothing torn (%i)',
    async (seed) => {
      const random = seeded(seed);
      const path = folder();
      const clock = virtualClock();
      const store = openStore({ clock, dataDir: path, compactBytes: 20_000 });
      const maps = store.table('', 'ConfigMap');
      // The state after each write, so that what comes back can be found among them.
      const states = [contents(store)];
      for (let round = 0; round < 60; round++) {
        for (let writes = random(6); writes >= 0; writes--) {
          const name = `c${random(12)}`;
          if (random(4) === 0 && maps.get('default', name) !== undefined) maps.remove('default', name);
          else maps.put(configMap(name, random(10_000)));
          states.push(contents(store));
        }
        // An answer waits for this.
        await store.durable();
        const told = states.length - 1;
        const promised = newestLogSize(path);
        if (random(2) === 0) {
          // More is written that nobody has heard of when the end comes.
          maps.put(configMap(`c${random(12)}`, random(10_000)));
          states.push(contents(store));
          if (random(2) === 0) await store.durable();
        }
        if (round % 6 !== 0) continue;
        const again = openStore({ clock, dataDir: remains(path, promised, random) });
        const found = states.lastIndexOf(contents(again));
        expect(found).toBeGreaterThanOrEqual(told);
        await again.close();
      }
      await store.close();
    },
  );
});
