import type { CryptoPort, RandomSource, RandomStream } from '@plumbline/languages';
import type { Random } from '@plumbline/base';

/** Where chance comes from: the same every time for the same release, or new each time. */
export type RandomMode = 'seeded' | 'fresh';

/**
 * A source whose streams repeat: named by the release, the template and how often that template has asked for the same
 * before. Each stream is SHA-256 over its name and a counter; with a secret nobody can compute it from outside.
 */
export function seededSource(crypto: CryptoPort, seed: string): SeededSource {
  const asked = new Map<string, number>();
  let file = '';
  return {
    entering: (path) => {
      file = path;
    },
    stream(use) {
      const name = `${seed}\n${file}\n${use}`;
      const count = asked.get(name) ?? 0;
      asked.set(name, count + 1);
      return seededStream(crypto, `${name}\n${count}`);
    },
  };
}

/** A random source that has to be told which file is being rendered. */
export interface SeededSource extends RandomSource {
  entering(path: string): void;
}

function seededStream(crypto: CryptoPort, name: string): RandomStream {
  let block = 0;
  let rest: number[] = [];
  const bytes = (count: number): Uint8Array => {
    const taken = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      if (rest.length === 0) rest = hexBytes(crypto.digest('sha256', `${name}\n${block++}`));
      taken[i] = rest.shift() ?? 0;
    }
    return taken;
  };
  return { id: crypto.digest('sha256', name), bytes, uuid: () => uuidOf(bytes(16)) };
}

function hexBytes(hex: string): number[] {
  const bytes: number[] = [];
  for (let i = 0; i < hex.length; i += 2) bytes.push(Number.parseInt(hex.slice(i, i + 2), 16));
  return bytes;
}

/** A UUID of version 4 from 16 bytes. */
function uuidOf(bytes: Uint8Array): string {
  const digits = Array.from(bytes, (byte, i) => {
    const marked = i === 6 ? (byte & 0x0f) | 0x40 : i === 8 ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, '0');
  }).join('');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join('-');
}

/** Real chance. */
export function freshSource(random: Random): SeededSource {
  return { entering: () => undefined, stream: () => random };
}
