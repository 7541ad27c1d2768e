import { createHash } from 'node:crypto';
import { err, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { noSignature } from './keyring.ts';
import type { Keyring, Signer } from './keyring.ts';

/** What a provenance file (`chart-1.2.3.tgz.prov`) says beside its signature. */
export interface Provenance {
  /** Chart.yaml as it was when the archive was made. */
  readonly metadata: string;
  /** `sha256:...` by the name of the file. */
  readonly files: ReadonlyMap<string, string>;
}

/** A chart archive that is what its maker signed. */
export interface VerifiedArchive {
  readonly signer: Signer;
  readonly provenance: Provenance;
  /** `sha256:...` of the archive. */
  readonly digest: string;
}

const boundary = '\n...\n';
const entry =
  /^ +(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|([^\s'"#][^#]*?)): +["']?([a-z0-9]+:[0-9a-f]+)["']? *$/;

/** Checks an archive against its provenance file as `helm verify` does, in its words. */
export async function verifyArchive(
  keyring: Keyring,
  archive: { readonly name: string; readonly content: Uint8Array },
  provenance: string,
  now: number,
): Promise<Result<VerifiedArchive>> {
  const signed = await keyring.verifyClearsigned(provenance, now);
  if (!signed.ok) {
    const unsigned = signed.error.message === noSignature;
    return unsigned ? mismatch(`failed to decode signature: ${noSignature}`) : signed;
  }
  const parsed = parseProvenance(signed.value.text);
  if (!parsed.ok) return parsed;
  const digest = `sha256:${createHash('sha256').update(archive.content).digest('hex')}`;
  const stated = parsed.value.files.get(archive.name);
  if (stated === undefined)
    return mismatch(`provenance does not contain a SHA for a file named ${JSON.stringify(archive.name)}`);
  if (stated !== digest)
    return mismatch(
      `sha256 sum does not match for ${archive.name}: ${JSON.stringify(stated)} != ${JSON.stringify(digest)}`,
    );
  return ok({ signer: signed.value.signer, provenance: parsed.value, digest });
}

function mismatch(message: string): Result<never> {
  return err(problem('chart-provenance', message));
}

/** Reads the text that was signed: Chart.yaml, a line of three dots, and the sums as Helm writes them. */
export function parseProvenance(text: string): Result<Provenance> {
  const unix = text.replaceAll('\r\n', '\n');
  const [metadata, sums] = unix.split(boundary);
  if (metadata === undefined || sums === undefined)
    return mismatch('message block must have at least two parts');
  const files = new Map<string, string>();
  let inFiles = false;
  for (const line of sums.split('\n')) {
    if (/^\S/.test(line)) inFiles = /^files: *$/.test(line);
    const match = inFiles ? entry.exec(line) : null;
    if (match === null) continue;
    const [, double, single, plain, sum = ''] = match;
    const name =
      double === undefined ? (single?.replaceAll("''", "'") ?? plain ?? '') : double.replace(/\\(.)/g, '$1');
    files.set(name, sum);
  }
  return ok({ metadata, files });
}
