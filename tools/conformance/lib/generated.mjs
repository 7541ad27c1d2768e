// What comparisons of generated cases have in common: their numbers on the command line, and that they need a real program.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../lib/install.mjs';

/** The number behind `--name`, or another. */
export function numberOf(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

/** The path of an oracle. Where it is not built, says so, counts one as skipped and ends the process. */
export function oracle(name) {
  const binary = join(root, '.cache/oracles/bin', name);
  if (existsSync(binary)) return binary;
  process.stdout.write(
    `needs the oracle (node tools/oracles/install.mjs ${name})\n0 passed, 0 failed, 1 skipped\n`,
  );
  process.exit(0);
}
