import { recordAt, textAt } from '@plumbline/base';
import type { HealthStatus, KubeObject } from '@plumbline/api';
import { health } from './read.ts';

/** A service of type LoadBalancer waits for its address; all others are well. */
export function serviceHealth(object: KubeObject): HealthStatus {
  return recordAt(object, 'spec')['type'] === 'LoadBalancer' ? ingressHealth(object) : health('Healthy');
}

/** Both a Service of type LoadBalancer and an Ingress wait for their address. */
export function ingressHealth(object: KubeObject): HealthStatus {
  const addresses = recordAt(recordAt(object, 'status'), 'loadBalancer')['ingress'];
  return health(Array.isArray(addresses) && addresses.length > 0 ? 'Healthy' : 'Progressing');
}

/** A claim is well when it is bound. */
export function volumeClaimHealth(object: KubeObject): HealthStatus {
  switch (textAt(recordAt(object, 'status'), 'phase')) {
    case 'Lost':
      return health('Degraded');
    case 'Pending':
      return health('Progressing');
    case 'Bound':
      return health('Healthy');
    default:
      return health('Unknown');
  }
}
