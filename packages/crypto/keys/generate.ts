import { createECDH, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Random } from '@plumbline/base';
import { curves } from './curves.ts';
import {
  greatestCommonDivisor,
  modularInverse,
  modularPower,
  nextPrime,
  randomBelow,
  randomBits,
  toBytes,
} from './numbers.ts';

/**
 * New private keys whose bytes all come from the given chance: the same stream gives the same key. (Node's own key
 * generation cannot be told where its chance comes from.)
 */
const publicExponent = 65_537n;
const base64url = (value: bigint, length = 1): string => toBytes(value, length).toString('base64url');

/** An RSA key of so many bits. */
export function generateRsaKey(random: Random, bits: number): KeyObject {
  for (;;) {
    const p = randomPrime(random, bits / 2);
    const q = randomPrime(random, bits / 2);
    if (p !== q) return rsaKey(p > q ? p : q, p > q ? q : p);
  }
}

/** A prime with its two highest bits set, so that the product of two has all its bits, that leaves the exponent a way back. */
function randomPrime(random: Random, bits: number): bigint {
  for (;;) {
    const start = randomBits(random, bits) | (1n << BigInt(bits - 2)) | 1n;
    const limit = 1n << BigInt(bits);
    const prime = nextPrime(start, 2n, (n) => n < limit && n % publicExponent !== 1n);
    if (prime !== undefined) return prime;
  }
}

function rsaKey(p: bigint, q: bigint): KeyObject {
  const order = ((p - 1n) * (q - 1n)) / greatestCommonDivisor(p - 1n, q - 1n);
  const d = modularInverse(publicExponent, order);
  return createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'RSA',
      n: base64url(p * q),
      e: base64url(publicExponent),
      d: base64url(d),
      p: base64url(p),
      q: base64url(q),
      dp: base64url(d % (p - 1n)),
      dq: base64url(d % (q - 1n)),
      qi: base64url(modularInverse(q, p)),
    },
  });
}

/** A key on P-256. */
export function generateEcKey(random: Random): KeyObject {
  const curve = curves['P-256'];
  const d = randomBelow(random, curve.order);
  const ecdh = createECDH(curve.nodeName);
  ecdh.setPrivateKey(toBytes(d, curve.bytes));
  const point = ecdh.getPublicKey();
  return createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: base64url(d, curve.bytes),
      x: point.subarray(1, 1 + curve.bytes).toString('base64url'),
      y: point.subarray(1 + curve.bytes).toString('base64url'),
    },
  });
}

/** PKCS #8 around the 32 bytes that an Ed25519 key is (RFC 8410). */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

export function generateEd25519Key(random: Random): KeyObject {
  const key = Buffer.concat([ed25519Prefix, random.bytes(32)]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** The numbers of a DSA key. */
export interface DsaKey {
  readonly p: bigint;
  readonly q: bigint;
  readonly g: bigint;
  readonly y: bigint;
  readonly x: bigint;
}

/** A DSA key with its own parameters of 2048 and 256 bits. */
export function generateDsaKey(random: Random): DsaKey {
  for (;;) {
    const q = nextPrime(randomBits(random, 256) | 1n, 2n, () => true);
    if (q === undefined) continue;
    // p has to be 1 modulo 2q.
    const near = randomBits(random, 2048);
    const p = nextPrime(near - (near % (2n * q)) + 1n, 2n * q, (n) => n >> 2047n === 1n);
    if (p === undefined) continue;
    for (let h = 2n; ; h++) {
      const g = modularPower(h, (p - 1n) / q, p);
      if (g === 1n) continue;
      const x = randomBelow(random, q);
      return { p, q, g, x, y: modularPower(g, x, p) };
    }
  }
}
