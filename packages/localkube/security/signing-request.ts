import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { DistinguishedName } from '@plumbline/crypto';

/** What a certificate signing request (PKCS #10, RFC 2986) asks for. */
export interface SigningRequest {
  readonly subject: DistinguishedName;
  readonly publicKey: KeyObject;
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** With its tag and length. */
  readonly whole: Buffer;
}

/** Reads a request whose own signature proves that its sender has the key; a text says why it cannot be trusted. */
export function readSigningRequest(pem: string): SigningRequest | string {
  const base64 = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([\s\S]+?)-----END/.exec(pem)?.[1];
  if (base64 === undefined) return 'PEM block type must be CERTIFICATE REQUEST';
  try {
    const [request] = elementsOf(Buffer.from(base64, 'base64'));
    const [information, algorithm, signature] = elementsOf(request!.content);
    const [, subject, keyInfo] = elementsOf(information!.content);
    const publicKey = createPublicKey({ key: keyInfo!.whole, format: 'der', type: 'spki' });
    const digest = digestOf(algorithm!);
    // The first byte of a bit string counts unused bits.
    const signed = signature!.content.subarray(1);
    if (!verify(digest, information!.whole, publicKey, signed)) return 'the signature does not fit the key';
    return { subject: nameOf(subject!), publicKey };
  } catch {
    return 'asn1: structure error';
  }
}

/** Longer requests are not read. */
const elementsMax = 64;

function elementsOf(bytes: Buffer): readonly Element[] {
  const found: Element[] = [];
  let at = 0;
  while (at < bytes.length && found.length < elementsMax) {
    const start = at;
    const tag = bytes[at++]!;
    let length = bytes[at++]!;
    if (length >= 0x80) {
      const size = length & 0x7f;
      length = bytes.readUIntBE(at, size);
      at += size;
    }
    if (at + length > bytes.length) throw new Error('too short');
    found.push({ tag, content: bytes.subarray(at, at + length), whole: bytes.subarray(start, at + length) });
    at += length;
  }
  return found;
}

/** By the hexadecimal form of the algorithm's identifier. Ed25519 takes no digest. */
const digests: Readonly<Record<string, string | undefined>> = {
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
};

function digestOf(algorithm: Element): string | undefined {
  return digests[elementsOf(algorithm.content)[0]!.content.toString('hex')];
}

const commonName = '550403';
const organization = '55040a';

function nameOf(subject: Element): DistinguishedName {
  let name = '';
  const organizations: string[] = [];
  for (const part of elementsOf(subject.content)) {
    for (const pair of elementsOf(part.content)) {
      const [type, value] = elementsOf(pair.content);
      const kind = type!.content.toString('hex');
      if (kind === commonName) name = value!.content.toString('utf8');
      if (kind === organization) organizations.push(value!.content.toString('utf8'));
    }
  }
  return { commonName: name, organizations };
}
