#!/usr/bin/env node
'use strict';
// The command itself is one bundled file, so that it starts fast; this is only the way to it. Both are CommonJS, which Node
// runs without loading its loader of ES modules.
const { existsSync } = require('node:fs');
const path = require('node:path');

const bundle = path.join(__dirname, '../../../dist/plumb.cjs');
if (!existsSync(bundle)) {
  process.stderr.write(
    'plumb is not built yet: run `npm run build` (or `npm start`) in the repository first\n',
  );
  process.exit(1);
}
require(bundle);
