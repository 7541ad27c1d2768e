import type { Clock, Logger, Random } from '@plumbline/base';
import {
  adminKubeconfig,
  createSecurity,
  startLocalKube,
  type Imported,
  type LocalKube,
} from '@plumbline/localkube';
import type { Stopper } from './stop.ts';
import type { PodsMode } from './flags.ts';
import { listenNear } from './ports.ts';

export interface EmbeddedOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Folder of the log and of the keys; in memory without it. */
  readonly dataDir?: string;
  /** What another cluster held. */
  readonly initial?: Imported['state'];
  readonly pods: PodsMode;
  /** With `local`: the folder of pods (a temporary one where left out), and the folders that they may mount. */
  readonly localPods?: { readonly folder?: string; readonly hostPaths: readonly string[] };
  readonly controllers: boolean;
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** Told when the wished port was busy. */
  readonly said: (port: number) => void;
}

export interface Embedded {
  readonly kube: LocalKube;
  readonly url: string;
  /** Text of a kubeconfig for an administrator. */
  readonly kubeconfig: string;
}

/** The embedded Kubernetes with its HTTP surface. */
export async function startEmbedded(options: EmbeddedOptions, stopper: Stopper): Promise<Embedded> {
  const { clock, random, logger, dataDir } = options;
  const folder = dataDir === undefined ? {} : { dataDir };
  const secured = options.secure
    ? createSecurity({ random, now: () => clock.now(), host: options.host, ...folder })
    : undefined;
  const kube = await startLocalKube({
    clock,
    random,
    logger: logger.with({ room: 'localkube' }),
    ...folder,
    ...(options.initial === undefined ? {} : { initial: options.initial }),
    controllers: options.controllers,
    pods: options.pods,
    ...(options.localPods === undefined ? {} : { localPods: options.localPods }),
    ...(secured === undefined ? {} : { security: secured.security }),
  });
  stopper.add(() => kube.stop());
  secured?.seed(kube.access);
  const listener = await listenNear(
    options.port,
    (port) =>
      kube.listen({ host: options.host, port, ...(secured === undefined ? {} : { tls: secured.tls }) }),
    options.said,
  );
  stopper.add(() => listener.close());
  return {
    kube,
    url: listener.url,
    kubeconfig: adminKubeconfig({
      server: listener.url,
      ...(secured === undefined
        ? {}
        : {
            ca: secured.admin.caCert,
            clientCert: secured.admin.clientCert,
            clientKey: secured.admin.clientKey,
          }),
    }),
  };
}
