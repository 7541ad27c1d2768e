import { X509Certificate } from 'node:crypto';

const clientUse = '1.3.6.1.5.5.7.3.2';

/** Whether this authority has issued a certificate to a client that is valid at this time (milliseconds since the epoch). */
export type IssuedByUs = (given: X509Certificate, now: number) => boolean;

/**
 * Judges certificates of clients, whose keys a handshake has proven, by an authority (PEM). The authority issues none to other
 * authorities, so there are no chains. OpenSSL would judge as well, but Node gives it an authority only after it has read all
 * that are trusted in the world, which takes a server a third of its start.
 */
export function makeIssuedByUs(authority: string): IssuedByUs {
  let read: { readonly certificate: X509Certificate; readonly key: X509Certificate['publicKey'] } | undefined;
  return (given, now) => {
    try {
      if (read === undefined) {
        const certificate = new X509Certificate(authority);
        read = { certificate, key: certificate.publicKey };
      }
      return (
        isValid(read.certificate, now) &&
        isValid(given, now) &&
        isForClients(given) &&
        given.checkIssued(read.certificate) &&
        given.verify(read.key)
      );
    } catch {
      // What cannot be read was not issued here.
      return false;
    }
  };
}

function isValid({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}

/** Who names no use may be used for all. */
function isForClients({ keyUsage }: X509Certificate): boolean {
  return (keyUsage as readonly string[] | undefined)?.includes(clientUse) !== false;
}
