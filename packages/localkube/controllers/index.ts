import type { Clock, Logger, Random } from '@plumbline/base';
import type { Access } from '../registry/types.ts';
import { startAccounts } from './accounts.ts';
import { startAddresses } from './addresses.ts';
import { startAutoscalers } from './autoscaler.ts';
import { startCronJobs } from './cron-job.ts';
import { startDaemonSets } from './daemon-set.ts';
import { startDeployments } from './deployment/index.ts';
import { startDisruptionBudgets } from './disruption.ts';
import { startEndpoints } from './endpoints.ts';
import { startEventExpiry } from './event-expiry.ts';
import { startGarbageCollector } from './garbage.ts';
import { startJobs } from './job.ts';
import { startNamespaces } from './namespaces.ts';
import { startQuotas } from './quota.ts';
import { startReplicaSets } from './replica-set.ts';
import { createContext } from './runtime/context.ts';
import { startStatefulSets } from './stateful-set/index.ts';
import { startVolumeBinder, startVolumeProtection } from './volumes.ts';

export interface ControllersOptions {
  readonly access: Access;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Pods are played: then also load balancers get addresses, claims get volumes and autoscalers metrics, as a cloud would give them. */
  readonly simulated?: boolean;
  /** What goes into each namespace's ConfigMap kube-root-ca.crt, PEM. */
  readonly rootCertificate?: () => string;
}

/** A server without TLS has no certificate to give; clients look for the key, so it holds an empty text. */
const NO_CERTIFICATE = '';

/** Starts what kube-controller-manager runs. Everything follows writes; an idle server does nothing. */
export function startControllers(options: ControllersOptions): () => void {
  const context = createContext(options);
  startGarbageCollector(context);
  startNamespaces(context);
  startAccounts(context, options.rootCertificate ?? (() => NO_CERTIFICATE));
  startReplicaSets(context);
  startDeployments(context);
  startStatefulSets(context);
  startDaemonSets(context);
  startJobs(context);
  startCronJobs(context);
  startEndpoints(context);
  startDisruptionBudgets(context);
  startVolumeProtection(context);
  startQuotas(context);
  startEventExpiry(context);
  if (options.simulated === true) {
    startAddresses(context);
    startAutoscalers(context);
    startVolumeBinder(context);
  }
  return () => context.stop();
}

/** What is the API server's own work, where the controllers are somebody else's. */
export function startOwnWork(options: Omit<ControllersOptions, 'simulated' | 'rootCertificate'>): () => void {
  const context = createContext(options);
  startQuotas(context, true);
  return () => context.stop();
}
