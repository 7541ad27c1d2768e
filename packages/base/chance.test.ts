import { describe, expect, it } from 'vitest';
import { steadyRandom } from './chance.ts';

describe('steadyRandom', () => {
  it('draws the same in every run, and something else each time', () => {
    const [first, second] = [steadyRandom(), steadyRandom()];
    const drawn = Array.from({ length: 10_000 }, () => first.uuid());
    expect(Array.from({ length: 10_000 }, () => second.uuid())).toEqual(drawn);
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(steadyRandom(1).uuid()).not.toBe(drawn[0]);
  });

  it('gives UUIDs of version 4, and bytes of every value', () => {
    const random = steadyRandom();
    for (let i = 0; i < 1_000; i++)
      expect(random.uuid()).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(new Set(random.bytes(10_000)).size).toBe(256);
    expect(random.bytes(3)).toHaveLength(3);
  });
});
