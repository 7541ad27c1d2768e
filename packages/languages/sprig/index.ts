export { sprigFunctions } from './functions.ts';
export type {
  CertificatePair,
  CertificateWish,
  CryptoPort,
  KeyType,
  RandomSource,
  RandomStream,
  ScryptCost,
  SprigPorts,
} from './ports.ts';
