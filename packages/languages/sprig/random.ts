import { GoInt } from '../go/index.ts';
import type { GoFunction } from '../go/index.ts';
import { base64Encode } from './base64.ts';
import { fn, panic, textLengthMax } from './define.ts';
import type { RandomSource, RandomStream } from './ports.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';
const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');

/** What is drawn by lot. Each call has a stream of its own, named by the function and its arguments. */
export function randomFunctions(source: RandomSource): Readonly<Record<string, GoFunction>> {
  const text = (name: string, alphabet: string): GoFunction =>
    fn(['int'], 'string', ({ n }) => {
      if (n <= 0n) return '';
      if (n > BigInt(textLengthMax)) return panic('runtime error: makeslice: len out of range');
      return randomText(source.stream(`${name} ${n}`), alphabet, Number(n));
    });
  return {
    randAlphaNum: text('randAlphaNum', letters + digits),
    randAlpha: text('randAlpha', letters),
    randNumeric: text('randNumeric', digits),
    randAscii: text('randAscii', ascii),
    randBytes: fn(['int'], 'string', ({ n }) => {
      if (n < 0n || n > BigInt(textLengthMax)) return panic('runtime error: makeslice: len out of range');
      return base64Encode(source.stream(`randBytes ${n}`).bytes(Number(n)));
    }),
    randInt: fn(['int', 'int'], 'int', (min, max) => {
      const range = BigInt.asIntN(64, max.n - min.n);
      if (range <= 0n) return panic('invalid argument to Intn');
      return new GoInt('int', below(source.stream(`randInt ${min.n} ${max.n}`), range) + min.n);
    }),
    shuffle: fn(['string'], 'string', (value) => {
      const runes = Array.from(value);
      const stream = source.stream(`shuffle ${value}`);
      for (let i = runes.length - 1; i > 0; i--) {
        const j = Number(below(stream, BigInt(i + 1)));
        [runes[i], runes[j]] = [runes[j] ?? '', runes[i] ?? ''];
      }
      return runes.join('');
    }),
    uuidv4: fn([], 'string', () => source.stream('uuidv4').uuid()),
  };
}

/** Characters of an alphabet, each as likely as the others: bytes beyond its largest multiple are thrown away. */
function randomText(stream: RandomStream, alphabet: string, count: number): string {
  const limit = 256 - (256 % alphabet.length);
  const parts: string[] = [];
  while (parts.length < count) {
    for (const byte of stream.bytes(Math.min(2 * (count - parts.length) + 16, 65_536))) {
      if (byte < limit && parts.length < count) parts.push(alphabet[byte % alphabet.length] ?? '');
    }
  }
  return parts.join('');
}

/** A number from 0 up to but not including the limit. */
function below(stream: RandomStream, limit: bigint): bigint {
  const range = 1n << 64n;
  const fair = range - (range % limit);
  for (;;) {
    let n = 0n;
    for (const byte of stream.bytes(8)) n = (n << 8n) | BigInt(byte);
    if (n < fair) return n % limit;
  }
}
