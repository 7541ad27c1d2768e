export { createCertificate } from './x509/certificate.ts';
export type { CertificateRequest, DistinguishedName } from './x509/certificate.ts';
export { createGoCertificate } from './x509/go-certificate.ts';
export type { GoCertificateRequest } from './x509/go-certificate.ts';
export { signerOf } from './x509/signer.ts';
export type { CertificateSigner } from './x509/signer.ts';
export { generateDsaKey, generateEcKey, generateEd25519Key, generateRsaKey } from './keys/generate.ts';
export { readPrivateKey, writePrivateKey } from './keys/pem.ts';
export type { PrivateKey } from './keys/pem.ts';
export { freshRandom, seededRandom } from './random/seeded.ts';
export type { SeededRandom, SeededStream } from './random/seeded.ts';
export { createSprigCrypto } from './sprig/sprig-crypto.ts';
export type {
  CertificatePair,
  CertificateWish,
  KeyCache,
  NamedRandom,
  SprigCrypto,
  SprigCryptoOptions,
} from './sprig/sprig-crypto.ts';
export { openKeyring } from './pgp/keyring.ts';
export type { Keyring, SignedText, Signer } from './pgp/keyring.ts';
export { parseProvenance, verifyArchive } from './pgp/provenance.ts';
export type { Provenance, VerifiedArchive } from './pgp/provenance.ts';
