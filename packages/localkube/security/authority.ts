import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '@plumbline/base';
import { createCertificate, type DistinguishedName } from '@plumbline/crypto';

/** A small certificate authority of one embedded server. */
export interface Authority {
  /** PEM. */
  readonly certificate: string;
  issue(request: {
    readonly subject: DistinguishedName;
    readonly use: 'server' | 'client';
    readonly names?: readonly string[];
  }): KeyPair;
  /** A certificate (PEM) for a key that somebody else has. */
  sign(request: {
    readonly subject: DistinguishedName;
    readonly publicKey: KeyObject;
    readonly use: 'server' | 'client';
    readonly notAfter: number;
  }): string;
}

/** PEM texts. */
interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

/** What the authority itself has: its keys, and its certificate as PEM. */
interface Holder {
  readonly key: KeyObject;
  readonly publicKey: KeyObject;
  readonly certificate: string;
}

const dayMs = 24 * 60 * 60 * 1000;
const authorityDays = 3650;
/** Certificates are issued anew at each start; this one is in kubeconfig files that people keep. */
const leafDays = 365;
/** Clocks of machines differ. */
const backdatedMs = 60 * 60 * 1000;
const issuer: DistinguishedName = { commonName: 'plumbline-ca' };

/** Opens the authority whose key lies in the folder (readable by its owner alone), or makes one. Without a folder it lives as long as the process. */
export function openAuthority(options: {
  readonly random: Random;
  readonly now: () => number;
  readonly folder?: string;
}): Authority {
  const { random, now, folder } = options;
  const stored = folder === undefined ? undefined : readHolder(folder);
  const holder = stored ?? makeHolder(options);
  if (folder !== undefined && stored === undefined) writeHolder(folder, holder);
  const { key, publicKey, certificate: own } = holder;
  return {
    certificate: own,
    issue({ subject, use, names }) {
      const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const certificate = createCertificate({
        subject,
        issuer,
        publicKey: leaf.publicKey,
        issuerKey: key,
        issuerPublicKey: publicKey,
        serial: random.bytes(16),
        notBefore: now() - backdatedMs,
        notAfter: now() + leafDays * dayMs,
        use,
        ...(names === undefined ? {} : { names }),
      });
      return { key: pem(leaf.privateKey), certificate };
    },
    sign: ({ subject, publicKey: theirs, use, notAfter }) =>
      createCertificate({
        subject,
        issuer,
        publicKey: theirs,
        issuerKey: key,
        issuerPublicKey: publicKey,
        serial: random.bytes(16),
        notBefore: now() - backdatedMs,
        notAfter,
        use,
      }),
  };
}

function makeHolder({ random, now }: { readonly random: Random; readonly now: () => number }): Holder {
  const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = createCertificate({
    subject: issuer,
    issuer,
    publicKey,
    issuerKey: key,
    issuerPublicKey: publicKey,
    serial: random.bytes(16),
    notBefore: now() - backdatedMs,
    notAfter: now() + authorityDays * dayMs,
    use: 'authority',
  });
  return { key, publicKey, certificate };
}

function readHolder(folder: string): Holder | undefined {
  const [file, certificate] = [join(folder, 'ca.key'), join(folder, 'ca.crt')];
  if (!existsSync(file) || !existsSync(certificate)) return undefined;
  const key = createPrivateKey(readFileSync(file, 'utf8'));
  return { key, publicKey: createPublicKey(key), certificate: readFileSync(certificate, 'utf8') };
}

function writeHolder(folder: string, { key, certificate }: Holder): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'ca.key'), pem(key), { mode: 0o600 });
  writeFileSync(join(folder, 'ca.crt'), certificate, { mode: 0o600 });
}

function pem(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}
