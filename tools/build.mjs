// npm run build
import { checkNode, ensureInstalled } from './lib/install.mjs';
import { ensureBuilt } from './lib/build.mjs';

checkNode();
await ensureInstalled();
await ensureBuilt();
process.stderr.write('Built: npx plumb --help\n');
