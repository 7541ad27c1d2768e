import type { Random } from '@plumbline/base';
import { freshRandom, seededRandom } from '@plumbline/crypto';
import type { RandomSource } from '@plumbline/languages';

/** Where chance comes from: the same every time for the same release, or new each time. */
export type RandomMode = 'seeded' | 'fresh';

/** A random source that is told which template runs. */
export interface ReleaseRandom extends RandomSource {
  /** A template begins. */
  at(template: string): void;
}

/** The same streams for the same words: release, namespace and chart, and a secret if there is one. */
export function releaseRandom(words: readonly string[]): ReleaseRandom {
  return seededRandom(JSON.stringify(words));
}

/** Real chance. */
export function realRandom(random: Random): ReleaseRandom {
  return { ...freshRandom(random), at: () => undefined };
}
