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
  const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => word() & 0xff);
  return { bytes, uuid: () => formatUuid(bytes(16)) };
}

/** Sixteen bytes as a UUID of version 4, variant 1 (RFC 9562). */
export function formatUuid(bytes: Uint8Array): string {
  const byte = (at: number): number => {
    const drawn = bytes[at] ?? 0;
    if (at === 6) return (drawn & 0x0f) | 0x40;
    return at === 8 ? (drawn & 0x3f) | 0x80 : drawn;
  };
  const hex = Array.from({ length: 16 }, (_, at) => byte(at).toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
