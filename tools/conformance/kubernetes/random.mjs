// Chance with a seed: the same seed gives the same sequence on every machine.
import { numbersFrom } from '../lib/numbers.mjs';

/** A generator of choices. */
export function randomOf(seed) {
  const next = numbersFrom(Math.imul(seed, 2_654_435_761) ^ 0x9e3779b9);
  for (let warm = 0; warm < 4; warm++) next();
  const below = (count) => Math.floor(next() * count);
  const chance = (share) => next() < share;
  const pick = (list) => list[below(list.length)];
  return {
    below,
    chance,
    pick,
    /** A value of the list or a function's result in `share` of the cases, else undefined. */
    maybe: (share, make) => (chance(share) ? (typeof make === 'function' ? make() : make) : undefined),
    between: (low, high) => low + below(high - low + 1),
    some(list, share = 0.5) {
      return list.filter(() => chance(share));
    },
    shuffled(list) {
      const rest = [...list];
      const out = [];
      while (rest.length > 0) out.push(rest.splice(below(rest.length), 1)[0]);
      return out;
    },
  };
}

/** Without the members that are undefined. */
export function compact(value) {
  if (Array.isArray(value)) return value.map(compact);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, compact(member)]),
  );
}
