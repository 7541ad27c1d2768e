import type { Random } from './ports.ts';

/**
 * Chance that is the same in every run: for what nobody keeps, like the names and UIDs of a cluster that is gone in a second.
 * Never for secrets: who knows one value can tell the next. Mulberry32: 32 bits of state.
 */
export function steadyRandom(seed = 0): Random {
  let state = seed | 0;
  const word = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const hex = (): string => word().toString(16).padStart(8, '0');
  return {
    bytes: (count) => Uint8Array.from({ length: count }, () => word() & 0xff),
    uuid() {
      // Version 4, variant 1 (RFC 9562).
      const [a, b, c, d] = [hex(), hex(), hex(), hex()];
      const variant = ((Number.parseInt(c.charAt(0), 16) & 0x3) | 0x8).toString(16);
      return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
    },
  };
}
