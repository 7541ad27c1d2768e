import { createHash, sign, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { pem } from '../keys/pem.ts';
import {
  bits,
  boolean,
  der,
  identifier,
  implicit,
  integer,
  octets,
  sequence,
  set,
  tagged,
  text,
  time,
} from './der.ts';

/** What a certificate says (RFC 5280). Keys are elliptic-curve keys; the signature is ECDSA with SHA-256. */
export interface CertificateRequest {
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  readonly publicKey: KeyObject;
  readonly issuerKey: KeyObject;
  readonly issuerPublicKey: KeyObject;
  readonly serial: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly use: 'authority' | 'server' | 'client';
  /** DNS names and IP addresses of a server. */
  readonly names?: readonly string[];
}

export interface DistinguishedName {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

const ecdsaWithSha256 = sequence(identifier('1.2.840.10045.4.3.2'));

/** A signed certificate as PEM. */
export function createCertificate(request: CertificateRequest): string {
  const publicKey = encoded(request.publicKey);
  const body = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(request.serial),
    ecdsaWithSha256,
    name(request.issuer),
    sequence(time(request.notBefore), time(request.notAfter)),
    name(request.subject),
    publicKey,
    tagged(3, sequence(...extensions(request, publicKey))),
  );
  const signature = sign('sha256', body, request.issuerKey);
  return pem('CERTIFICATE', sequence(body, ecdsaWithSha256, bits(signature)));
}

function name({ commonName, organizations = [] }: DistinguishedName): Buffer {
  const part = (type: string, value: string): Buffer => set(sequence(identifier(type), text(value)));
  return sequence(
    ...organizations.map((organization) => part('2.5.4.10', organization)),
    part('2.5.4.3', commonName),
  );
}

function extensions(request: CertificateRequest, publicKey: Buffer): readonly Buffer[] {
  const extension = (type: string, critical: boolean, value: Buffer): Buffer =>
    sequence(identifier(type), ...(critical ? [boolean(true)] : []), octets(value));
  const isAuthority = request.use === 'authority';
  const own = keyIdentifier(publicKey);
  const issuer =
    request.issuerPublicKey === request.publicKey ? own : keyIdentifier(encoded(request.issuerPublicKey));
  // keyCertSign and digitalSignature, or digitalSignature alone; the second byte counts unused bits.
  const usage = der(0x03, Buffer.from(isAuthority ? [2, 0x84] : [7, 0x80]));
  const result = [
    extension('2.5.29.19', true, sequence(...(isAuthority ? [boolean(true)] : []))),
    extension('2.5.29.15', true, usage),
    extension('2.5.29.14', false, octets(own)),
    extension('2.5.29.35', false, sequence(implicit(0, issuer))),
  ];
  if (!isAuthority) {
    const purpose = request.use === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2';
    result.push(extension('2.5.29.37', false, sequence(identifier(purpose))));
  }
  if (request.names !== undefined)
    result.push(extension('2.5.29.17', false, sequence(...request.names.map(alternativeName))));
  return result;
}

function alternativeName(value: string): Buffer {
  // No name has a colon. (Node's own pattern of IPv6 takes milliseconds to build.)
  const isAddress = isIPv4(value) || /^[\da-f.]*:[\da-f:.]*$/i.test(value);
  return isAddress ? implicit(7, addressBytes(value)) : implicit(2, Buffer.from(value, 'ascii'));
}

/** The bytes of an address; the last two words of IPv6 may be written as IPv4. */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const end = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (end !== null) {
    const [a = 0, b = 0, c = 0, d = 0] = (end[2] ?? '').split('.').map(Number);
    return addressBytes(`${end[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`);
  }
  const [head = '', tail] = address.split('::');
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  const left = words(head);
  const right = tail === undefined ? [] : words(tail);
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}

/** SubjectPublicKeyInfo (DER). */
function encoded(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function keyIdentifier(publicKey: Buffer): Buffer {
  return createHash('sha1').update(publicKey).digest();
}
