import type { KubeObject } from '@plumbline/api';
import { list, record, records, text } from '../kinds/fields.ts';
import type { ControllerContext } from './runtime/context.ts';
import { enqueueSelf } from './runtime/context.ts';
import { isDeleting, specOf, splitKey, statusOf, writeStatus } from './runtime/objects.ts';

const INGRESS_ADDRESS = '127.0.0.1';

/**
 * Gives LoadBalancer services and Ingresses a loopback address, as a cloud and an ingress controller would. Started
 * only where pods are simulated too: on a bare server they wait for somebody who serves them.
 */
export function startAddresses(context: ControllerContext): void {
  const { access } = context;
  const holders = new Map<string, string>();
  const keyByAddress = new Map<number, string>();
  const free = (key: string): void => {
    const address = holders.get(key);
    if (address === undefined) return;
    holders.delete(key);
    keyByAddress.delete(numberOf(address));
  };
  const take = (key: string): string => {
    const present = holders.get(key);
    if (present !== undefined) return present;
    let number = 2;
    while (keyByAddress.has(number)) number++;
    const address = `127.0.${number >> 8}.${number & 255}`;
    holders.set(key, address);
    keyByAddress.set(number, key);
    return address;
  };
  const queue = context.loop.queue('load-balancers', (key) => {
    const [namespace, name] = splitKey(key);
    const service = access.get('', 'Service', namespace, name);
    if (service === undefined || isDeleting(service)) return;
    const balanced =
      specOf(service)['type'] === 'LoadBalancer' && text(specOf(service)['loadBalancerClass']) === '';
    const ingress = records(record(statusOf(service)['loadBalancer'])['ingress']);
    if (balanced && ingress.length === 0) {
      writeStatus(
        access,
        service,
        { ...statusOf(service), loadBalancer: { ingress: [{ ip: take(key), ipMode: 'VIP' }] } },
        'cloud-controller-manager',
      );
      context
        .recorder('service-controller')
        .event(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
    } else if (!balanced && holders.has(key)) {
      free(key);
      writeStatus(access, service, { ...statusOf(service), loadBalancer: {} }, 'cloud-controller-manager');
    }
  });
  context.watch('', 'Service', (event) => {
    const { object, type } = event;
    const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    if (type === 'deleted') {
      free(key);
      return;
    }
    remember(object, key, holders, keyByAddress);
    if (specOf(object)['type'] === 'LoadBalancer' || holders.has(key)) queue.add(key);
  });
  const ingresses = context.loop.queue('ingresses', (key) => {
    const [namespace, name] = splitKey(key);
    const ingress = access.get('networking.k8s.io', 'Ingress', namespace, name);
    if (ingress === undefined || isDeleting(ingress)) return;
    if (list(record(statusOf(ingress)['loadBalancer'])['ingress']).length > 0) return;
    writeStatus(
      access,
      ingress,
      { loadBalancer: { ingress: [{ ip: INGRESS_ADDRESS }] } },
      'ingress-controller',
    );
  });
  context.watch('networking.k8s.io', 'Ingress', (event) => {
    if (event.type === 'added') enqueueSelf(ingresses)(event);
  });
}

function numberOf(address: string): number {
  const [, , high = '0', low = '0'] = address.split('.');
  return Number(high) * 256 + Number(low);
}

/** After a restart the addresses that services show are theirs. */
function remember(
  service: KubeObject,
  key: string,
  holders: Map<string, string>,
  keyByAddress: Map<number, string>,
): void {
  const address = text(records(record(statusOf(service)['loadBalancer'])['ingress'])[0]?.['ip']);
  if (!address.startsWith('127.0.') || holders.has(key) || keyByAddress.has(numberOf(address))) return;
  holders.set(key, address);
  keyByAddress.set(numberOf(address), key);
}
