import type { Clock } from '@plumbline/base';
import { messageOf } from '@plumbline/base';
import type { Logger } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { list, record, records, stringMap, text } from '../kinds/fields.ts';
import type { Fields } from '../kinds/fields.ts';
import { expressionMatches } from '../kinds/selectors.ts';
import { specOf, statusOf, timeText } from '../controllers/runtime/objects.ts';
import type { Access } from '../registry/types.ts';

export const NODE = 'embedded';
export const NODE_IP = '127.0.0.1';
const KUBELET = 'kubelet';
/** A lease is renewed only while pods change, and then not more often than this. */
const RENEW_MS = 30_000;

/** Makes the one node and its lease; `beat` renews the lease when there is work anyway, so that an idle server sleeps. */
export function startNode(access: Access, clock: Clock, logger: Logger, local = false): { beat(): void } {
  const attempt = (what: string, run: () => void): void => {
    try {
      run();
    } catch (thrown) {
      logger.warn('the simulated node is incomplete', { what, error: messageOf(thrown) });
    }
  };
  attempt('node', () => {
    const present = access.get('', 'Node', '', NODE);
    const made = present ?? makeNode(access, clock, local);
    if (present !== undefined) describe(access, clock, made, local);
  });
  let renewed = clock.now();
  attempt('lease', () => {
    if (access.get('', 'Namespace', '', 'kube-node-lease') === undefined) return;
    if (access.get('coordination.k8s.io', 'Lease', 'kube-node-lease', NODE) === undefined)
      access.create(leaseAt(clock.now()), KUBELET);
  });
  return {
    beat() {
      if (clock.now() - renewed < RENEW_MS) return;
      renewed = clock.now();
      attempt('lease', () => {
        const lease = access.get('coordination.k8s.io', 'Lease', 'kube-node-lease', NODE);
        if (lease !== undefined) access.update({ ...lease, spec: leaseAt(renewed)['spec'] }, KUBELET);
      });
    },
  };
}

function leaseAt(now: number): KubeObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: NODE, namespace: 'kube-node-lease' },
    spec: {
      holderIdentity: NODE,
      leaseDurationSeconds: 40,
      renewTime: new Date(now).toISOString().replace('Z', '000Z'),
    },
  };
}

function makeNode(access: Access, clock: Clock, local: boolean): KubeObject {
  const labels = {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': NODE,
    'kubernetes.io/os': 'linux',
  };
  const made = access.create(
    { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE, labels }, spec: {} },
    KUBELET,
  );
  // New nodes are tainted until they are ready, and this one is from the start.
  const ready = access.update({ ...made, spec: { ...specOf(made), taints: [] } }, KUBELET);
  return describe(access, clock, ready, local);
}

/** Says in the node's status how pods run on it; a data folder may have been used another way before. */
function describe(access: Access, clock: Clock, node: KubeObject, local: boolean): KubeObject {
  const runtime = local ? 'process://1' : 'simulated://1';
  if (record(statusOf(node)['nodeInfo'])['containerRuntimeVersion'] === runtime) return node;
  const now = timeText(clock.now());
  const condition = (type: string, status: string, reason: string, message: string): Fields => ({
    type,
    status,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason,
    message,
  });
  const size = { cpu: '1k', memory: '4Ti', 'ephemeral-storage': '16Ti', pods: '110k' };
  return access.update(
    {
      ...node,
      status: {
        capacity: size,
        allocatable: size,
        conditions: [
          condition(
            'MemoryPressure',
            'False',
            'KubeletHasSufficientMemory',
            'kubelet has sufficient memory available',
          ),
          condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
          condition(
            'PIDPressure',
            'False',
            'KubeletHasSufficientPID',
            'kubelet has sufficient PID available',
          ),
          condition(
            'Ready',
            'True',
            'KubeletReady',
            local ? 'pods run as local processes on this node' : 'pods are simulated on this node',
          ),
        ],
        addresses: [
          { type: 'InternalIP', address: NODE_IP },
          { type: 'Hostname', address: NODE },
        ],
        daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
        nodeInfo: {
          machineID: NODE,
          systemUUID: NODE,
          bootID: NODE,
          kernelVersion: local ? 'local' : 'simulated',
          osImage: 'Plumbline embedded node',
          containerRuntimeVersion: runtime,
          kubeletVersion: 'v1.36.3',
          kubeProxyVersion: '',
          operatingSystem: 'linux',
          architecture: 'amd64',
        },
      },
    },
    KUBELET,
    'status',
  );
}

/** Why a pod cannot run on this node, in the scheduler's words; undefined if it can. */
export function whyNot(pod: KubeObject, node: KubeObject): string | undefined {
  const spec = specOf(pod);
  const labels = node.metadata.labels ?? {};
  const selector = stringMap(spec['nodeSelector']);
  const terms = records(
    record(
      record(record(spec['affinity'])['nodeAffinity'])['requiredDuringSchedulingIgnoredDuringExecution'],
    )['nodeSelectorTerms'],
  );
  const fits = Object.keys(selector).every((key) => labels[key] === selector[key]);
  if (!fits || (terms.length > 0 && !terms.some((term) => termMatches(term, node)))) {
    return "node(s) didn't match Pod's node affinity/selector";
  }
  const taints = records(specOf(node)['taints']).filter((taint) => taint['effect'] !== 'PreferNoSchedule');
  for (const taint of taints) {
    if (!records(spec['tolerations']).some((toleration) => tolerates(toleration, taint))) {
      return `node(s) had untolerated taint(s)`;
    }
  }
  if (specOf(node)['unschedulable'] === true) {
    const cordoned = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
    if (!records(spec['tolerations']).some((toleration) => tolerates(toleration, cordoned)))
      return 'node(s) were unschedulable';
  }
  return undefined;
}

function tolerates(toleration: Fields, taint: Fields): boolean {
  const effect = text(toleration['effect']);
  if (effect !== '' && effect !== taint['effect']) return false;
  const key = text(toleration['key']);
  if (key !== '' && key !== taint['key']) return false;
  return toleration['operator'] === 'Exists' || text(toleration['value']) === text(taint['value']);
}

function termMatches(term: Fields, node: KubeObject): boolean {
  const labels = node.metadata.labels ?? {};
  if (list(term['matchExpressions']).length === 0 && list(term['matchFields']).length === 0) return false;
  return (
    records(term['matchExpressions']).every((expression) =>
      expressionMatches(expression, labels[text(expression['key'])]),
    ) &&
    records(term['matchFields']).every(
      (field) => field['key'] === 'metadata.name' && expressionMatches(field, node.metadata.name),
    )
  );
}
