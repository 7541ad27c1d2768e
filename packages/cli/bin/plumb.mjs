#!/usr/bin/env node
// The command itself is one bundled file, so that it starts fast; this is only the way to it.
import { existsSync } from 'node:fs';

const bundle = new URL('../../../dist/plumb.mjs', import.meta.url);
if (!existsSync(bundle)) {
  process.stderr.write(
    'plumb is not built yet: run `npm run build` (or `npm start`) in the repository first\n',
  );
  process.exit(1);
}
await import(bundle.href);
