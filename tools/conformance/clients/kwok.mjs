// kwok plays nodes and pods; the embedded server brings the controllers.
import { startCluster, startProgram, until } from './cluster.mjs';
import * as make from './objects.mjs';

const stages = new URL('./kwok-stages.yaml', import.meta.url).pathname;
const nodes = ['kwok-a', 'kwok-b'];

const node = (name) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    annotations: { 'kwok.x-k8s.io/node': 'fake' },
    labels: { type: 'kwok', 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' },
  },
});

const expected = [/the object has been modified; please apply your changes/, /not found/];

export async function run(folder, minutes, say) {
  const cluster = await startCluster(folder, ['--controllers', 'on', '--pods', 'none']);
  const { apply, get, must } = cluster;
  for (const name of nodes) await apply(`/api/v1/nodes/${name}`, node(name));
  const kwok = startProgram(
    'kwok',
    [
      `--kubeconfig=${cluster.kubeconfig}`,
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds=40',
      `--config=${stages}`,
    ],
    folder,
  );
  let rounds = 0;
  try {
    await Promise.race([kwok.lost, nodesReady(cluster)]);
    const end = Date.now() + Math.min(minutes, 1) * 60_000;
    while (Date.now() < end || rounds === 0)
      await Promise.race([kwok.lost, round(cluster, `kwok-${++rounds}`)]);
  } finally {
    await kwok.stop();
    await cluster.stop();
  }
  say(`${rounds} rounds`);
  const lines = kwok.lines();
  const bad = lines.filter((line) => /"level":"?(?:ERROR|error)|^ERRO|^panic:|level=ERROR/.test(line));
  const unexpected = bad.filter((line) => !expected.some((one) => one.test(line)));
  if (unexpected.length > 0)
    throw new Error(`unexpected errors in ${kwok.log}:\n${unexpected.slice(0, 10).join('\n')}`);
  return `${rounds} rounds converged, ${lines.length} lines of log, ${bad.length} expected errors`;

  async function nodesReady() {
    for (const name of nodes)
      await until(`${name} is ready`, async () => {
        const found = await get(`/api/v1/nodes/${name}`);
        return found?.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
      });
    for (const name of nodes)
      await until(`${name} renews its lease`, () =>
        get(`/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`),
      );
  }

  async function round({ send }, space) {
    await apply(`/api/v1/namespaces/${space}`, make.namespace(space));
    const path = `/apis/apps/v1/namespaces/${space}/deployments/web`;
    const web = make.workload('Deployment', 'web', space, 'web:1', 6);
    await apply(path, web);
    // Nobody schedules here: each pod gets its node as the scheduler gives it.
    const bound = new Set();
    await until(`${space}: all pods run`, async () => {
      const { items } = await get(`/api/v1/namespaces/${space}/pods`);
      for (const { metadata, spec } of items) {
        if (spec.nodeName !== undefined || bound.has(metadata.name)) continue;
        const name = nodes[bound.size % nodes.length];
        bound.add(metadata.name);
        const target = { apiVersion: 'v1', kind: 'Node', name };
        const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: metadata.name }, target };
        await must('POST', `/api/v1/namespaces/${space}/pods/${metadata.name}/binding`, binding);
      }
      return (await get(path)).status?.availableReplicas === 6;
    });
    const { items } = await get(`/api/v1/namespaces/${space}/pods`);
    if (!items.every(({ status }) => status.phase === 'Running' && status.podIP !== undefined))
      throw new Error(`${space}: pods without an address`);
    await must('DELETE', `/api/v1/namespaces/${space}`);
    await until(
      `${space} is gone`,
      async () => (await send('GET', `/api/v1/namespaces/${space}`)).status === 404,
    );
  }
}
