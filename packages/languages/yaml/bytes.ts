import { err, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';

/** Text of a file: UTF-8, or UTF-16 when a byte order mark says so. The mark itself is dropped. */
export function decodeText(bytes: Uint8Array, file: string): Result<string> {
  const [a, b] = bytes;
  const encoding = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return ok(new TextDecoder(encoding, { fatal: true }).decode(bytes));
  } catch {
    return err(
      problem('yaml-encoding', `the file is not valid ${encoding.toUpperCase()}`, {
        where: { file },
        hint: 'save it as UTF-8',
      }),
    );
  }
}
