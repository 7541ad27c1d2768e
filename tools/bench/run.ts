// npm run bench [-- --apps 1,100,1000] [--pushes N] [--quick] [--check], or [-- --helm]: charts (helm.ts), or [-- --kustomize]: kustomizations (kustomize.ts), or [-- --kubernetes]: the API (kubernetes.ts)
// What the main job costs, measured from outside over HTTP with the system's git: medians and p99 in one table.
import { join } from 'node:path';
import { git, newClone } from '../../e2e/harness/git.ts';
import { kubeAt } from '../../e2e/harness/kube.ts';
import { applications, configMaps } from '../../e2e/harness/objects.ts';
import { removeFolder, startPlumb, temporaryFolder } from '../../e2e/harness/plumb.ts';
import { budgets } from './budgets.ts';
import { createApplications, objectsOf, valueFile } from './monorepo.ts';
import { createObserver } from './observer.ts';
import { processorShare, residentMegabytes, sample } from './process.ts';
import { formatResults, percentile, type Figures } from './table.ts';

if (process.argv.includes('--kubernetes')) {
  await (await import('./kubernetes.ts')).benchKubernetes(process.argv.slice(2));
  process.exit();
}
if (process.argv.includes('--kustomize')) {
  const { benchKustomize } = await import('./kustomize.ts');
  process.exit((await benchKustomize(process.argv.includes('--check'))) === 0 ? 0 : 1);
}

if (process.argv.includes('--helm')) {
  await (await import('./helm.ts')).benchHelm(process.argv.slice(2));
  process.exit();
}
const flag = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const quick = process.argv.includes('--quick');
const sizes = (flag('apps') ?? (quick ? '1,100' : '1,100,1000')).split(',').map(Number);
const pushes = Number(flag('pushes') ?? (quick ? 20 : 100));
const drifts = Number(flag('drifts') ?? (quick ? 50 : 200));
const idleSeconds = quick ? 5 : 15;

/** What is being measured now, for whoever waits. */
function note(text: string): void {
  process.stderr.write(`  ${text}\n`);
}

async function measure(apps: number): Promise<Figures> {
  const folder = temporaryFolder();
  const started = performance.now();
  const plumb = await startPlumb(join(folder, 'data'), ['--no-demo', '--in-memory']);
  const start = performance.now() - started;
  try {
    const kube = kubeAt(plumb.endpoints.kubernetes);
    const address = `${plumb.endpoints.git}/mono.git`;
    const clone = await newClone(join(folder, 'clone'), address);
    // Git tidies up behind a commit of so many files, and would be in the way of the tidying below.
    await git(clone.folder, 'config', 'gc.auto', '0');
    await clone.commit(Object.assign({}, ...Array.from({ length: apps }, (_, app) => objectsOf(app))));
    await clone.push();
    // Made file by file, it would be tidied up by git in the background of the first push; a developer's clone came packed.
    await git(clone.folder, 'gc', '--quiet');

    const arriving = await createObserver(plumb.endpoints.kubernetes, [applications]);
    const createdAt = performance.now();
    const allReady = arriving.allReady(apps);
    await createApplications(plumb.endpoints.kubernetes, apps, address);
    await allReady;
    const toReady = performance.now() - createdAt;
    arriving.close();
    const observer = await createObserver(plumb.endpoints.kubernetes, [applications, configMaps]);
    await observer.quiet();

    note(`ready after ${toReady.toFixed(0)} ms; pushing`);
    const pushed: number[] = [];
    const before = await sample(plumb);
    for (let i = 0; i < pushes; i++) {
      const app = (i * 7919) % apps;
      await clone.commit(valueFile(app, `push-${i}`));
      const seen = observer.configMapValue(`app-${app}-config`, `push-${i}`);
      const pushing = performance.now();
      await clone.push();
      pushed.push((await seen) - pushing);
    }
    const slowest = pushed.map((ms, i) => ({ ms, i })).toSorted((a, b) => b.ms - a.ms);
    note(
      `slowest: ${slowest
        .slice(0, 4)
        .map(({ ms, i }) => `push ${i} ${ms.toFixed(0)} ms`)
        .join(', ')}`,
    );
    await observer.quiet();
    const after = await sample(plumb);

    note('editing');
    const healed: number[] = [];
    // An object that is edited again and again right after it was healed looks like a fight, and healing slows down.
    const edits = Math.min(drifts, apps * 8);
    for (let i = 0; i < edits; i++) {
      const app = (i * 104_729) % apps;
      const name = `app-${app}-item-${i % 4}`;
      const seen = observer.configMapValue(name, 'from-git', 'edited');
      const editing = performance.now();
      await kube.send(
        'PATCH',
        `/api/v1/namespaces/default/configmaps/${name}?fieldManager=kubectl-edit`,
        { data: { value: 'edited' } },
        'application/merge-patch+json',
      );
      healed.push((await seen) - editing);
    }

    note('deleting');
    const victims = Math.min(1000, apps * 4);
    const back = observer.recreated(victims);
    const deleting = performance.now();
    await observer.deleteItems(victims);
    const massHealed = (await back) - deleting;

    observer.close();
    // Events of applications are written when there is nothing better to do; until they are, nobody is idle.
    const last = await createObserver(plumb.endpoints.kubernetes, [
      applications,
      configMaps,
      '/api/v1/events',
    ]);
    await last.quiet();
    const idle = await processorShare(plumb.pid, idleSeconds);
    last.close();
    return {
      apps,
      startMs: start,
      readyMs: toReady,
      pushP50: percentile(pushed, 50),
      pushP99: percentile(pushed, 99),
      rendersPerPush: (after.renders - before.renders) / pushes,
      healP50: percentile(healed, 50),
      healP99: percentile(healed, 99),
      massHealMs: massHealed,
      idlePercent: idle * 100,
      residentMb: residentMegabytes(plumb.pid),
      loopDelayP99Ms: Math.max(before.loopDelayP99Seconds, after.loopDelayP99Seconds) * 1000,
    };
  } finally {
    await plumb.stop();
    removeFolder(folder);
  }
}

const results: Figures[] = [];
for (const apps of sizes) {
  process.stderr.write(`${apps} application${apps === 1 ? '' : 's'} of 10 objects ...\n`);
  results.push(await measure(apps));
}
process.stdout.write(formatResults(results));

if (process.argv.includes('--check')) {
  const over = results.flatMap((figures) =>
    budgets.filter((budget) => !budget.holds(figures)).map((budget) => ({ ...budget, apps: figures.apps })),
  );
  for (const { name, apps, timed } of over) {
    process.stdout.write(
      `over budget${timed ? ' on this machine now' : ''}: ${apps} applications: ${name}\n`,
    );
  }
  const failed = over.filter(({ timed }) => !timed).length;
  const checked = results.length * budgets.filter(({ timed }) => !timed).length;
  process.stdout.write(`${checked - failed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
