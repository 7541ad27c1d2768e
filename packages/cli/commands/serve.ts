import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { formatProblem } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { trackingIndex } from '@plumbline/controllers';
import { connect, httpsTransport, readKubeconfig } from '@plumbline/kube';
import { createGit } from '@plumbline/sources';
import { endpointsFile, tokenFile, type Endpoints } from '../client/endpoints.ts';
import { openDataFolder } from '../compose/data-folder.ts';
import { checkHost, parsePort } from '../compose/flags.ts';
import { parseRemoteHosts } from '../compose/elsewhere.ts';
import { gitEnvironment } from '../compose/environment.ts';
import { createLogger, type LogLevel } from '../compose/logger.ts';
import { startPlatform } from '../compose/platform.ts';
import { createPluginHost } from '../compose/plugins.ts';
import { createStopper, untilSignal } from '../compose/stop.ts';
import { defaultDataFolder } from '../client/context.ts';
import { CommandError, type Io } from '../io.ts';

interface Flags {
  readonly kubeconfig: string;
  readonly context?: string;
  readonly port: string;
  readonly host: string;
  readonly data?: string;
  readonly plugins?: string;
  readonly remoteHosts?: string;
  readonly logLevel: LogLevel;
}

/** `plumb serve`: the same controllers, API and pages against a cluster that is there already. */
export function serveCommand(parent: Command, io: Io): void {
  parent
    .command('serve')
    .description('Run controllers, API and pages against a cluster')
    .requiredOption('--kubeconfig <file>', 'how to reach the cluster')
    .option('--context <name>', 'context of the kubeconfig (default: its current one)')
    .option('--port <n>', 'port of the pages and the API; the next free one if it is busy', '8080')
    .option('--host <address>', 'address to listen on; only loopback without TLS', '127.0.0.1')
    .option('--data <dir>', 'where mirrors of repositories are kept (default: ~/.plumbline/serve)')
    .option('--plugins <file-or-dir>', 'config management plugins whose programs may run here')
    .option('--remote-hosts <hosts>', 'hosts that kustomizations may name bases and files of; none: no host')
    .option('--log-level <level>', 'debug|info|warn|error|silent', 'warn')
    .action((flags: Flags) => serve(flags, io));
}

async function serve(flags: Flags, io: Io): Promise<void> {
  checkHost(flags.host);
  const wished = parsePort(flags.port);
  const stopper = createStopper();
  const stopped = untilSignal();
  try {
    const folder = openDataFolder(resolve(io.cwd, flags.data ?? `${defaultDataFolder(io)}/serve`));
    stopper.add(() => folder.release());
    const ports = { clock: systemClock, random: systemRandom, logger: createLogger(flags.logLevel) };
    const access = await readKubeconfig({
      path: resolve(io.cwd, flags.kubeconfig),
      readFile: (path) => readFile(path, 'utf8'),
      clock: ports.clock,
      ...(flags.context === undefined ? {} : { context: flags.context }),
    });
    if (!access.ok) throw new CommandError(formatProblem(access.error));
    const cluster = connect({
      transport: httpsTransport(access.value.options),
      name: 'in-cluster',
      server: 'https://kubernetes.default.svc',
      clock: ports.clock,
      logger: ports.logger.with({ room: 'kube' }),
      index: trackingIndex,
    });
    stopper.add(() => cluster.close());
    const platform = await startPlatform(
      {
        ...ports,
        cluster,
        git: createGit({ clock: ports.clock, environment: gitEnvironment(io) }),
        mirrors: folder.file('sources'),
        plugins: createPluginHost(flags.plugins, io, ports.clock),
        remote: parseRemoteHosts(flags.remoteHosts),
        host: flags.host,
        port: wished,
        said: (port) => {
          if (wished !== 0) io.stderr.write(`Port ${wished} is busy, using ${port}.\n`);
        },
      },
      stopper,
    );
    const endpoints: Partial<Endpoints> = {
      ui: platform.url,
      api: platform.url,
      kubernetes: access.value.options.server,
      kubeconfig: resolve(io.cwd, flags.kubeconfig),
    };
    folder.write(endpointsFile, `${JSON.stringify(endpoints, undefined, 2)}\n`);
    folder.write(tokenFile, `${await platform.server.localToken()}\n`);
    stopper.add(() => {
      folder.remove(endpointsFile);
      folder.remove(tokenFile);
    });
    const password = await platform.server.initialPassword();
    io.stdout.write(
      `Plumbline is ready: ${platform.url}\n  sign in     admin / ${password ?? '(the password that you have set)'}\n`,
    );
    await stopped;
  } finally {
    await stopper.stop();
  }
}
