import { err, ok, problem } from '@plumbline/base';
import type { Clock, Result } from '@plumbline/base';
import { openKeyring, verifyArchive } from '@plumbline/crypto';
import type { VerifiedArchive } from '@plumbline/crypto';

/** Judges the archive of a chart by the text of the provenance file beside it, in the words of `helm verify`. */
export type ChartVerifier = (
  archive: { readonly name: string; readonly content: Uint8Array },
  provenance: string,
) => Promise<Result<VerifiedArchive>>;

/** A verifier that trusts the keys of a ring: armored, or binary as GnuPG keeps it. */
export async function openChartVerifier(
  keyring: Uint8Array,
  clock: Pick<Clock, 'now'>,
): Promise<Result<ChartVerifier>> {
  const opened = await openKeyring([keyring]);
  if (!opened.ok) return err(problem('pgp-keyring', `failed to load keyring: ${opened.error.message}`));
  const keys = opened.value;
  return ok((archive, provenance) => verifyArchive(keys, archive, provenance, clock.now()));
}
