import { sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { curveOf } from '../keys/curves.ts';
import { signEcdsa } from '../keys/ecdsa.ts';
import { der, identifier, sequence } from './der.ts';

/** A way to sign: its AlgorithmIdentifier and the signature of a content. */
export interface CertificateSigner {
  readonly algorithm: Buffer;
  sign(content: Uint8Array): Buffer;
}

const nothing = der(0x05);

/** Signs as Go chooses for a key; every signature only depends on the key and the content. */
export function signerOf(key: KeyObject): CertificateSigner {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return {
        algorithm: sequence(identifier('1.2.840.113549.1.1.11'), nothing),
        sign: (content) => sign('sha256', content, key),
      };
    case 'ed25519':
      return { algorithm: sequence(identifier('1.3.101.112')), sign: (content) => sign(null, content, key) };
    case 'ec': {
      const curve = curveOf(key.export({ format: 'jwk' }).crv);
      if (curve === undefined) throw new Error('x509: unsupported elliptic curve');
      return {
        algorithm: sequence(identifier(curve.signature)),
        sign: (content) => signEcdsa(content, key, curve),
      };
    }
    default:
      throw new Error('x509: only RSA, ECDSA and Ed25519 keys supported');
  }
}
