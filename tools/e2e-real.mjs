// npm run e2e:real [-- FILTER]: the journeys that need nothing but the Kubernetes API and Git, with `plumb serve` on a real
// kube-apiserver and kube-controller-manager (tools/oracles). Ends with `N passed, N failed`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { checkNode, ensureInstalled } from './lib/install.mjs';
import { vitest } from './lib/vitest.mjs';
import { oracles } from './oracles/kube-apiserver.mjs';

checkNode();
await ensureInstalled();
const missing = ['etcd', 'kube-apiserver', 'kube-controller-manager'].filter(
  (name) => !existsSync(join(oracles, name)),
);
if (missing.length > 0) {
  process.stdout.write(
    `${missing.join(', ')} not built (node tools/oracles/install.mjs)\n0 passed, 0 failed, 1 skipped\n`,
  );
  process.exit(0);
}
await ensureBuilt();
process.env.PLUMBLINE_E2E_CLUSTER = 'real';
const given = process.argv.slice(2);
const journeys = given.length > 0 ? given : ['e2e/journey', 'e2e/charts'];
process.exit(await vitest(['--config', 'e2e/vitest.config.ts', ...journeys]));
