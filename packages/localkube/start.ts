import { callWebhook, makeAdmission, type Admission } from './admission/index.ts';
import { createBootObjects } from './boot.ts';
import { startControllers, startOwnWork } from './controllers/index.ts';
import { makeConvert } from './crd/conversion-webhook.ts';
import { makeDoors } from './doors.ts';
import { listen, makeDiscovery, makeTransport } from './http/index.ts';
import type { Surroundings } from './http/index.ts';
import { mergeInto } from './registry/admit.ts';
import { followDefinitions, makeAccess, makeCatalogue } from './registry/index.ts';
import type { Access, Core } from './registry/index.ts';
import { startPods } from './pods/index.ts';
import type { ApiAddress } from './pods/local/index.ts';
import { podStreams, tokenIssuer } from './pods/runtimes.ts';
import { simulatedStreams } from './pods/simulated-streams.ts';
import { pooledRandom } from './random.ts';
import { openStore } from './store/index.ts';
import type { LocalKube, LocalKubeOptions } from './types.ts';

/** Namespaces that were there before the certificate was known get it now; the controller keeps it from then on. */
function publishCertificate(access: Access, certificate: string): void {
  for (const object of Array.from(access.list('', 'ConfigMap'))) {
    if (object.metadata.name === 'kube-root-ca.crt' && object.metadata.deletionTimestamp === undefined)
      access.update({ ...object, data: { 'ca.crt': certificate } }, 'kube-controller-manager');
  }
}

/** Starts an embedded Kubernetes. */
export async function startLocalKube(options: LocalKubeOptions): Promise<LocalKube> {
  // Running processes takes much that no other cluster needs, so it is loaded for those that do.
  const runtime = options.pods === 'local' ? await import('./pods/local/index.ts') : undefined;
  const { clock, logger } = options;
  const random = pooledRandom(options.random);
  const store = openStore({
    clock,
    ...(options.initial !== undefined && { initial: options.initial }),
    ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
  });
  const admitting: { by?: Admission } = {};
  const doors = { ...makeDoors(), admission: () => admitting.by };
  const core: Core = {
    store,
    clock,
    random,
    logger,
    doors,
    catalogue: makeCatalogue((group, kind) => doors.hooks(group, kind)),
    convert: (needed) => convert(needed),
  };
  followDefinitions(core);
  const access: Access = { ...makeAccess(core), controllers: options.controllers };
  const convert = makeConvert({ access, random, call: options.webhooks ?? callWebhook });
  createBootObjects(access);
  admitting.by = makeAdmission({ access, random, security: options.security, merge: mergeInto(core) });
  const ports = { access, clock, random, logger };
  let rootCertificate = '';
  const simulated = options.pods !== 'none';
  const stopControllers = options.controllers
    ? startControllers({ ...ports, simulated, rootCertificate: () => rootCertificate })
    : startOwnWork(ports);
  const address: { of?: ApiAddress } = {};
  const local = runtime?.startLocalRuntime({
    ...ports,
    ...options.localPods,
    hostPaths: options.localPods?.hostPaths ?? [],
    issueToken: tokenIssuer(access, options.security),
    api: () => address.of,
  });
  const pods = simulated ? startPods({ ...ports, ...(local !== undefined && { local }) }) : undefined;
  const around: Surroundings = {
    core,
    access,
    discovery: makeDiscovery(core),
    ...(options.security !== undefined && { security: options.security }),
    ...(options.webhooks !== undefined && { webhooks: options.webhooks }),
    ...(pods !== undefined && { pods: podStreams(simulatedStreams(pods, access, clock), local) }),
  };
  const transport = makeTransport(around);
  const listeners = new Set<{ close(): Promise<void> }>();
  return {
    transport,
    access,
    ...(around.pods !== undefined && { streams: around.pods }),
    async listen(where) {
      const listener = await listen(around, where);
      listeners.add(listener);
      address.of ??= {
        url: listener.url,
        ...(where.tls !== undefined && { certificate: where.tls.clientCa }),
      };
      if (where.tls !== undefined) {
        rootCertificate = where.tls.clientCa;
        publishCertificate(access, rootCertificate);
      }
      return listener;
    },
    get resourceVersion() {
      return store.resourceVersion;
    },
    snapshot: () => store.state(),
    async stop() {
      pods?.stop();
      stopControllers();
      await local?.stop();
      await transport.close();
      await Promise.all([...listeners].map((listener) => listener.close()));
      await store.close();
    },
  };
}
