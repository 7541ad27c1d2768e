// npm test [-- FILTER]: everything that needs nothing but Node, git and npm. Ends with `N passed, N failed`.
import { checkNode, ensureInstalled } from './lib/install.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { unpackConformance } from './lib/conformance.mjs';
import { vitest } from './lib/vitest.mjs';

checkNode();
await ensureInstalled();
await ensureBuilt();
// Where the recordings are not at hand, the tests that read them are skipped, visibly.
await unpackConformance(['kubernetes', 'kubernetes-api', 'crds', 'argocd', 'flux', 'rendering', 'seeds']);
process.exit(await vitest(process.argv.slice(2)));
