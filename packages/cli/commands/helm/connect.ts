import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { formatProblem } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { createHelmActions } from '@plumbline/controllers';
import type { HelmActions } from '@plumbline/controllers';
import { connect, httpsTransport, inClusterAddress, readKubeconfig } from '@plumbline/kube';
import type { Cluster } from '@plumbline/kube';
import { createReleaseRenderer } from '@plumbline/render';
import type { ReleaseRenderer } from '@plumbline/render';
import { createLogger } from '../../compose/logger.ts';
import { CommandError, type Io } from '../../io.ts';
import type { ClusterFlags } from './options.ts';

/** A cluster that a command talks to. */
export interface Connection {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly renderer: ReleaseRenderer;
  /** What `--helm-profile` says. */
  readonly profileWish: 3 | 4 | undefined;
  actions(profile: 3 | 4, signal?: AbortSignal): HelmActions;
}

/** Does something with the cluster that the flags name, and closes the connection. */
export async function withCluster<T>(
  flags: ClusterFlags,
  io: Io,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const profileWish = profileOf(flags);
  checkDriver(io);
  const address = await addressOf(flags, io);
  const transport = httpsTransport(address.options);
  const logger = createLogger('error');
  const cluster = connect({
    transport,
    name: address.context,
    server: address.options.server,
    clock: systemClock,
    logger,
  });
  const renderer = createReleaseRenderer({ clock: systemClock, random: systemRandom });
  const namespace = flags.namespace ?? io.env['HELM_NAMESPACE'] ?? address.namespace;
  // Nothing else keeps the process alive while it waits only for time to pass.
  const alive = setInterval(() => {}, 60_000);
  try {
    return await use({
      cluster,
      namespace,
      renderer,
      profileWish,
      actions: (profile, signal) =>
        createHelmActions(
          {
            cluster,
            transport,
            clock: systemClock,
            logger,
            renderer,
            hookOutput: (text) => void io.stdout.write(text),
          },
          { namespace, profile, ...(signal === undefined ? {} : { signal }) },
        ),
    });
  } finally {
    clearInterval(alive);
    await cluster.close();
  }
}

/** Records elsewhere would not be seen, and names would seem to be free. */
function checkDriver({ env }: Io): void {
  const driver = env['HELM_DRIVER'] ?? '';
  if (['', 'secret', 'secrets'].includes(driver)) return;
  throw new CommandError(`HELM_DRIVER=${driver} is not supported: records of releases are kept in Secrets`);
}

function profileOf({ helmProfile }: ClusterFlags): 3 | 4 | undefined {
  if (helmProfile === undefined) return undefined;
  if (helmProfile === '3') return 3;
  if (helmProfile === '4') return 4;
  throw new CommandError('--helm-profile is 3 or 4', 2);
}

async function addressOf(flags: ClusterFlags, io: Io) {
  const context = flags.kubeContext ?? io.env['HELM_KUBECONTEXT'];
  const named = flags.kubeconfig ?? io.env['KUBECONFIG'];
  const home = join(io.env['HOME'] ?? homedir(), '.kube/config');
  const readText = (path: string): Promise<string> => readFile(path, 'utf8');
  // Of several files in KUBECONFIG the first one counts.
  const path = resolve(io.cwd, named?.split(':').find((one) => one !== '') ?? home);
  const fromFile = await readKubeconfig({
    path,
    readFile: readText,
    clock: systemClock,
    ...(context === undefined ? {} : { context }),
  });
  if (fromFile.ok) return fromFile.value;
  if (named === undefined && io.env['KUBERNETES_SERVICE_HOST'] !== undefined) {
    const inside = await inClusterAddress({
      host: io.env['KUBERNETES_SERVICE_HOST'],
      port: io.env['KUBERNETES_SERVICE_PORT'],
      readFile: readText,
      clock: systemClock,
    });
    if (inside.ok) return inside.value;
  }
  throw new CommandError(`Kubernetes cluster unreachable: ${formatProblem(fromFile.error)}`);
}

/** Which Helm is imitated for a release that exists: the one that made it, where nobody says. */
export async function profileFor(connection: Connection, name: string): Promise<3 | 4> {
  if (connection.profileWish !== undefined) return connection.profileWish;
  const last = await connection.actions(3).get(name);
  return last.ok && last.value.release.apply_method !== undefined ? 4 : 3;
}
