/** Pod addresses out of one network. */
export interface Addresses {
  /** The address of this pod; the same one until it is freed. */
  take(key: string): string;
  /** The pod has this address already, from an earlier run. */
  hold(key: string, address: string): void;
  free(key: string): void;
}

const SIZE = 65_000;

/** `network`: the first two numbers of its addresses. */
export function createAddresses(network = '10.244'): Addresses {
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
      return `${network}.${offset >> 8}.${offset & 255}`;
    },
    hold(key, address) {
      const [high = 0, low = 0] = address
        .slice(network.length + 1)
        .split('.')
        .map(Number);
      const index = high * 256 + low - 2;
      if (!address.startsWith(`${network}.`) || !(index >= 0 && index < SIZE) || used.has(index)) return;
      held.set(key, index);
      used.add(index);
    },
    free(key) {
      const index = held.get(key);
      if (index === undefined) return;
      held.delete(key);
      used.delete(index);
    },
  };
}
