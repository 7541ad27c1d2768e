import { X509Certificate, createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { pem } from '../keys/pem.ts';
import { addressBytes } from './certificate.ts';
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
import { publicKeyBits, readParts } from './parts.ts';
import { signerOf } from './signer.ts';

/** A certificate as Go programs make them for servers and clients, and as authorities. */
export interface GoCertificateRequest {
  readonly commonName: string;
  readonly addresses: readonly string[];
  readonly dnsNames: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly authority: boolean;
  readonly serial: Uint8Array;
  readonly publicKey: KeyObject;
  readonly signerKey: KeyObject;
  /** PEM of who signs; absent: the certificate signs itself. */
  readonly signerCertificate?: string;
}

const versionThree = tagged(0, integer(Buffer.from([2])));
/** digitalSignature, keyEncipherment and, for an authority, keyCertSign; the first byte counts unused bits. */
const authorityUsage = Buffer.from([2, 0xa4]);
const leafUsage = Buffer.from([5, 0xa0]);
const purposes = sequence(identifier('1.3.6.1.5.5.7.3.1'), identifier('1.3.6.1.5.5.7.3.2'));
const commonNameType = identifier('2.5.4.3');
const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/;
const yearMax = 9999;

/** A signed certificate as PEM, with the fields and extensions that Go's x509 package writes. */
export function createGoCertificate(request: GoCertificateRequest): string {
  if (
    new Date(request.notAfter).getUTCFullYear() > yearMax ||
    Number.isNaN(new Date(request.notAfter).getTime())
  )
    throw new Error('cannot represent time as GeneralizedTime');
  const signer = signerOf(request.signerKey);
  const parent =
    request.signerCertificate === undefined
      ? undefined
      : readParts(new X509Certificate(request.signerCertificate).raw);
  const subject = subjectOf(request.commonName);
  const issuer = parent?.subject ?? subject;
  const body = sequence(
    versionThree,
    integer(request.serial),
    signer.algorithm,
    issuer,
    sequence(time(request.notBefore), time(request.notAfter)),
    subject,
    request.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensionsOf(request, subject, issuer, parent?.subjectKeyId))),
  );
  return pem('CERTIFICATE', sequence(body, signer.algorithm, bits(signer.sign(body))));
}

/** An empty name is no name at all. */
function subjectOf(commonName: string): Buffer {
  if (commonName === '') return sequence();
  const value = printable.test(commonName) ? der(0x13, Buffer.from(commonName, 'ascii')) : text(commonName);
  return sequence(set(sequence(commonNameType, value)));
}

function extensionsOf(
  request: GoCertificateRequest,
  subject: Buffer,
  issuer: Uint8Array,
  issuerKeyId: Uint8Array | undefined,
): readonly Buffer[] {
  const extension = (type: string, critical: boolean, value: Buffer): Buffer =>
    sequence(identifier(type), ...(critical ? [boolean(true)] : []), octets(value));
  const result = [
    extension('2.5.29.15', true, der(0x03, request.authority ? authorityUsage : leafUsage)),
    extension('2.5.29.37', false, purposes),
    extension('2.5.29.19', true, sequence(...(request.authority ? [boolean(true)] : []))),
  ];
  if (request.authority) result.push(extension('2.5.29.14', false, octets(keyId(request.publicKey))));
  if (issuerKeyId !== undefined && !subject.equals(issuer))
    result.push(extension('2.5.29.35', false, sequence(implicit(0, issuerKeyId))));
  const names = [
    ...request.dnsNames.map(dnsName),
    ...request.addresses.map((ip) => implicit(7, addressOf(ip))),
  ];
  const hasNoSubject = request.commonName === '';
  if (names.length > 0) result.push(extension('2.5.29.17', hasNoSubject, sequence(...names)));
  return result;
}

function dnsName(name: string): Buffer {
  // eslint-disable-next-line no-control-regex
  if (!/^[\u0000-\u007f]*$/.test(name))
    throw new Error(`x509: ${JSON.stringify(name)} cannot be encoded as an IA5String`);
  return implicit(2, Buffer.from(name, 'ascii'));
}

/** An IPv4 address that is written as IPv6 has four bytes as well. */
function addressOf(address: string): Buffer {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  return addressBytes(mapped !== undefined && isIP(mapped) === 4 ? mapped : address);
}

/** The first twenty bytes of the SHA-256 of the public key's bits (RFC 7093), as Go does since 1.25. */
function keyId(key: KeyObject): Buffer {
  const spki = key.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(publicKeyBits(spki)).digest().subarray(0, 20);
}
