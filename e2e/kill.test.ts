import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { newClone } from './harness/git.ts';
import { kubeAt, type KubeObject } from './harness/kube.ts';
import { application, applications, configMap, configMaps, isReady, one } from './harness/objects.ts';
import { removeFolder, startPlumb, temporaryFolder, type Plumb } from './harness/plumb.ts';

const rounds = Number(process.env['PLUMBLINE_KILLS'] ?? 50);
const folder = temporaryFolder();
let plumb: Plumb | undefined;
afterAll(async () => {
  await plumb?.stop();
  removeFolder(folder);
});

/** A hook of its own per round, so that running it twice for one revision shows as two finished Jobs of one name. */
function hook(round: number): string {
  return JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `hook-${round}`,
      annotations: { 'argocd.argoproj.io/hook': round % 2 === 0 ? 'PreSync' : 'PostSync' },
    },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'job:1' }] } } },
  });
}

/** Repeatable, so that a failing moment can be looked at again. */
function* moments(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

it(
  `loses nothing and repeats no finished hook when it is killed at ${rounds} random moments`,
  async () => {
    const seed = Number(process.env['PLUMBLINE_SEED'] ?? 1);
    const random = moments(seed);
    const data = join(folder, 'data');
    plumb = await startPlumb(data);
    const clone = await newClone(join(folder, 'clone'), `${plumb.endpoints.git}/kill.git`);
    await clone.commit({ 'app/a.yaml': configMap('a', { round: 'none' }) });
    await clone.push();
    let kube = kubeAt(plumb.endpoints.kubernetes);
    await kube.apply(application('kill', 'http://git.plumbline.svc/kill.git', 'app'));
    await kube.until(one(applications, 'kill'), isReady);

    for (let round = 0; round < rounds; round++) {
      const revision = await clone.commit({
        'app/a.yaml': configMap('a', { round: String(round) }),
        [`app/only-${round}.yaml`]: configMap(`only-${round}`, {}),
        [`app/only-${round - 1}.yaml`]: null,
        'app/hook.yaml': hook(round),
      });
      // The address changes with each start: the port is a free one.
      await clone.pushTo(`${plumb.endpoints.git}/kill.git`);
      const wait = (random.next().value as number) * 900;
      await new Promise((resolve) => setTimeout(resolve, wait));
      await plumb.kill();
      plumb = await startPlumb(data);
      kube = kubeAt(plumb.endpoints.kubernetes);
      const where = `round ${round} of seed ${seed}, killed after ${wait.toFixed(0)} ms`;
      await kube
        .until(
          one(applications, 'kill'),
          (app) =>
            isReady(app) &&
            app['status'].sync.revision === revision &&
            app['status'].operationState?.syncResult?.revision === revision &&
            app['status'].operationState.phase === 'Succeeded',
        )
        .catch((thrown: unknown) => {
          throw new Error(`${where}: ${String(thrown)}`);
        });
      expect((await kube.get(`${configMaps}/a`))?.['data'], where).toEqual({ round: String(round) });
      expect(await kube.get(`${configMaps}/only-${round}`), where).toBeDefined();
      expect(await kube.get(`${configMaps}/only-${round - 1}`), where).toBeUndefined();
      expect(await finishedRuns(kube, `hook-${round}`), where).toBe(1);
    }
  },
  30 * 60_000,
);

/** How many Jobs of this name were ever completed: each has a uid of its own in the events. */
async function finishedRuns(kube: ReturnType<typeof kubeAt>, name: string): Promise<number> {
  const events = (await kube.get(
    `/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3D${name}`,
  )) as unknown as { items: KubeObject[] };
  return new Set(
    events.items
      .filter((event) => event['reason'] === 'Completed')
      .map((event) => event['involvedObject'].uid),
  ).size;
}
