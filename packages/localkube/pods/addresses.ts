/** Pod addresses out of 10.244.0.0/16. */
export interface Addresses {
  /** The address of this pod; the same one until it is freed. */
  take(key: string): string;
  free(key: string): void;
}

const SIZE = 65_000;

export function createAddresses(): Addresses {
  const held = new Map<string, number>();
  const used = new Set<number>();
  let next = 0;
  return {
    take(key) {
      let index = held.get(key);
      if (index === undefined) {
        // Freed addresses are used again only after a whole round, so that old endpoints do not hit new pods.
        while (used.has(next % SIZE) && used.size < SIZE) next++;
        index = next++ % SIZE;
        held.set(key, index);
        used.add(index);
      }
      const offset = index + 2;
      return `10.244.${offset >> 8}.${offset & 255}`;
    },
    free(key) {
      const index = held.get(key);
      if (index === undefined) return;
      held.delete(key);
      used.delete(index);
    },
  };
}
