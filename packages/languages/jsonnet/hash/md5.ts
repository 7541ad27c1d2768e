import { padMessage, rotateLeft, wordBytes } from './words.ts';

const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const sines = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

/** MD5 (RFC 1321). Not for anything that has to be safe. */
export function md5(bytes: Uint8Array): Uint8Array {
  const view = padMessage(bytes, 64, true);
  const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    let [a = 0, b = 0, c = 0, d = 0] = state;
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const { mixed, word } = mix(round, i, b, c, d);
      const sum = (a + mixed + (sines[i] ?? 0) + view.getInt32(offset + word * 4, true)) | 0;
      a = d;
      d = c;
      c = b;
      b = (b + rotateLeft(sum, shifts[round * 4 + (i & 3)] ?? 0)) | 0;
    }
    for (const [i, word] of [a, b, c, d].entries()) state[i] = ((state[i] ?? 0) + word) | 0;
  }
  return wordBytes(state, true);
}

function mix(
  round: number,
  i: number,
  b: number,
  c: number,
  d: number,
): { readonly mixed: number; readonly word: number } {
  if (round === 0) return { mixed: (b & c) | (~b & d), word: i };
  if (round === 1) return { mixed: (d & b) | (~d & c), word: (5 * i + 1) & 15 };
  if (round === 2) return { mixed: b ^ c ^ d, word: (3 * i + 5) & 15 };
  return { mixed: c ^ (b | ~d), word: (7 * i) & 15 };
}
