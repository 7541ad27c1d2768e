// Makes a differing sequence smaller for as long as it differs in the same way.
import { play } from '../../../packages/localkube/recorded/play.ts';
import { differences, familyOf } from './compare.mjs';

const maximumTries = 150;

/** The smallest sequence found, with what the real server answers. */
export async function shrunk(result, real, ours) {
  const { seed, kind, area } = result.sequence;
  const family = familyOf(result);
  let tries = 0;
  const check = async (steps) => {
    const id = `q${seed}`;
    const fresh = `s${tries++}-${seed}`;
    const renamed = JSON.parse(JSON.stringify(steps).replaceAll(id, fresh));
    const [theirs, own] = await Promise.all([play(renamed, real, fresh), play(renamed, ours, fresh)]);
    const found = differences(theirs, own);
    return { theirs, same: found.length > 0 && familyOf({ found, sequence: result.sequence }) === family };
  };
  let steps = result.sequence.steps;
  for (let smaller = true; smaller && tries < maximumTries;) {
    smaller = false;
    for (const candidate of candidates(steps)) {
      if (tries >= maximumTries) break;
      if (!(await check(candidate).catch(() => ({ same: false }))).same) continue;
      steps = candidate;
      smaller = true;
      break;
    }
  }
  const { theirs } = await check(steps);
  return { name: `${area} ${kind} ${seed}`, id: `q${seed}`, steps, answers: theirs };
}

/** Sequences that lack one thing. Steps before others stay, since those may name them by number. */
function* candidates(steps) {
  if (steps.length > 1) yield steps.slice(0, -1);
  for (const [n, step] of steps.entries()) {
    if (step.query !== undefined) yield steps.with(n, { ...step, query: undefined });
    if (step.body === undefined) continue;
    for (const body of without(step.body)) yield steps.with(n, { ...step, body });
  }
}

function* without(value, depth = 0) {
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    for (const [n, item] of value.entries()) {
      yield value.filter((_, m) => m !== n);
      for (const inner of without(item, depth + 1)) yield value.with(n, inner);
    }
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (depth === 0 && (key === 'apiVersion' || key === 'kind')) continue;
    const { [key]: _, ...rest } = value;
    yield rest;
    for (const inner of without(member, depth + 1)) yield { ...value, [key]: inner };
  }
}
