import { checkPrimeSync } from 'node:crypto';
import type { Random } from '@plumbline/base';

/** Large whole numbers for keys. */
export function fromBytes(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** Big-endian bytes; at least `length` of them. */
export function toBytes(value: bigint, length = 1): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(Math.max(length * 2, hex.length + (hex.length % 2)), '0'), 'hex');
}

/** A number of exactly so many bits. */
export function randomBits(random: Random, bits: number): bigint {
  const mask = (1n << BigInt(bits)) - 1n;
  return (fromBytes(random.bytes(Math.ceil(bits / 8))) & mask) | (1n << BigInt(bits - 1));
}

/** From 1 up to but not including the limit. Eight bytes more than needed leave no measurable bias. */
export function randomBelow(random: Random, limit: bigint): bigint {
  const size = Math.ceil(limit.toString(16).length / 2) + 8;
  return (fromBytes(random.bytes(size)) % (limit - 1n)) + 1n;
}

const smallPrimesMax = 20_000;

/** The odd primes that are tried by division before the expensive test. */
function sieve(): number[] {
  const composite = new Uint8Array(smallPrimesMax);
  const primes: number[] = [];
  for (let n = 3; n < smallPrimesMax; n += 2) {
    if (composite[n] === 1) continue;
    primes.push(n);
    for (let m = n * n; m < smallPrimesMax; m += 2 * n) composite[m] = 1;
  }
  return primes;
}

/** Candidates that are looked at from one start. A prime of 2048 bits is missed by a chance of e^-28. */
const windowSize = 20_000;
/** For numbers drawn by lot, FIPS 186-5 asks for 4 rounds at 1024 bits (table B.1). */
const primeRounds = 8;

/**
 * The first prime among `start`, `start + step`, `start + 2 step`... that fits. Multiples of small primes are struck out
 * for the whole window at once; what is left goes to OpenSSL. The outcome depends on the arguments only.
 */
export function nextPrime(
  start: bigint,
  step: bigint,
  fits: (candidate: bigint) => boolean,
): bigint | undefined {
  const struck = new Uint8Array(windowSize);
  for (const prime of sieve()) {
    const p = BigInt(prime);
    const stride = Number(step % p);
    if (stride === 0) continue;
    // The first multiple: start + i * step = 0 (mod p).
    const rest = Number(start % p);
    let i = ((prime - rest) * smallInverse(stride, prime)) % prime;
    for (; i < windowSize; i += prime) struck[i] = 1;
  }
  for (let i = 0; i < windowSize; i++) {
    if (struck[i] === 1) continue;
    const candidate = start + BigInt(i) * step;
    if (fits(candidate) && checkPrimeSync(candidate, { checks: primeRounds })) return candidate;
  }
  return undefined;
}

/** The inverse modulo a small prime. */
function smallInverse(value: number, prime: number): number {
  let [a, b] = [value % prime, prime];
  let [x, y] = [1, 0];
  while (b !== 0) {
    const quotient = Math.floor(a / b);
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % prime) + prime) % prime;
}

export function modularInverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [((value % modulus) + modulus) % modulus, modulus];
  let [x, y] = [1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}

export function modularPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
