import { GoError, GoObject, printValue, toBytes, fromBytes } from '../go/index.ts';
import type { GoFunction, GoMap, Member, Value } from '../go/index.ts';
import { base64Decode, base64Encode } from './base64.ts';
import { fn, messageOfThrown, panic, variadic } from './define.ts';
import { parseAddress } from './address.ts';
import { derivePassword } from './password.ts';
import type { CertificatePair, KeyType, RandomStream, SprigPorts } from './ports.ts';

/** Go counts in nanoseconds: more than 292 years are less than none. */
const nanosPerDay = 86_400_000_000_000n;

/** A certificate and its key, as templates see them. */
class GoCertificate extends GoObject {
  override readonly typeName = 'sprig.certificate';
  readonly pair: CertificatePair;

  constructor(pair: CertificatePair) {
    super();
    this.pair = pair;
  }

  override member(name: string): Member | undefined {
    if (name === 'Cert') return { field: this.pair.certificate };
    return name === 'Key' ? { field: this.pair.key } : undefined;
  }

  override print(): string {
    return `{${this.pair.certificate} ${this.pair.key}}`;
  }

  override asJson(): GoMap {
    return new Map([
      ['Cert', this.pair.certificate],
      ['Key', this.pair.key],
    ]);
  }
}

/** Digests, passwords, keys and certificates. */
export function cryptoFunctions({ crypto, now, random }: SprigPorts): Readonly<Record<string, GoFunction>> {
  const digest = (algorithm: 'sha1' | 'sha256' | 'sha512'): GoFunction =>
    fn(['string'], 'string', (text) => crypto.digest(algorithm, plainText.test(text) ? text : toBytes(text)));
  const bcrypt = (password: string, stream: RandomStream): string => {
    const bytes = toBytes(password);
    if (bytes.length > 72)
      return 'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes';
    return crypto.bcrypt(bytes, stream);
  };

  const certificate = (
    use: string,
    wish: { name: string; ips?: Value[] | null; dns?: Value[] | null; days: bigint; authority?: boolean },
    more: { key?: string; signer?: Value } = {},
  ): GoCertificate => {
    const signer = more.signer === undefined ? undefined : pairOf(more.signer);
    if (more.key !== undefined) checked('parsing private key', () => crypto.checkPrivateKey(more.key ?? ''));
    if (signer !== undefined) checkSigner(signer);
    const addresses = texts(wish.ips, (ip) => `error parsing ip: ${ip} is not a string`).map(checkedAddress);
    const dnsNames = texts(wish.dns, (dns) => `error processing alternate dns name: ${dns} is not a string`);
    const notBefore = now();
    const stream = random.stream([use, wish.name, ...addresses, ...dnsNames, wish.days].join(' '));
    return new GoCertificate(
      created(() =>
        crypto.createCertificate(
          {
            commonName: wish.name,
            addresses,
            dnsNames,
            notBefore,
            notAfter: notBefore + Number(BigInt.asIntN(64, wish.days * nanosPerDay) / 1_000_000n),
            authority: wish.authority === true,
            ...(more.key === undefined ? {} : { key: more.key }),
            ...(signer === undefined ? {} : { signer }),
          },
          stream,
        ),
      ),
    );
  };
  const checkSigner = (signer: CertificatePair): void => {
    if (!/-----BEGIN [^-]*-----/.test(signer.certificate)) throw new GoError('unable to decode certificate');
    checked('error parsing certificate: decodedSignerCert.Bytes', () =>
      crypto.checkCertificate(signer.certificate),
    );
    checked('error parsing private key', () => crypto.checkPrivateKey(signer.key));
  };

  return {
    sha1sum: digest('sha1'),
    sha256sum: digest('sha256'),
    sha512sum: digest('sha512'),
    adler32sum: fn(['string'], 'string', (text) => String(adler32(toBytes(text)))),
    bcrypt: fn(['string'], 'string', (password) => bcrypt(password, random.stream(`bcrypt ${password}`))),
    // The algorithm is new since sprig's last release, and required there; older templates have two arguments.
    htpasswd: variadic(['string', 'string'], 'string', 'string', ([algorithm], user, password) => {
      if (user.includes(':')) return `invalid username: ${user}`;
      if (algorithm === 'sha')
        return `${user}:{SHA}${base64Encode(bytesOfHex(crypto.digest('sha1', toBytes(password))))}`;
      return `${user}:${bcrypt(password, random.stream(`htpasswd ${user} ${password}`))}`;
    }),
    derivePassword: fn(
      ['int64', 'string', 'string', 'string', 'string'],
      'string',
      (counter, type, ...rest) =>
        derivePassword(crypto, Number(BigInt.asUintN(32, counter.n)), type, ...rest),
    ),
    genPrivateKey: fn(['string'], 'string', (type) => {
      const known = keyTypes[type];
      return known === undefined
        ? `Unknown type ${type}`
        : crypto.generateKey(known, random.stream(`genPrivateKey ${known}`));
    }),
    genCA: fn(['string', 'int'], 'any', (name, days) =>
      certificate('genCA', { name, days: days.n, authority: true }),
    ),
    genCAWithKey: fn(['string', 'int', 'string'], 'any', (name, days, key) =>
      certificate('genCAWithKey', { name, days: days.n, authority: true }, { key }),
    ),
    genSelfSignedCert: fn(['string', 'list', 'list', 'int'], 'any', (name, ips, dns, days) =>
      certificate('genSelfSignedCert', { name, ips, dns, days: days.n }),
    ),
    genSelfSignedCertWithKey: fn(
      ['string', 'list', 'list', 'int', 'string'],
      'any',
      (name, ips, dns, days, key) =>
        certificate('genSelfSignedCertWithKey', { name, ips, dns, days: days.n }, { key }),
    ),
    genSignedCert: fn(['string', 'list', 'list', 'int', 'any'], 'any', (name, ips, dns, days, signer) =>
      certificate('genSignedCert', { name, ips, dns, days: days.n }, { signer }),
    ),
    genSignedCertWithKey: fn(
      ['string', 'list', 'list', 'int', 'any', 'string'],
      'any',
      (name, ips, dns, days, signer, key) =>
        certificate('genSignedCertWithKey', { name, ips, dns, days: days.n }, { signer, key }),
    ),
    buildCustomCert: fn(['string', 'string'], 'any', (cert64, key64) => {
      const pair = {
        certificate: decoded(cert64, 'unable to decode base64 certificate'),
        key: decoded(key64, 'unable to decode base64 private key'),
      };
      if (!/-----BEGIN [^-]*-----/.test(pair.certificate)) throw new GoError('unable to decode certificate');
      checked('error parsing certificate: decodedCert.Bytes', () =>
        crypto.checkCertificate(pair.certificate),
      );
      checked('error parsing private key', () => crypto.checkPrivateKey(pair.key));
      return new GoCertificate(pair);
    }),
    encryptAES: fn(['string', 'string'], 'string', (password, text) => {
      if (text === '') return '';
      const content = toBytes(text);
      const padding = 16 - (content.length % 16);
      const padded = new Uint8Array(content.length + padding).fill(padding);
      padded.set(content);
      const iv = random.stream(`encryptAES ${password} ${text}`).bytes(16);
      return base64Encode(concat(iv, crypto.encryptAes(aesKey(password), iv, padded)));
    }),
    decryptAES: fn(['string', 'string'], 'string', (password, text) => {
      if (text === '') return '';
      const content = base64Decode(text);
      if ('error' in content) throw new GoError(content.error);
      return decryptAes(content.bytes, Math.floor(text.length / 4) * 3, (iv, rest) =>
        crypto.decryptAes(aesKey(password), iv, rest),
      );
    }),
  };
}

/** Text without bytes that are no UTF-8 can be hashed as it is. */
const plainText = /^[^\ud800-\udfff]*$/;

const keyTypes: Readonly<Record<string, KeyType>> = {
  '': 'rsa',
  rsa: 'rsa',
  dsa: 'dsa',
  ecdsa: 'ecdsa',
  ed25519: 'ed25519',
};

function pairOf(value: Value): CertificatePair {
  if (value instanceof GoCertificate) return value.pair;
  throw new GoError(`wrong type for value; expected sprig.certificate; got ${typeWord(value)}`);
}

function typeWord(value: Value): string {
  if (value === null) return 'nil';
  return value instanceof Map
    ? 'map[string]interface {}'
    : value instanceof GoObject
      ? value.typeName
      : typeof value;
}

/** Runs a check of the port and puts the words of Go before its complaint. */
function checked(prefix: string, check: () => void): void {
  try {
    check();
  } catch (thrown) {
    throw new GoError(`${prefix}: ${messageOfThrown(thrown)}`);
  }
}

function created(create: () => CertificatePair): CertificatePair {
  try {
    return create();
  } catch (thrown) {
    throw new GoError(`error creating certificate: ${messageOfThrown(thrown)}`);
  }
}

function decoded(text: string, complaint: string): string {
  const content = base64Decode(text);
  if ('error' in content) throw new GoError(complaint);
  return fromBytes(content.bytes);
}

function texts(
  values: readonly Value[] | null | undefined,
  complaint: (printed: string) => string,
): string[] {
  return (values ?? []).map((value) => {
    if (typeof value === 'string') return value;
    throw new GoError(complaint(printValue(value)));
  });
}

function checkedAddress(text: string): string {
  if (parseAddress(text) === undefined) throw new GoError(`error parsing ip: ${text}`);
  return text;
}

function aesKey(password: string): Uint8Array {
  const key = new Uint8Array(32);
  key.set(toBytes(password).subarray(0, 32));
  return key;
}

/** `capacity` is what Go sets aside for the decoded text. */
function decryptAes(
  content: Uint8Array,
  capacity: number,
  decrypt: (iv: Uint8Array, rest: Uint8Array) => Uint8Array,
): string {
  if (content.length < 16)
    return panic(`runtime error: slice bounds out of range [:16] with capacity ${capacity}`);
  if (content.length % 16 !== 0) return panic('crypto/cipher: input not full blocks');
  if (content.length === 16) return panic('runtime error: index out of range [-1]');
  const plain = decrypt(content.subarray(0, 16), content.subarray(16));
  const end = plain.length - (plain.at(-1) ?? 0);
  return end < 0
    ? panic(`runtime error: slice bounds out of range [:${end}]`)
    : fromBytes(plain.subarray(0, end));
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  // The sums stay below 2^53 for as many bytes at a time.
  for (let start = 0; start < bytes.length; start += 5552) {
    for (const byte of bytes.subarray(start, start + 5552)) {
      a += byte;
      b += a;
    }
    a %= 65_521;
    b %= 65_521;
  }
  return b * 65_536 + a;
}
