/** A message padded as MD5 and the SHA family do: a 1 bit, zeros, and the length in bits. */
export function padMessage(bytes: Uint8Array, blockSize: 64 | 128, isLittle: boolean): DataView {
  const lengthSize = blockSize / 8;
  const total = Math.ceil((bytes.length + 1 + lengthSize) / blockSize) * blockSize;
  const padded = new Uint8Array(total);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(isLittle ? total - lengthSize : total - 8, BigInt(bytes.length) * 8n, isLittle);
  return view;
}

/** Turns a word of 32 bits to the left. */
export function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Words of 32 bits as bytes. */
export function wordBytes(words: readonly number[], isLittle: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  for (const [i, word] of words.entries()) view.setUint32(i * 4, word >>> 0, isLittle);
  return new Uint8Array(view.buffer);
}

/** The first primes; the constants of SHA-2 are made of their roots. */
export function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) {
    if (found.every((prime) => n % prime !== 0)) found.push(n);
  }
  return found;
}

/** The first 64 bits behind the point of a prime's square or cube root. */
export function rootFraction(prime: number, degree: 2 | 3): bigint {
  const shifted = BigInt(prime) << BigInt(64 * degree);
  let low = 0n;
  let high = 1n << 72n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(degree) <= shifted) low = middle;
    else high = middle;
  }
  return BigInt.asUintN(64, low);
}

/** What is made when it is asked for first, and kept. */
export function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
