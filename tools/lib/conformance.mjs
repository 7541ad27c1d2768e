// Recorded behaviour of the real programs lies beside the checkout when it is there at all; it is unpacked into an
// ignored folder and never becomes part of the repository.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';
import { run } from './run.mjs';

export const conformanceFolder = process.env.PLUMBLINE_CONFORMANCE ?? join(root, '.cache/conformance');

/** Makes these areas available; false where there is nothing to unpack from. */
export async function unpackConformance(areas) {
  if (areas.every((area) => existsSync(join(conformanceFolder, area)))) return true;
  const unpack = join(root, '../shared/conformance/unpack');
  if (!existsSync(unpack)) return false;
  await run(unpack, [conformanceFolder, ...areas], { cwd: root });
  return true;
}
