import type * as OpenPgp from 'openpgp';
import type { PartialConfig, PublicKey, VerifyMessageResult } from 'openpgp';
import { err, messageOf, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';

/** Public keys that are trusted, and what they can say about signatures. */
export interface Keyring {
  /** The keys, by their fingerprints in capitals. */
  readonly fingerprints: readonly string[];
  /** A signature beside what it signs, as Git has it. */
  verifyDetached(content: Uint8Array, armoredSignature: string, now: number): Promise<Result<Signer>>;
  /** A text that carries its signature; the answer has the text that was signed. */
  verifyClearsigned(text: string, now: number): Promise<Result<SignedText>>;
}

/** Whose signature it is. */
export interface Signer {
  /** In capitals, of the key that people know (not of a subkey). */
  readonly fingerprint: string;
  /** As signatures name keys: the last sixteen digits, of the key or subkey that signed. */
  readonly keyId: string;
  /** `Name (comment) <mail>` for each identity. */
  readonly userIds: readonly string[];
}

export interface SignedText {
  readonly text: string;
  readonly signer: Signer;
}

/** The library is large and few processes verify anything: it is loaded when it is needed. */
async function load(): Promise<typeof OpenPgp> {
  return import('openpgp');
}

/** A text that nobody has signed. */
export const noSignature = 'signature block not found';
/** What OpenPGP's library for Go says when the text is not the one that was signed, by the key's algorithm. */
const changedText = (algorithm: string): string => {
  const name = /^(rsa|dsa|ecdsa)/.exec(algorithm.toLowerCase())?.[1]?.toUpperCase() ?? 'EdDSA';
  return `${name} verification failure`;
};

const armorHead = '-----BEGIN PGP';
const armorEnd = /-----END PGP (?:PUBLIC|PRIVATE) KEY BLOCK-----/g;
/** Keys of kinds that the library does not know stay away without hiding the others. */
const tolerant: PartialConfig = { ignoreUnsupportedPackets: true, ignoreMalformedPackets: true };

/** Reads keys, armored (several blocks one behind the other too) or binary as GnuPG keeps its ring. */
export async function openKeyring(keys: readonly (string | Uint8Array)[]): Promise<Result<Keyring>> {
  const pgp = await load();
  const found: PublicKey[] = [];
  try {
    for (const each of keys) {
      for (const part of partsOf(each)) {
        const read =
          typeof part === 'string'
            ? await pgp.readKeys({ armoredKeys: part, config: tolerant })
            : await pgp.readKeys({ binaryKeys: part, config: tolerant });
        found.push(...read.map((key) => key.toPublic()));
      }
    }
  } catch (thrown) {
    return err(problem('pgp-keyring', `the keys cannot be read: ${messageOf(thrown)}`));
  }
  return ok(keyringOf(pgp, found));
}

function partsOf(keys: string | Uint8Array): readonly (string | Uint8Array)[] {
  const text = typeof keys === 'string' ? keys : new TextDecoder().decode(keys.subarray(0, 4096));
  if (!text.includes(armorHead)) return typeof keys === 'string' ? [Buffer.from(keys, 'latin1')] : [keys];
  const whole = typeof keys === 'string' ? keys : new TextDecoder().decode(keys);
  return whole
    .split(armorEnd)
    .slice(0, -1)
    .map((part) => {
      const start = part.indexOf(armorHead);
      const kind = part.startsWith('-----BEGIN PGP PRIVATE', start) ? 'PRIVATE' : 'PUBLIC';
      return `${part.slice(start)}-----END PGP ${kind} KEY BLOCK-----\n`;
    });
}

function keyringOf(pgp: typeof OpenPgp, keys: readonly PublicKey[]): Keyring {
  const signerOf = async (result: Pick<VerifyMessageResult, 'signatures'>): Promise<Result<Signer>> => {
    if (result.signatures.length === 0) return err(problem('pgp-signature', noSignature));
    let reason = 'openpgp: signature made by unknown entity';
    for (const signature of result.signatures) {
      const keyId = signature.keyID.toHex().toUpperCase();
      const key = keys.find((each) => each.getKeys(signature.keyID).length > 0);
      if (key === undefined) continue;
      try {
        await signature.verified;
        return ok({ fingerprint: key.getFingerprint().toUpperCase(), keyId, userIds: key.getUserIDs() });
      } catch (thrown) {
        const said = messageOf(thrown);
        const changed = /digest did not match/i.test(said);
        reason = `openpgp: invalid signature: ${changed ? changedText(key.getAlgorithmInfo().algorithm) : said}`;
      }
    }
    return err(problem('pgp-signature', reason));
  };
  const options = (now: number) => ({ verificationKeys: [...keys], date: new Date(now) });

  return {
    fingerprints: keys.map((key) => key.getFingerprint().toUpperCase()),
    verifyDetached: async (content, armoredSignature, now) => {
      try {
        const signature = await pgp.readSignature({ armoredSignature });
        const message = await pgp.createMessage({ binary: content });
        return await signerOf(await pgp.verify({ message, signature, format: 'binary', ...options(now) }));
      } catch (thrown) {
        return err(problem('pgp-signature', `the signature cannot be read: ${messageOf(thrown)}`));
      }
    },
    verifyClearsigned: async (text, now) => {
      if (!text.includes('-----BEGIN PGP SIGNED MESSAGE-----'))
        return err(problem('pgp-signature', noSignature));
      try {
        const message = await pgp.readCleartextMessage({ cleartextMessage: text });
        const signer = await signerOf(await pgp.verify({ message, ...options(now) }));
        return signer.ok ? ok({ text: message.getText(), signer: signer.value }) : signer;
      } catch (thrown) {
        return err(problem('pgp-signature', `the signature cannot be read: ${messageOf(thrown)}`));
      }
    },
  };
}
