import type { Random } from '@plumbline/base';

const poolBytes = 1024;

/** Draws bytes in larger pieces: names ask for a few at a time, and each question to the system costs the same. */
export function pooledRandom(random: Random): Random {
  let pool = new Uint8Array(0);
  let used = 0;
  return {
    uuid: () => random.uuid(),
    bytes(length) {
      if (length > poolBytes / 4) return random.bytes(length);
      if (used + length > pool.length) {
        pool = new Uint8Array(random.bytes(poolBytes));
        used = 0;
      }
      const bytes = pool.subarray(used, used + length);
      used += length;
      return bytes;
    },
  };
}
