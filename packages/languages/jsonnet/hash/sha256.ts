import { once, padMessage, primes, rootFraction, wordBytes } from './words.ts';

/** Most programs hash nothing, and the roots take milliseconds. */
const constants = once(() => {
  const first64 = primes(64);
  return {
    first: Int32Array.from(first64.slice(0, 8), (prime) => Number(rootFraction(prime, 2) >> 32n) | 0),
    rounds: Int32Array.from(first64, (prime) => Number(rootFraction(prime, 3) >> 32n) | 0),
  };
});

/** SHA-256 (FIPS 180-4). */
export function sha256(bytes: Uint8Array): Uint8Array {
  const view = padMessage(bytes, 64, false);
  const { first, rounds } = constants();
  const state = Int32Array.from(first);
  const words = new Int32Array(64);
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(offset + i * 4);
    extend(words);
    mix(state, words, rounds);
  }
  return wordBytes([...state], false);
}

const at = (list: Int32Array, i: number): number => list[i] ?? 0;

function extend(words: Int32Array): void {
  for (let i = 16; i < 64; i++) {
    const [x, y] = [at(words, i - 15), at(words, i - 2)];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    words[i] = (at(words, i - 16) + s0 + at(words, i - 7) + s1) | 0;
  }
}

/** One block. The eight variables are the letters of the standard; no round makes anything that has to be collected. */
function mix(state: Int32Array, words: Int32Array, rounds: Int32Array): void {
  let a = at(state, 0);
  let b = at(state, 1);
  let c = at(state, 2);
  let d = at(state, 3);
  let e = at(state, 4);
  let f = at(state, 5);
  let g = at(state, 6);
  let h = at(state, 7);
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + at(rounds, i) + at(words, i)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  for (const [i, letter] of [a, b, c, d, e, f, g, h].entries()) state[i] = (at(state, i) + letter) | 0;
}
