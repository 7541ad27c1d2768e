import { padMessage, rotateLeft, wordBytes } from './words.ts';

/** SHA-1 (FIPS 180-4). */
export function sha1(bytes: Uint8Array): Uint8Array {
  const view = padMessage(bytes, 64, false);
  const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
  const words = new Int32Array(80);
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(offset + i * 4);
    for (let i = 16; i < 80; i++) {
      const mixed = at(words, i - 3) ^ at(words, i - 8) ^ at(words, i - 14) ^ at(words, i - 16);
      words[i] = rotateLeft(mixed, 1);
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
    for (let i = 0; i < 80; i++) {
      const next = (rotateLeft(a, 5) + choose(i, b, c, d) + e + at(words, i)) | 0;
      e = d;
      d = c;
      c = rotateLeft(b, 30);
      b = a;
      a = next;
    }
    for (const [i, word] of [a, b, c, d, e].entries()) state[i] = ((state[i] ?? 0) + word) | 0;
  }
  return wordBytes(state, false);
}

function at(words: Int32Array, i: number): number {
  return words[i] ?? 0;
}

function choose(i: number, b: number, c: number, d: number): number {
  if (i < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (i < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (i < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}
