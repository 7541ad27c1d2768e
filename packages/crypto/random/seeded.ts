import { createCipheriv, createHash, createHmac } from 'node:crypto';
import { formatUuid } from '@plumbline/base';
import type { Random } from '@plumbline/base';

/** Bytes for one use; the same `id` means the same bytes. */
export interface SeededStream extends Random {
  readonly id: string;
}

/** Streams that follow from a seed. */
export interface SeededRandom {
  /**
   * The stream of a use (`genCA web 365`) in the current place. The second time a use is asked for in a place it has
   * another stream; so what is drawn for one use never depends on what else is drawn.
   */
  stream(use: string): SeededStream;
  /** Goes to a place (a template's name): its uses are counted from the beginning. */
  at(place: string): void;
}

/** Chance that repeats itself for the same seed. Who knows the seed knows all that is drawn: keep it as a secret. */
export function seededRandom(seed: string | Uint8Array): SeededRandom {
  let place = '';
  let used = new Map<string, number>();
  return {
    stream: (use) => {
      const times = used.get(use) ?? 0;
      used.set(use, times + 1);
      return keyedStream(
        createHmac('sha256', seed)
          .update(JSON.stringify([place, use, times]))
          .digest(),
      );
    },
    at: (name) => {
      place = name;
      used = new Map();
    },
  };
}

/** Chance as the given source has it, the same stream for every use. */
export function freshRandom(random: Random): { stream(use: string): Random } {
  return { stream: () => random };
}

/** The key stream of ChaCha20. */
function keyedStream(key: Buffer): SeededStream {
  const cipher = createCipheriv('chacha20', key, Buffer.alloc(16));
  const bytes = (count: number): Uint8Array => cipher.update(Buffer.alloc(count));
  return {
    id: createHash('sha256').update(key).digest('hex'),
    bytes,
    uuid: () => formatUuid(bytes(16)),
  };
}
