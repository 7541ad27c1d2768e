import { createHash } from 'node:crypto';
import { createCleartextMessage, createMessage, generateKey, readPrivateKey, sign } from 'openpgp';
import type { PrivateKey } from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { openKeyring, parseProvenance, verifyArchive } from '../index.ts';
import type { Keyring } from '../index.ts';

const made = Date.UTC(2026, 0, 1);
const now = Date.UTC(2026, 5, 1);
const content = Buffer.from('the bytes of an archive');
const sum = createHash('sha256').update(content).digest('hex');
const block = `apiVersion: v2\nname: web\nversion: 1.2.3\n\n...\nfiles:\n  web-1.2.3.tgz: sha256:${sum}\n`;
const archive = { name: 'web-1.2.3.tgz', content };

interface Maker {
  readonly key: PrivateKey;
  readonly armored: string;
  readonly binary: Uint8Array;
}

async function maker(name: string): Promise<Maker> {
  const pair = await generateKey({
    userIDs: [{ name, email: 'a@b.example' }],
    date: new Date(made),
    format: 'armored',
  });
  const key = await readPrivateKey({ armoredKey: pair.privateKey });
  return { key, armored: pair.publicKey, binary: key.toPublic().write() };
}

async function clearsign(text: string, key: PrivateKey): Promise<string> {
  const message = await createCleartextMessage({ text });
  return sign({ message, signingKeys: key, date: new Date(made + 1000) });
}

async function keyringOf(...keys: readonly (string | Uint8Array)[]): Promise<Keyring> {
  const keyring = await openKeyring(keys);
  if (!keyring.ok) throw new Error(keyring.error.message);
  return keyring.value;
}

describe('provenance of chart archives', () => {
  let known: Maker;
  let stranger: Maker;
  let provenance: string;
  beforeAll(async () => {
    known = await maker('Known');
    stranger = await maker('Stranger');
    provenance = await clearsign(block, known.key);
  });
  const messageOf = async (keyring: Keyring, text: string, what = archive): Promise<string> => {
    const verified = await verifyArchive(keyring, what, text, now);
    return verified.ok ? 'ok' : verified.error.message;
  };

  it('names the signer, the sum and the metadata', async () => {
    const verified = await verifyArchive(await keyringOf(known.armored), archive, provenance, now);
    expect(verified).toMatchObject({
      ok: true,
      value: {
        digest: `sha256:${sum}`,
        signer: { fingerprint: known.key.getFingerprint().toUpperCase(), userIds: ['Known <a@b.example>'] },
        provenance: { metadata: 'apiVersion: v2\nname: web\nversion: 1.2.3\n' },
      },
    });
  });

  it('takes binary rings, and several armored keys in one text', async () => {
    expect(await messageOf(await keyringOf(known.binary), provenance)).toBe('ok');
    expect(await messageOf(await keyringOf(stranger.armored + known.armored), provenance)).toBe('ok');
    expect(await messageOf(await keyringOf(stranger.binary, known.armored), provenance)).toBe('ok');
  });

  it('refuses with the words of helm verify', async () => {
    const ring = await keyringOf(known.armored);
    expect(await messageOf(await keyringOf(stranger.armored), provenance)).toBe(
      'openpgp: signature made by unknown entity',
    );
    expect(await messageOf(ring, 'nothing signed')).toBe(
      'failed to decode signature: signature block not found',
    );
    expect(await messageOf(ring, provenance, { name: 'other.tgz', content })).toBe(
      'provenance does not contain a SHA for a file named "other.tgz"',
    );
    expect(await messageOf(ring, provenance, { name: archive.name, content: Buffer.from('else') })).toMatch(
      /^sha256 sum does not match for web-1\.2\.3\.tgz: "sha256:[0-9a-f]+" != "sha256:[0-9a-f]+"$/,
    );
    expect(await messageOf(ring, await clearsign('no sums', known.key))).toBe(
      'message block must have at least two parts',
    );
  });

  it('refuses what was changed behind the signature', async () => {
    const ring = await keyringOf(known.armored);
    expect(await messageOf(ring, provenance.replace('version: 1.2.3', 'version: 1.2.4'))).toMatch(
      /^openpgp: invalid signature: EdDSA verification failure$/,
    );
    expect(
      await messageOf(ring, provenance.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA')),
    ).not.toBe('ok');
  });

  it('refuses keys that are none', async () => {
    expect(await openKeyring(['nonsense'])).toMatchObject({ ok: false, error: { code: 'pgp-keyring' } });
  });

  it('verifies signatures that stand beside their content', async () => {
    const message = await createMessage({ binary: content });
    const signature = await sign({
      message,
      signingKeys: known.key,
      detached: true,
      date: new Date(made + 1000),
    });
    const ring = await keyringOf(known.armored);
    expect(await ring.verifyDetached(content, String(signature), now)).toMatchObject({ ok: true });
    expect(await ring.verifyDetached(Buffer.from('else'), String(signature), now)).toMatchObject({
      ok: false,
    });
    expect(await ring.verifyDetached(content, 'nonsense', now)).toMatchObject({ ok: false });
  });
});

describe('the text of a provenance file', () => {
  it('has names in quotes where they need them', () => {
    const parsed = parseProvenance(
      "a: b\n...\nfiles:\n  \"a: b.tgz\": sha256:aa\n  'it''s': sha256:bb\nimages:\n  x: sha256:cc\n",
    );
    expect(parsed.ok && [...parsed.value.files]).toEqual([
      ['a: b.tgz', 'sha256:aa'],
      ["it's", 'sha256:bb'],
    ]);
  });
});
