// npm start [-- FLAGS]: from a fresh clone to a running demo. The flags are those of `plumb up`.
import { join } from 'node:path';
import { checkNode, ensureInstalled, root } from './lib/install.mjs';
import { ensureBuilt } from './lib/build.mjs';

checkNode();
await ensureInstalled();
await ensureBuilt();

const flags = process.argv.slice(2);
const given = (...names) =>
  flags.some((flag) => names.some((name) => flag === name || flag.startsWith(`${name}=`)));
if (!given('--demo', '--no-demo', '--repo', '--help', '-h')) flags.unshift('--demo');
// A clone keeps its own state beside its sources, in a folder that Git ignores.
if (!given('--data')) flags.push('--data', join(root, '.plumbline'));
process.argv.splice(1, process.argv.length - 1, join(root, 'dist/plumb.cjs'), 'up', ...flags);
await import(new URL('../dist/plumb.cjs', import.meta.url).href);
