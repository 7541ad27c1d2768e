// npm run e2e [-- FILTER]: journeys through the built product. Ends with `N passed, N failed`.
import { checkNode, ensureInstalled } from './lib/install.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { unpackConformance } from './lib/conformance.mjs';
import { vitest } from './lib/vitest.mjs';

checkNode();
await ensureInstalled();
await ensureBuilt();
await unpackConformance(['seeds']);
process.exit(await vitest(['--config', 'e2e/vitest.config.ts', ...process.argv.slice(2)]));
