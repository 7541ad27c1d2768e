// npm run conformance:clients [-- --minutes N | --only NAME]: programs that nobody here wrote run, unchanged, against the embedded
// cluster: the real kube-controller-manager (N minutes, 2 without the flag), kwok, and Flux's kustomize-controller. What they manage
// has to converge, and their logs may hold no error that they do not also write beside a real server. Programs that are not built
// (`node tools/oracles/install.mjs`) are skipped. Ends with `N passed, N failed, N skipped`.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oracles } from './clients/cluster.mjs';

const clients = [
  ['kube-controller-manager', './clients/manager.mjs'],
  ['kwok', './clients/kwok.mjs'],
  ['kustomize-controller', './clients/flux.mjs'],
];

const flag = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const minutes = Number(flag('--minutes') ?? 2);
const only = flag('--only');
const counts = { passed: 0, failed: 0, skipped: 0 };

for (const [name, file] of clients) {
  if (only !== undefined && only !== name) continue;
  const began = Date.now();
  const say = (text) => process.stdout.write(`  ${name}: ${text}\n`);
  const finish = (outcome, text) => {
    counts[outcome]++;
    process.stdout.write(`${outcome} ${name} (${Math.round((Date.now() - began) / 1000)} s): ${text}\n`);
  };
  if (!existsSync(join(oracles, name))) {
    finish('skipped', 'it is not built');
    continue;
  }
  const folder = mkdtempSync(join(tmpdir(), `plumbline-${name}-`));
  try {
    const { run } = await import(file);
    const text = await run(folder, minutes, say);
    if (text === undefined) finish('skipped', 'its definitions are not here');
    else finish('passed', text);
    rmSync(folder, { recursive: true, force: true });
  } catch (thrown) {
    finish('failed', `${thrown.message}\n  (${folder})`);
  }
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = counts.failed === 0 ? 0 : 1;
