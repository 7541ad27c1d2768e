import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { integer, sequence } from '../x509/der.ts';
import type { DsaKey } from './generate.ts';
import { toBytes } from './numbers.ts';

/** A private key out of PEM: one that signs, or the DSA key that can only be handed on. */
export type PrivateKey =
  | { readonly kind: 'key'; readonly key: KeyObject }
  | { readonly kind: 'dsa'; readonly pem: string };

/** The first block of a PEM text. */
function firstBlock(text: string): { readonly type: string; readonly pem: string } | undefined {
  const match = /-----BEGIN ([^\n]*?)-----\s*?\n[\s\S]*?-----END \1-----/.exec(text);
  return match === null ? undefined : { type: match[1] ?? '', pem: `${match[0]}\n` };
}

/** Reads a private key from PKCS #8, PKCS #1, SEC 1 or OpenSSL's form of DSA. Throws with the words of sprig. */
export function readPrivateKey(text: string): PrivateKey {
  const block = firstBlock(text);
  if (block === undefined) throw new Error('no PEM data in input');
  if (block.type !== 'PRIVATE KEY' && !block.type.endsWith(' PRIVATE KEY'))
    throw new Error(`no private key data in PEM block of type ${block.type}`);
  const prefix = readers[block.type];
  if (prefix === undefined) throw new Error(`invalid private key type ${block.type}`);
  try {
    const key = createPrivateKey(block.pem);
    return key.asymmetricKeyType === 'dsa' ? { kind: 'dsa', pem: block.pem } : { kind: 'key', key };
  } catch (thrown) {
    throw new Error(`${prefix}: asn1: structure error`, { cause: thrown });
  }
}

const readers: Readonly<Record<string, string>> = {
  'PRIVATE KEY': 'decoding PEM as PKCS#8',
  'RSA PRIVATE KEY': 'parsing RSA private key from PEM',
  'EC PRIVATE KEY': 'parsing EC private key from PEM',
  'DSA PRIVATE KEY': 'parsing DSA private key from PEM',
};

/** A private key as PEM in the form that Go writes for its type. */
export function writePrivateKey(key: KeyObject): string {
  const type = { rsa: 'pkcs1', ec: 'sec1' } as const;
  const known =
    key.asymmetricKeyType === 'rsa' ? type.rsa : key.asymmetricKeyType === 'ec' ? type.ec : undefined;
  return key.export({ type: known ?? 'pkcs8', format: 'pem' }).toString();
}

/** OpenSSL's form of a DSA key: version, p, q, g, y, x. */
export function writeDsaKey({ p, q, g, y, x }: DsaKey): string {
  return pem('DSA PRIVATE KEY', sequence(...[0n, p, q, g, y, x].map((n) => integer(toBytes(n)))));
}

/** PEM as everybody writes it: lines of 64 characters. */
export function pem(type: string, content: Uint8Array): string {
  const lines =
    Buffer.from(content)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`;
}
