import type { Random } from '@plumbline/base';

/** What functions need from outside: languages have no clock, no chance and no cryptography of their own. */
export interface SprigPorts {
  readonly random: RandomSource;
  /** Milliseconds since the epoch; pin it and `now` and new certificates do not drift. */
  readonly now: () => number;
  readonly crypto: CryptoPort;
  /** The zone that Go would call "Local"; UTC unless told. */
  readonly timeZone?: string;
}

/**
 * Where functions get their randomness: a stream per call, named by what is called (`genCA web 365`). A source that
 * answers the same name with the same stream makes a rendering repeat itself.
 */
export interface RandomSource {
  stream(use: string): RandomStream;
}

/** Bytes for one call. A stream with an `id` yields the same bytes whenever the id is the same. */
export interface RandomStream extends Random {
  readonly id?: string;
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

/**
 * Cryptography behind sprig's functions. What is wrong with an input is thrown as an `Error` with the words of Go's
 * libraries.
 */
export interface CryptoPort {
  /** The digest in hexadecimal. */
  digest(algorithm: 'sha1' | 'sha256' | 'sha512', content: Uint8Array | string): string;
  hmacSha256(key: Uint8Array, content: Uint8Array): Uint8Array;
  scrypt(password: Uint8Array, salt: Uint8Array, cost: ScryptCost): Uint8Array;
  /** A hash with cost 10 that begins with `$2a$`. */
  bcrypt(password: Uint8Array, random: Random): string;
  /** AES-256 in CBC mode without padding. */
  encryptAes(key: Uint8Array, iv: Uint8Array, content: Uint8Array): Uint8Array;
  decryptAes(key: Uint8Array, iv: Uint8Array, content: Uint8Array): Uint8Array;
  /** A new private key as PEM. */
  generateKey(type: KeyType, random: RandomStream): string;
  createCertificate(wish: CertificateWish, random: RandomStream): CertificatePair;
  /** Throws when the PEM holds no certificate that can be read. */
  checkCertificate(pem: string): void;
  /** Throws when the PEM holds no private key that can be read. */
  checkPrivateKey(pem: string): void;
}

/** The private keys of `genPrivateKey`; rsa has 4096 bits there. */
export type KeyType = 'rsa' | 'dsa' | 'ecdsa' | 'ed25519';

export interface ScryptCost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly length: number;
}
