export { helmDurationFunctions, sprigFunctions } from './functions.ts';
export { parseJson } from './json-read.ts';
export { writeJson } from './json-write.ts';
export { parseAddress } from './address.ts';
export { GoTime, parseGoTime } from './time/value.ts';
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
