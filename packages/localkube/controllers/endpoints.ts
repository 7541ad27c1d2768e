import { equalData } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { integer, isAbsent, records, stringMap, text } from '../kinds/fields.ts';
import type { Fields } from '../kinds/fields.ts';
import type { ControllerContext } from './runtime/context.ts';
import { enqueueSelf } from './runtime/context.ts';
import { createLabelIndex, createSelectorIndex } from './runtime/label-index.ts';
import type { LabelIndex } from './runtime/label-index.ts';
import {
  MANAGER,
  controlled,
  controllerReference,
  isDeleting,
  isReady,
  phaseOf,
  specOf,
  splitKey,
  statusOf,
} from './runtime/objects.ts';

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const SERVICE_NAME = 'kubernetes.io/service-name';
const HEADLESS = 'service.kubernetes.io/headless';

/** Changes of pods are gathered for so long, so that a rollout writes the list once for many pods. */
const BATCH_MS = 100;

/** Endpoints and EndpointSlices of services that select pods. */
export function startEndpoints(context: ControllerContext): void {
  const { access } = context;
  const pods = createLabelIndex();
  const services = createSelectorIndex((service) =>
    selects(service) ? stringMap(specOf(service)['selector']) : undefined,
  );
  const queue = context.loop.queue('endpoints', (key) => {
    const [namespace, name] = splitKey(key);
    const service = access.get('', 'Service', namespace, name);
    if (service === undefined) {
      // The slice goes with its owner; Endpoints have none and are taken away here.
      if (isOurs(access.get('', 'Endpoints', namespace, name)))
        access.delete('', 'Endpoints', namespace, name);
      return;
    }
    if (!isDeleting(service) && selects(service)) sync(context, service, pods);
  });
  context.watch('', 'Service', (event) => {
    if (event.type === 'deleted') services.remove(event.object);
    else services.set(event.object);
    if (
      event.type !== 'modified' ||
      event.previous === undefined ||
      event.object['spec'] !== event.previous['spec']
    ) {
      enqueueSelf(queue)(event);
    }
  });
  context.watch('', 'Pod', ({ type, object, previous }) => {
    if (type === 'deleted') pods.remove(object);
    else pods.set(object);
    if (type === 'modified' && previous !== undefined && sameEndpoint(object, previous)) return;
    const namespace = object.metadata.namespace ?? '';
    for (const labels of new Set([object.metadata.labels, previous?.metadata.labels])) {
      if (labels !== undefined)
        for (const name of services.selecting(namespace, labels))
          queue.addAfter(`${namespace}/${name}`, BATCH_MS);
    }
  });
}

function selects(service: KubeObject): boolean {
  return (
    Object.keys(stringMap(specOf(service)['selector'])).length > 0 &&
    specOf(service)['type'] !== 'ExternalName'
  );
}

/** Changes of a pod that no endpoint shows. */
function sameEndpoint(now: KubeObject, before: KubeObject): boolean {
  return (
    now.metadata.labels === before.metadata.labels &&
    isReady(now) === isReady(before) &&
    isDeleting(now) === isDeleting(before) &&
    phaseOf(now) === phaseOf(before) &&
    statusOf(now)['podIP'] === statusOf(before)['podIP']
  );
}

function sync(context: ControllerContext, service: KubeObject, index: LabelIndex): void {
  const { access } = context;
  const namespace = service.metadata.namespace ?? '';
  const pods: KubeObject[] = [];
  for (const name of index.withAll(namespace, stringMap(specOf(service)['selector']))) {
    const pod = access.get('', 'Pod', namespace, name);
    if (pod !== undefined && isEndpoint(pod)) pods.push(pod);
  }
  pods.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  writeSlice(context, service, pods);
  writeEndpoints(context, service, pods);
}

function isEndpoint(pod: KubeObject): boolean {
  const phase = phaseOf(pod);
  return text(statusOf(pod)['podIP']) !== '' && phase !== 'Succeeded' && phase !== 'Failed';
}

/** A service's port on a pod: the number, or what the pod's container calls so. */
function portsOf(service: KubeObject, pod: KubeObject | undefined): readonly Fields[] {
  return records(specOf(service)['ports']).flatMap((port) => {
    const number =
      typeof port['targetPort'] === 'number' ? port['targetPort'] : namedPort(pod, text(port['targetPort']));
    if (number === undefined) return [];
    const application = isAbsent(port['appProtocol']) ? {} : { appProtocol: port['appProtocol'] };
    return [
      { name: text(port['name']), port: number, protocol: text(port['protocol']) || 'TCP', ...application },
    ];
  });
}

function namedPort(pod: KubeObject | undefined, name: string): number | undefined {
  if (pod === undefined) return undefined;
  const all = records(specOf(pod)['containers']).flatMap((container) => records(container['ports']));
  const found = all.find((port) => port['name'] === name);
  return found === undefined ? undefined : integer(found['containerPort']);
}

function targetOf(pod: KubeObject): Fields {
  const { name, namespace, uid } = pod.metadata;
  return { kind: 'Pod', namespace, name, uid };
}

function writeSlice(context: ControllerContext, service: KubeObject, pods: readonly KubeObject[]): void {
  const endpoints = pods.map((pod) => ({
    addresses: [text(statusOf(pod)['podIP'])],
    conditions: {
      ready: isReady(pod) && !isDeleting(pod),
      serving: isReady(pod),
      terminating: isDeleting(pod),
    },
    nodeName: specOf(pod)['nodeName'],
    targetRef: targetOf(pod),
  }));
  const ports = portsOf(service, pods[0]);
  const present = controlled(context.access, service, 'EndpointSlice').find(
    (slice) => slice.metadata.labels?.[MANAGED_BY] !== undefined,
  );
  if (present === undefined) {
    const headless = specOf(service)['clusterIP'] === 'None' ? { [HEADLESS]: '' } : {};
    const labels = {
      ...service.metadata.labels,
      ...headless,
      [MANAGED_BY]: 'endpointslice-controller.k8s.io',
      [SERVICE_NAME]: service.metadata.name,
    };
    const metadata = {
      name: '',
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace ?? '',
      labels,
      ownerReferences: [controllerReference(service)],
    };
    context.access.create(
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata,
        addressType: 'IPv4',
        endpoints,
        ports,
      },
      MANAGER,
    );
    return;
  }
  if (equalData(records(present['endpoints']), endpoints) && equalData(records(present['ports']), ports))
    return;
  context.access.update({ ...present, endpoints, ports }, MANAGER);
}

function isOurs(endpoints: KubeObject | undefined): boolean {
  return endpoints?.metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller';
}

function writeEndpoints(context: ControllerContext, service: KubeObject, pods: readonly KubeObject[]): void {
  const namespace = service.metadata.namespace ?? '';
  const { name } = service.metadata;
  const address = (pod: KubeObject): Fields => ({
    ip: statusOf(pod)['podIP'],
    nodeName: specOf(pod)['nodeName'],
    targetRef: targetOf(pod),
  });
  const live = pods.filter((pod) => !isDeleting(pod));
  const ready = live.filter(isReady).map(address);
  const notReady = live.filter((pod) => !isReady(pod)).map(address);
  const ports = portsOf(service, pods[0]).map(({ name: portName, ...port }) =>
    portName === '' ? port : { name: portName, ...port },
  );
  const subset = {
    ...(ready.length === 0 ? {} : { addresses: ready }),
    ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
    ...(ports.length === 0 ? {} : { ports }),
  };
  const subsets = live.length === 0 ? [] : [subset];
  const present = context.access.get('', 'Endpoints', namespace, name);
  if (present === undefined) {
    const labels = {
      ...service.metadata.labels,
      'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    };
    const metadata = { name, namespace, labels };
    context.access.create(
      { apiVersion: 'v1', kind: 'Endpoints', metadata, ...(subsets.length === 0 ? {} : { subsets }) },
      MANAGER,
    );
    return;
  }
  if (equalData(records(present['subsets']), subsets)) return;
  const { subsets: _, ...rest } = present;
  context.access.update(subsets.length === 0 ? rest : { ...rest, subsets }, MANAGER);
}
