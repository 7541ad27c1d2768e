/** What a new certificate takes over from the one that signs it. */
export interface CertificateParts {
  /** The subject as it is encoded. */
  readonly subject: Buffer;
  readonly subjectKeyId: Buffer | undefined;
}

interface Element {
  readonly tag: number;
  /** With tag and length. */
  readonly whole: Buffer;
  readonly content: Buffer;
}

/** The elements of an encoding, one behind the other. */
function elements(bytes: Buffer): Element[] {
  const result: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1] ?? 0;
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
    const start = at + 2 + lengthBytes;
    result.push({
      tag,
      whole: bytes.subarray(at, start + length),
      content: bytes.subarray(start, start + length),
    });
    at = start + length;
  }
  return result;
}

const children = (bytes: Buffer): Element[] => elements(elements(bytes)[0]?.content ?? Buffer.alloc(0));
const subjectKeyIdType = Buffer.from('0603551d0e', 'hex');

/** Reads the parts of a certificate that OpenSSL has accepted before. */
export function readParts(certificate: Buffer): CertificateParts {
  const body = children(children(certificate)[0]?.whole ?? Buffer.alloc(0));
  const fields = body.filter(({ tag }) => tag !== 0xa0);
  const extensions = body.find(({ tag }) => tag === 0xa3);
  return {
    // Serial, algorithm, issuer, validity, subject.
    subject: fields[4]?.whole ?? Buffer.alloc(0),
    subjectKeyId: extensions === undefined ? undefined : findKeyId(extensions.content),
  };
}

function findKeyId(extensions: Buffer): Buffer | undefined {
  for (const { content } of children(extensions)) {
    const parts = elements(content);
    if (parts[0]?.whole.equals(subjectKeyIdType) !== true) continue;
    return elements(parts.at(-1)?.content ?? Buffer.alloc(0))[0]?.content;
  }
  return undefined;
}

/** The bits of the key in a SubjectPublicKeyInfo. */
export function publicKeyBits(spki: Buffer): Buffer {
  return children(spki)[1]?.content.subarray(1) ?? Buffer.alloc(0);
}
