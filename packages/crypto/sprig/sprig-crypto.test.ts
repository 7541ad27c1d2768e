import {
  X509Certificate,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { compareSync } from 'bcryptjs';
import { createSprigCrypto, freshRandom, seededRandom } from '../index.ts';
import type { CertificateWish, NamedRandom } from '../index.ts';

const crypto = createSprigCrypto();
const seeded = (use = 'test'): NamedRandom => seededRandom('seed').stream(use);
const wish: CertificateWish = {
  commonName: 'web.demo.svc',
  addresses: [],
  dnsNames: [],
  notBefore: Date.UTC(2026, 0, 1),
  notAfter: Date.UTC(2027, 0, 1),
  authority: false,
};

describe('chance from a seed', () => {
  it('repeats itself for the same use in the same place', () => {
    const draw = (): string => {
      const random = seededRandom('s');
      random.at('web/templates/a.yaml');
      return Buffer.from(random.stream('randAlphaNum 5').bytes(16)).toString('hex');
    };
    expect(draw()).toBe(draw());
  });

  it('differs by seed, place, use and time', () => {
    const draws = [
      ['s', 'a', 'x'],
      ['t', 'a', 'x'],
      ['s', 'b', 'x'],
      ['s', 'a', 'y'],
    ].map(([seed, place, use]) => {
      const random = seededRandom(seed ?? '');
      random.at(place ?? '');
      return random.stream(use ?? '');
    });
    const again = seededRandom('s');
    again.at('a');
    again.stream('x');
    draws.push(again.stream('x'));
    expect(new Set(draws.map(({ id }) => id)).size).toBe(5);
    expect(new Set(draws.map((stream) => stream.uuid())).size).toBe(5);
  });

  it('is not disturbed by what else is drawn', () => {
    const alone = seededRandom('s').stream('x').uuid();
    const random = seededRandom('s');
    random.stream('other').bytes(1000);
    expect(random.stream('x').uuid()).toBe(alone);
  });

  it('makes identifiers of version 4', () => {
    expect(seeded().bytes(0)).toHaveLength(0);
    expect(seededRandom('s').stream('u').uuid()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});

describe('private keys', () => {
  it.each([
    ['rsa', 'RSA PRIVATE KEY', 'rsa'],
    ['ecdsa', 'EC PRIVATE KEY', 'ec'],
    ['ed25519', 'PRIVATE KEY', 'ed25519'],
    ['dsa', 'DSA PRIVATE KEY', 'dsa'],
  ] as const)(
    '%s: the same stream gives the same key, which OpenSSL takes',
    (type, block, asymmetric) => {
      const pem = crypto.generateKey(type, seeded(type));
      expect(pem.split('\n')[0]).toBe(`-----BEGIN ${block}-----`);
      expect(createSprigCrypto().generateKey(type, seeded(type))).toBe(pem);
      const key = createPrivateKey(pem);
      expect(key.asymmetricKeyType).toBe(asymmetric);
      const algorithm = type === 'ed25519' ? null : 'sha256';
      const signature = sign(algorithm, Buffer.from('x'), key);
      expect(verify(algorithm, Buffer.from('x'), createPublicKey(key), signature)).toBe(true);
    },
    30_000,
  );

  it('have the sizes that sprig says', () => {
    expect(
      createPrivateKey(crypto.generateKey('rsa', seeded('rsa'))).asymmetricKeyDetails?.modulusLength,
    ).toBe(4096);
    const pair = crypto.createCertificate(wish, seeded('size'));
    expect(createPrivateKey(pair.key).asymmetricKeyDetails?.modulusLength).toBe(2048);
  }, 30_000);

  it('are made once for a stream that is known by its id', () => {
    const first = crypto.generateKey('rsa', seeded('rsa'));
    const started = performance.now();
    expect(crypto.generateKey('rsa', seeded('rsa'))).toBe(first);
    expect(performance.now() - started).toBeLessThan(50);
  }, 30_000);

  it.each([
    ['', 'no PEM data in input'],
    [
      '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n',
      'no private key data in PEM block of type CERTIFICATE',
    ],
    [
      '-----BEGIN X PRIVATE KEY-----\nAA==\n-----END X PRIVATE KEY-----\n',
      'invalid private key type X PRIVATE KEY',
    ],
  ])('%j is none', (pem, message) => {
    expect(() => crypto.checkPrivateKey(pem)).toThrow(message);
  });
});

describe('certificates', () => {
  const authority = crypto.createCertificate({ ...wish, commonName: 'ca', authority: true }, seeded('ca'));

  it('of authorities sign those of servers', () => {
    const ca = new X509Certificate(authority.certificate);
    const leaf = new X509Certificate(
      crypto.createCertificate(
        {
          ...wish,
          signer: authority,
          dnsNames: ['a.example', '*.b'],
          addresses: ['10.0.0.1', '::1', '::ffff:1.2.3.4', '1::2:3.4.5.6'],
        },
        seeded('leaf'),
      ).certificate,
    );
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(leaf.checkIssued(ca)).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.subjectAltName).toBe(
      'DNS:a.example, DNS:*.b, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:1.2.3.4, IP Address:1:0:0:0:0:2:304:506',
    );
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(leaf.validTo).toBe('Jan  1 00:00:00 2027 GMT');
    expect(leaf.subject).toBe('CN=web.demo.svc');
    expect(leaf.issuer).toBe('CN=ca');
  });

  it.each(['P-256', 'P-384', 'P-521'])('are signed with keys on %s, the same way each time', (curve) => {
    const pem = generateKeyPairSync('ec', { namedCurve: curve })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    const make = (): string => crypto.createCertificate({ ...wish, key: pem }, seeded('ec')).certificate;
    const certificate = new X509Certificate(make());
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(make()).toBe(make());
  });

  it('are signed with Ed25519 keys', () => {
    const pair = crypto.createCertificate(
      { ...wish, key: crypto.generateKey('ed25519', seeded('ed')) },
      seeded('x'),
    );
    const certificate = new X509Certificate(pair.certificate);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(pair.key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  it('repeat themselves for the same stream and time', () => {
    const make = (): unknown => createSprigCrypto().createCertificate(wish, seeded('again'));
    expect(make()).toEqual(make());
  }, 30_000);

  it('have another key each time that chance is fresh', () => {
    const source = freshRandom({ bytes: (count) => randomBytes(count), uuid: () => randomUUID() });
    const [a, b] = [1, 2].map(() => crypto.createCertificate(wish, source.stream('x')));
    expect(a?.key).not.toBe(b?.key);
  }, 30_000);

  it('without a name or with one that is no ASCII are readable too', () => {
    const key = crypto.generateKey('ecdsa', seeded('k'));
    const named = (commonName: string): X509Certificate =>
      new X509Certificate(
        crypto.createCertificate({ ...wish, key, commonName, dnsNames: ['x'] }, seeded('k')).certificate,
      );
    expect(named('').subject ?? '').toBe('');
    expect(named('Zoë_1').subject).toBe('CN=Zoë_1');
  });

  it('refuse what Go refuses', () => {
    const key = crypto.generateKey('ecdsa', seeded('k'));
    const make = (more: Partial<CertificateWish>) => () =>
      crypto.createCertificate({ ...wish, key, ...more }, seeded('k'));
    const stranger = { ...authority, key: crypto.generateKey('ecdsa', seeded('stranger')) };
    expect(make({ signer: stranger })).toThrow("x509: provided PrivateKey doesn't match parent's PublicKey");
    expect(() => crypto.checkCertificate('-----BEGIN X-----\nAA==\n-----END X-----\n')).toThrow(
      'x509: malformed certificate',
    );
    expect(() =>
      crypto.checkPrivateKey('-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----\n'),
    ).toThrow('parsing EC private key from PEM: asn1: structure error');
    expect(make({ dnsNames: ['ä'] })).toThrow('x509: "ä" cannot be encoded as an IA5String');
    expect(make({ notAfter: 8.64e15 })).toThrow('cannot represent time as GeneralizedTime');
    expect(make({ key: crypto.generateKey('dsa', seeded('dsa')) })).toThrow(
      'does not implement crypto.Signer',
    );
  }, 30_000);
});

describe('passwords', () => {
  it('are hashed with bcrypt', () => {
    const hash = crypto.bcrypt(Buffer.from('secret'), seeded('b'));
    expect(hash).toMatch(/^\$2a\$10\$.{53}$/);
    expect(compareSync('secret', hash)).toBe(true);
    expect(crypto.bcrypt(Buffer.from('secret'), seeded('b'))).toBe(hash);
  });

  it('encrypt and decrypt', () => {
    const key = Buffer.alloc(32, 1);
    const iv = Buffer.alloc(16, 2);
    const content = Buffer.alloc(48, 3);
    expect(crypto.decryptAes(key, iv, crypto.encryptAes(key, iv, content))).toEqual(content);
  });
});
