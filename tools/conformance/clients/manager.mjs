// The real kube-controller-manager does the work of the controllers; the embedded server only stores, and its node plays pods.
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster, startProgram, until } from './cluster.mjs';
import * as make from './objects.mjs';

/** Lines that it also logs beside a real server, with the reason. */
const expected = [
  /The manifest file is empty/, // It is started without one.
  /the object has been modified; please apply your changes/, // Two of its loops wrote one object; it tries again.
  /because it is being terminated/, // A namespace went while one of its loops still made something in it.
  /is not as new as written version/, // It saw its own write before its watch did, and waits.
  /not found/, // The same race, seen from the other side.
  /object is being deleted/,
];

export async function run(folder, minutes, say) {
  const cluster = await startCluster(folder, ['--controllers', 'off', '--pods', 'simulated']);
  const key = join(folder, 'accounts.key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const ca = join(folder, 'ca.crt');
  writeFileSync(ca, cluster.ca);
  const manager = startProgram(
    'kube-controller-manager',
    [
      `--kubeconfig=${cluster.kubeconfig}`,
      `--service-account-private-key-file=${key}`,
      `--root-ca-file=${ca}`,
      '--leader-elect=false',
      '--controllers=*,-nodeipam,-nodelifecycle,-cloud-node-lifecycle',
      '--secure-port=0',
      '--concurrent-gc-syncs=4',
    ],
    folder,
  );
  let rounds = 0;
  try {
    const end = Date.now() + minutes * 60_000;
    await Promise.race([manager.lost, longRunning(cluster)]);
    while (Date.now() < end || rounds === 0) {
      await Promise.race([manager.lost, round(cluster, `round-${++rounds}`)]);
      if (rounds % 10 === 0) say(`${rounds} rounds`);
    }
    if (minutes >= 2) await Promise.race([manager.lost, cronJobsRan(cluster)]);
  } finally {
    await manager.stop();
    await cluster.stop();
  }
  const lines = manager.lines();
  const bad = lines.filter((line) => /^[EF]\d{4} |^panic:|DATA RACE/.test(line));
  const unexpected = bad.filter((line) => !expected.some((one) => one.test(line)));
  if (unexpected.length > 0)
    throw new Error(
      `${unexpected.length} unexpected errors in ${manager.log}:\n${unexpected.slice(0, 10).join('\n')}`,
    );
  return `${rounds} rounds converged, ${lines.length} lines of log, ${bad.length} expected errors`;
}

const apps = (space, plural, name) => `/apis/apps/v1/namespaces/${space}/${plural}/${name}`;
const core = (space, plural, name) => `/api/v1/namespaces/${space}/${plural}/${name}`;
const batch = (space, plural, name) => `/apis/batch/v1/namespaces/${space}/${plural}/${name}`;

/** Stays over all rounds: jobs of a schedule take minutes. */
async function longRunning({ apply }) {
  await apply('/api/v1/namespaces/long', make.namespace('long'));
  await apply(batch('long', 'cronjobs', 'every'), make.cronJob('every', 'long', '* * * * *'));
}

async function cronJobsRan({ get }) {
  await until(
    'a job of the CronJob that has ended',
    async () => (await get(batch('long', 'cronjobs', 'every')))?.status?.lastSuccessfulTime,
    90_000,
  );
}

/** Everything once, in a namespace that goes at the end. */
async function round(cluster, space) {
  const { apply, get, must, send } = cluster;
  await apply(`/api/v1/namespaces/${space}`, make.namespace(space));
  await until(`${space}: its service account`, () => get(core(space, 'serviceaccounts', 'default')));
  await until(`${space}: its root certificate`, () => get(core(space, 'configmaps', 'kube-root-ca.crt')));
  await workloads(cluster, space);
  await jobs(cluster, space);
  await garbage(cluster, space);
  await quotas(cluster, space);
  await apply(`/api/v1/persistentvolumes/${space}`, make.volume(space));
  await apply(core(space, 'persistentvolumeclaims', 'data'), make.claim('data', space, space));
  await until(
    `${space}: the claim is bound`,
    async () => (await get(core(space, 'persistentvolumeclaims', 'data')))?.status?.phase === 'Bound',
  );
  await must('DELETE', `/api/v1/namespaces/${space}`);
  await until(`${space} is gone`, async () => (await get(`/api/v1/namespaces/${space}`)) === undefined);
  for (const path of [
    '/api/v1/pods',
    '/apis/apps/v1/replicasets',
    '/api/v1/configmaps',
    '/apis/batch/v1/jobs',
  ]) {
    const { items } = (await send('GET', path)).body;
    const left = items.filter(({ metadata }) => metadata.namespace === space);
    if (left.length > 0) throw new Error(`${space} is gone, ${path} still has ${left.length} of it`);
  }
  await must('DELETE', `/api/v1/persistentvolumes/${space}`);
}

async function workloads({ apply, get, must }, space) {
  const web = apps(space, 'deployments', 'web');
  await apply(core(space, 'services', 'web'), make.service('web', space));
  await apply(`/apis/policy/v1/namespaces/${space}/poddisruptionbudgets/web`, make.budget('web', space));
  await apply(web, make.workload('Deployment', 'web', space, 'web:1', 3));
  await apply(apps(space, 'statefulsets', 'db'), make.workload('StatefulSet', 'db', space, 'db:1', 2));
  await apply(apps(space, 'daemonsets', 'agent'), make.workload('DaemonSet', 'agent', space, 'agent:1'));
  const rolledOut = async (replicas) => {
    const { metadata, status = {} } = await get(web);
    return (
      status.observedGeneration === metadata.generation &&
      status.updatedReplicas === replicas &&
      status.replicas === replicas &&
      status.availableReplicas === replicas
    );
  };
  await until(`${space}: the deployment is available`, () => rolledOut(3));
  await until(
    `${space}: the stateful set is ready`,
    async () => (await get(apps(space, 'statefulsets', 'db'))).status?.readyReplicas === 2,
  );
  await until(
    `${space}: the daemon set is ready`,
    async () => (await get(apps(space, 'daemonsets', 'agent'))).status?.numberReady === 1,
  );
  const slices = `/apis/discovery.k8s.io/v1/namespaces/${space}/endpointslices?labelSelector=kubernetes.io/service-name=web`;
  await until(`${space}: three endpoints`, async () => {
    const { items } = await get(slices);
    return (
      items.flatMap(({ endpoints }) => endpoints ?? []).filter(({ conditions }) => conditions.ready)
        .length === 3
    );
  });
  await until(
    `${space}: the budget counts`,
    async () =>
      (await get(`/apis/policy/v1/namespaces/${space}/poddisruptionbudgets/web`)).status
        ?.disruptionsAllowed === 2,
  );
  await apply(web, make.workload('Deployment', 'web', space, 'web:2', 3));
  await until(`${space}: the second version is out`, () => rolledOut(3));
  await must('PATCH', `${web}/scale`, { spec: { replicas: 1 } }, 'application/merge-patch+json');
  await until(`${space}: scaled down`, () => rolledOut(1));
  const revision = (await get(web)).metadata.annotations['deployment.kubernetes.io/revision'];
  if (revision !== '2') throw new Error(`${space}: revision ${revision} instead of 2`);
}

async function jobs({ apply, get }, space) {
  await apply(batch(space, 'jobs', 'good'), make.job('good', space, { completions: 3, parallelism: 2 }));
  await apply(batch(space, 'jobs', 'brief'), make.job('brief', space, { ttlSecondsAfterFinished: 1 }));
  await apply(
    batch(space, 'jobs', 'bad'),
    make.job('bad', space, { backoffLimit: 0 }, { 'plumbline.dev/simulate': 'fail' }),
  );
  const ended = (name, type) => async () =>
    (await get(batch(space, 'jobs', name)))?.status?.conditions?.some(
      (c) => c.type === type && c.status === 'True',
    );
  await until(`${space}: a job completes`, ended('good', 'Complete'));
  await until(`${space}: a job fails`, ended('bad', 'Failed'));
  await until(
    `${space}: a finished job is removed`,
    async () => (await get(batch(space, 'jobs', 'brief'))) === undefined,
  );
}

/** The three ways in which dependents go or stay. */
async function garbage({ apply, get, must }, space) {
  const path = (name) => core(space, 'configmaps', name);
  for (const policy of ['Background', 'Foreground', 'Orphan']) {
    const owner = `owner-${policy.toLowerCase()}`;
    const child = `child-${policy.toLowerCase()}`;
    const made = await apply(path(owner), make.configMap(owner, space));
    await apply(path(child), make.configMap(child, space, [make.ownedBy(made)]));
    await must('DELETE', path(owner), { propagationPolicy: policy });
    await until(`${space}: ${owner} is gone`, async () => (await get(path(owner))) === undefined);
    await until(`${space}: ${child} is as ${policy} wants it`, async () => {
      const there = await get(path(child));
      return policy === 'Orphan'
        ? there !== undefined && there.metadata.ownerReferences === undefined
        : there === undefined;
    });
  }
}

async function quotas({ apply, get, send }, space) {
  const { items } = await get(`/api/v1/namespaces/${space}/configmaps`);
  const hard = { 'count/configmaps': String(items.length + 1) };
  const path = core(space, 'resourcequotas', 'limits');
  await apply(path, make.quota(space, hard));
  const used = async (count) => (await get(path))?.status?.used?.['count/configmaps'] === String(count);
  await until(`${space}: the quota counts`, () => used(items.length));
  await apply(core(space, 'configmaps', 'last'), make.configMap('last', space));
  await until(`${space}: the quota counts one more`, () => used(items.length + 1));
  const { status } = await send(
    'POST',
    `/api/v1/namespaces/${space}/configmaps`,
    make.configMap('more', space),
  );
  if (status !== 403) throw new Error(`${space}: over the quota, and the answer is ${status}`);
  await send('DELETE', core(space, 'configmaps', 'last'));
  await until(`${space}: the quota counts one less`, () => used(items.length));
}
