const seeds = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const;

/**
 * A 128-bit name for a text, as 32 hexadecimal digits: equal texts have equal names, different ones practically never.
 * It guards nothing against people who look for collisions; it only tells contents apart.
 */
export function textHash(text: string): string {
  let [a, b, c, d] = seeds as readonly [number, number, number, number];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x85ebca6b);
    b = Math.imul(b ^ code, 0xc2b2ae35) + (a >>> 16);
    c = Math.imul(c + code, 0x27d4eb2f) ^ (b >>> 13);
    d = Math.imul(d ^ (code << 8), 0x165667b1) + (c >>> 15);
    a ^= d >>> 11;
  }
  return [a, b, c, d].map((part) => finish(part ^ text.length)).join('');
}

function finish(part: number): string {
  let h = part ^ (part >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0).toString(16).padStart(8, '0');
}
