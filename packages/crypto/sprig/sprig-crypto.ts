import {
  X509Certificate,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  scryptSync,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Random } from '@plumbline/base';
import { encodeBase64, hashSync } from 'bcryptjs';
import { generateDsaKey, generateEcKey, generateEd25519Key, generateRsaKey } from '../keys/generate.ts';
import { readPrivateKey, writeDsaKey, writePrivateKey } from '../keys/pem.ts';
import { createGoCertificate } from '../x509/go-certificate.ts';

/** Chance for one call; a stream with an `id` yields the same bytes whenever the id is the same. */
export interface NamedRandom extends Random {
  readonly id?: string;
}

/** What was made, by the id of the stream or the digest of what it was made of: a rendering that repeats itself costs no new primes. */
export interface KeyCache {
  get(id: string): string | undefined;
  set(id: string, pem: string): void;
}

export interface SprigCryptoOptions {
  /** Remembers the last few hundred keys by default. */
  readonly keys?: KeyCache;
}

/** A certificate and its private key, as PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

/** What a new certificate shall say. */
export interface CertificateWish {
  readonly commonName: string;
  readonly addresses: readonly string[];
  readonly dnsNames: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly authority: boolean;
  /** The subject's key as PEM; a new RSA key of 2048 bits when absent. */
  readonly key?: string;
  /** Who signs; absent: the subject itself. */
  readonly signer?: CertificatePair;
}

/** The cryptography that sprig's template functions need; what is wrong is thrown with Go's words. */
export interface SprigCrypto {
  digest(algorithm: 'sha1' | 'sha256' | 'sha512', content: Uint8Array | string): string;
  hmacSha256(key: Uint8Array, content: Uint8Array): Uint8Array;
  scrypt(
    password: Uint8Array,
    salt: Uint8Array,
    cost: { readonly n: number; readonly r: number; readonly p: number; readonly length: number },
  ): Uint8Array;
  bcrypt(password: Uint8Array, random: Random): string;
  encryptAes(key: Uint8Array, iv: Uint8Array, content: Uint8Array): Uint8Array;
  decryptAes(key: Uint8Array, iv: Uint8Array, content: Uint8Array): Uint8Array;
  generateKey(type: 'rsa' | 'dsa' | 'ecdsa' | 'ed25519', random: NamedRandom): string;
  createCertificate(wish: CertificateWish, random: NamedRandom): CertificatePair;
  checkCertificate(pem: string): void;
  checkPrivateKey(pem: string): void;
}

const keysMax = 500;
const bcryptCost = 10;
const noSigner = 'x509: certificate private key does not implement crypto.Signer';

/** Everything that is drawn by lot comes from the streams that are passed in: the same streams give the same keys. */
export function createSprigCrypto(options: SprigCryptoOptions = {}): SprigCrypto {
  const keys = options.keys ?? boundedCache(keysMax);
  const remembered = (random: NamedRandom, kind: string, make: () => string): string =>
    random.id === undefined ? make() : orMade(`${kind} ${random.id}`, make);
  const orMade = (id: string, make: () => string): string => {
    const known = keys.get(id);
    if (known !== undefined) return known;
    const made = make();
    keys.set(id, made);
    return made;
  };

  return {
    digest: (algorithm, content) => createHash(algorithm).update(content).digest('hex'),
    hmacSha256: (key, content) => createHmac('sha256', key).update(content).digest(),
    scrypt: (password, salt, { n, r, p, length }) =>
      scryptSync(password, salt, length, { N: n, r, p, maxmem: 256 * n * r }),
    bcrypt: (password, random) => {
      const salt = `$2a$${bcryptCost}$${encodeBase64([...random.bytes(16)], 16)}`;
      // What is remembered must not give the password away.
      const id = `bcrypt ${createHash('sha256').update(salt).update(password).digest('base64')}`;
      return orMade(id, () => hashSync(new TextDecoder().decode(password), salt));
    },
    encryptAes: (key, iv, content) => {
      const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
      return Buffer.concat([cipher.update(content), cipher.final()]);
    },
    decryptAes: (key, iv, content) => {
      const cipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
      return Buffer.concat([cipher.update(content), cipher.final()]);
    },
    generateKey: (type, random) => remembered(random, type, () => generate(type, random)),
    createCertificate: (wish, random) => {
      // The serial is drawn first: it must not depend on whether the key was remembered.
      const serial = random.bytes(16);
      const key =
        wish.key ?? remembered(random, 'rsa 2048', () => writePrivateKey(generateRsaKey(random, 2048)));
      const said = createHash('sha256')
        .update(JSON.stringify([wish, key, [...serial]]))
        .digest('base64');
      const pair = orMade(`certificate ${said}`, () => JSON.stringify(certify(wish, key, serial)));
      return JSON.parse(pair) as CertificatePair;
    },
    checkCertificate: (pem) => {
      readCertificate(pem);
    },
    checkPrivateKey: (pem) => {
      readPrivateKey(pem);
    },
  };
}

function generate(type: 'rsa' | 'dsa' | 'ecdsa' | 'ed25519', random: Random): string {
  switch (type) {
    case 'rsa':
      return writePrivateKey(generateRsaKey(random, 4096));
    case 'dsa':
      return writeDsaKey(generateDsaKey(random));
    case 'ecdsa':
      return writePrivateKey(generateEcKey(random));
    case 'ed25519':
      return writePrivateKey(generateEd25519Key(random));
  }
}

function certify(wish: CertificateWish, keyPem: string, serial: Uint8Array): CertificatePair {
  const isOwn = wish.signer === undefined;
  const key = signingKey(keyPem, isOwn ? noSigner : 'x509: unsupported public key type: *dsa.PublicKey');
  const signerKey = wish.signer === undefined ? key : signingKey(wish.signer.key, noSigner);
  if (wish.signer !== undefined && !readCertificate(wish.signer.certificate).checkPrivateKey(signerKey))
    throw new Error("x509: provided PrivateKey doesn't match parent's PublicKey");
  const { commonName, addresses, dnsNames, notBefore, notAfter, authority, signer } = wish;
  const certificate = createGoCertificate({
    commonName,
    addresses,
    dnsNames,
    notBefore,
    notAfter,
    authority,
    serial,
    publicKey: createPublicKey(key),
    signerKey,
    ...(signer === undefined ? {} : { signerCertificate: signer.certificate }),
  });
  return { certificate, key: writePrivateKey(key) };
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (thrown) {
    throw new Error('x509: malformed certificate', { cause: thrown });
  }
}

function signingKey(pem: string, complaint: string): KeyObject {
  const read = readPrivateKey(pem);
  if (read.kind === 'dsa') throw new Error(complaint);
  return read.key;
}

/** Forgets the oldest. */
function boundedCache(max: number): KeyCache {
  const known = new Map<string, string>();
  return {
    get: (id) => known.get(id),
    set: (id, pem) => {
      if (known.size >= max)
        for (const oldest of known.keys()) {
          known.delete(oldest);
          break;
        }
      known.set(id, pem);
    },
  };
}
