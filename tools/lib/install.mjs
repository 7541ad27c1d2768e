// Installs exactly what the lockfile says, once per lockfile.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';
import { step } from './progress.mjs';

export const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');

function stamp() {
  const hash = createHash('sha256');
  hash.update(readFileSync(join(root, 'package-lock.json')));
  hash.update(`${process.version} ${process.platform} ${process.arch}`);
  return hash.digest('hex');
}

/** Node versions that the product runs on; said before anything else fails in a stranger way. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  process.stderr.write(`Plumbline needs Node 20.19 or newer; this is ${process.version}.\n`);
  process.exit(1);
}

export async function ensureInstalled() {
  const file = join(root, 'node_modules', '.plumbline-install');
  const want = stamp();
  if (existsSync(file) && readFileSync(file, 'utf8') === want) return;
  await step('Installing what the lockfile names', async (detail) => {
    // npm's own scripts are not needed by any dependency, so none runs.
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      quiet: true,
      onLine: detail,
      // A script started by npm inherits its settings as variables; a nested npm must not.
      env: { npm_config_loglevel: 'error' },
    });
    writeFileSync(file, want);
  });
}
