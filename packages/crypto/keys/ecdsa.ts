import { createECDH, createHash, createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { integer, sequence } from '../x509/der.ts';
import type { Curve } from './curves.ts';
import { fromBytes, modularInverse, toBytes } from './numbers.ts';

/**
 * An ECDSA signature that only depends on the key and what is signed (RFC 6979), which Node cannot make. OpenSSL does
 * the arithmetic on the curve. It takes time that depends on the key: only for signing on the own machine.
 */
export function signEcdsa(content: Uint8Array, key: KeyObject, curve: Curve): Buffer {
  const jwk = key.export({ format: 'jwk' });
  const d = fromBytes(Buffer.from(jwk.d ?? '', 'base64url'));
  const digest = createHash(curve.hash).update(content).digest();
  const z = leftBits(digest, curve);
  for (const k of nonces(d, digest, curve)) {
    const ecdh = createECDH(curve.nodeName);
    ecdh.setPrivateKey(toBytes(k, curve.bytes));
    const r = fromBytes(ecdh.getPublicKey().subarray(1, 1 + curve.bytes)) % curve.order;
    const s = (modularInverse(k, curve.order) * (z + r * d)) % curve.order;
    if (r !== 0n && s !== 0n) return sequence(integer(toBytes(r)), integer(toBytes(s)));
  }
  throw new Error('no nonce fits');
}

/** As many bits of a digest as the order has. */
function leftBits(bytes: Uint8Array, { order }: Curve): bigint {
  const excess = bytes.length * 8 - order.toString(2).length;
  const value = fromBytes(bytes);
  return excess > 0 ? value >> BigInt(excess) : value;
}

/** The candidates of RFC 6979, section 3.2. */
function* nonces(d: bigint, digest: Buffer, curve: Curve): Generator<bigint> {
  const { hash, bytes, order } = curve;
  const hmac = (key: Buffer, ...parts: readonly Uint8Array[]): Buffer => {
    const mac = createHmac(hash, key);
    for (const part of parts) mac.update(part);
    return mac.digest();
  };
  const secret = Buffer.concat([toBytes(d, bytes), toBytes(leftBits(digest, curve) % order, bytes)]);
  let v: Buffer = Buffer.alloc(digest.length, 1);
  let k: Buffer = Buffer.alloc(digest.length, 0);
  for (const mark of [0, 1]) {
    k = hmac(k, v, Buffer.from([mark]), secret);
    v = hmac(k, v);
  }
  for (;;) {
    let text: Buffer = Buffer.alloc(0);
    while (text.length < bytes) {
      v = hmac(k, v);
      text = Buffer.concat([text, v]);
    }
    const excess = bytes * 8 - order.toString(2).length;
    const candidate = fromBytes(text.subarray(0, bytes)) >> BigInt(Math.max(excess, 0));
    if (candidate > 0n && candidate < order) yield candidate;
    k = hmac(k, v, Buffer.from([0]));
    v = hmac(k, v);
  }
}
