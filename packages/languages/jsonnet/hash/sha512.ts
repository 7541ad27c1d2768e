import { once, padMessage, primes, rootFraction } from './words.ts';

/** Most programs hash nothing, and the roots take milliseconds. */
const constants = once(() => {
  const first80 = primes(80);
  return {
    first: BigUint64Array.from(first80.slice(0, 8), (prime) => rootFraction(prime, 2)),
    rounds: BigUint64Array.from(first80, (prime) => rootFraction(prime, 3)),
  };
});

function turn(word: bigint, by: bigint): bigint {
  return BigInt.asUintN(64, (word >> by) | (word << (64n - by)));
}

/** SHA-512 (FIPS 180-4). */
export function sha512(bytes: Uint8Array): Uint8Array {
  const view = padMessage(bytes, 128, false);
  const { first: initial, rounds } = constants();
  const state = new BigUint64Array(initial);
  const words = new BigUint64Array(80);
  const at = (i: number): bigint => words[i] ?? 0n;
  for (let offset = 0; offset < view.byteLength; offset += 128) {
    for (let i = 0; i < 16; i++) words[i] = view.getBigUint64(offset + i * 8);
    for (let i = 16; i < 80; i++) {
      const s0 = turn(at(i - 15), 1n) ^ turn(at(i - 15), 8n) ^ (at(i - 15) >> 7n);
      const s1 = turn(at(i - 2), 19n) ^ turn(at(i - 2), 61n) ^ (at(i - 2) >> 6n);
      words[i] = at(i - 16) + s0 + at(i - 7) + s1;
    }
    let [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n, g = 0n, h = 0n] = state;
    for (let i = 0; i < 80; i++) {
      const s1 = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n);
      const chosen = (e & f) ^ (BigInt.asUintN(64, ~e) & g);
      const t1 = h + s1 + chosen + (rounds[i] ?? 0n) + at(i);
      const s0 = turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n);
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      const fifth = BigInt.asUintN(64, d + t1);
      const first = BigInt.asUintN(64, t1 + t2);
      [h, g, f, e, d, c, b, a] = [g, f, e, fifth, c, b, a, first];
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] ?? 0n) + word;
  }
  const out = new DataView(new ArrayBuffer(64));
  for (const [i, word] of state.entries()) out.setBigUint64(i * 8, word);
  return new Uint8Array(out.buffer);
}
