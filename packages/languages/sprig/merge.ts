import { isEmpty } from '../go/index.ts';
import type { GoMap } from '../go/index.ts';
import { panic } from './define.ts';

/** Deeper tables contain themselves. */
const mergeDepthMax = 1000;

/**
 * Merges a table into another as mergo does. Without `overwrite` a value that is empty (0, false, "", no elements) counts
 * as absent and is filled; nil is never copied. With it every value of the source wins, nil and empty ones too. Tables
 * merge into each other; lists are taken whole. What the target lacks it shares with the source from then on.
 */
export function mergeInto(target: GoMap, source: GoMap, overwrite: boolean, depth = 0): void {
  if (depth > mergeDepthMax) panic('the value contains itself');
  for (const [key, value] of source) {
    if (value === null) {
      if (overwrite) target.set(key, null);
      continue;
    }
    const own = target.get(key) ?? null;
    if (own === null) {
      target.set(key, value);
      continue;
    }
    if (own instanceof Map && value instanceof Map && own !== value)
      mergeInto(own, value, overwrite, depth + 1);
    if (own instanceof Map && value instanceof Map && !isEmpty(own)) continue;
    if (overwrite || isEmpty(own)) target.set(key, value);
  }
}
