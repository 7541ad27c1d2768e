import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { systemClock, systemRandom } from '@plumbline/base/node';
import type { Imported } from '@plumbline/localkube';
import { openDataFolder } from '../compose/data-folder.ts';
import { startEmbedded } from '../compose/embedded.ts';
import { checkHost, parsePods, parsePort } from '../compose/flags.ts';
import { createLogger, type LogLevel } from '../compose/logger.ts';
import { createStopper, untilSignal } from '../compose/stop.ts';
import { CommandError, type Io } from '../io.ts';
import { collect } from '../repeatable.ts';

interface Flags {
  readonly kubeconfig: string;
  readonly port: string;
  readonly host: string;
  readonly data?: string;
  readonly secure?: boolean;
  readonly controllers: string;
  readonly pods: string;
  readonly allowHostPath?: readonly string[];
  readonly importFrom?: string;
  readonly importNamespace?: readonly string[];
  readonly importSecrets: string;
  readonly logLevel: LogLevel;
}

/** `plumb cluster start`: the embedded Kubernetes API alone. */
export function clusterCommands(parent: Command, io: Io): void {
  const cluster = parent.command('cluster').description('The embedded Kubernetes alone');
  cluster
    .command('start')
    .description('Serve the embedded Kubernetes API until interrupted')
    .requiredOption('--kubeconfig <file>', "file to write an administrator's kubeconfig into")
    .option('--port <n>', 'port; the next free one if it is busy', '6443')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--data <dir>', 'where state is kept (default: in memory)')
    .option('--secure', 'TLS, authentication and RBAC')
    .option('--controllers <on|off>', 'garbage collection, namespaces, workloads', 'on')
    .option(
      '--pods <mode>',
      'simulated|local|none; local runs commands of containers on this machine',
      'simulated',
    )
    .option(
      '--allow-host-path <dir>',
      'a folder that pods may mount with --pods local; repeat for more',
      collect,
    )
    .option('--import-from <kubeconfig>', 'begin as a copy of this cluster, which is only read')
    .option('--import-namespace <name>', 'copy only this namespace; repeat for more', collect)
    .option('--import-secrets <mode>', 'masked|without; values of Secrets are never copied', 'masked')
    .option('--log-level <level>', 'debug|info|warn|error|silent', 'warn')
    .action((flags: Flags) => startCluster(flags, io));
}

async function startCluster(flags: Flags, io: Io): Promise<void> {
  if (flags.secure !== true) checkHost(flags.host);
  if (flags.controllers !== 'on' && flags.controllers !== 'off') {
    throw new CommandError(`--controllers: ${flags.controllers} is neither on nor off`, 2);
  }
  if (flags.importFrom !== undefined && flags.data !== undefined)
    throw new CommandError('--import-from makes a copy in memory: leave --data out', 2);
  if (flags.importSecrets !== 'masked' && flags.importSecrets !== 'without')
    throw new CommandError(`--import-secrets: ${flags.importSecrets} is neither masked nor without`, 2);
  const stopper = createStopper();
  const stopped = untilSignal();
  try {
    const wished = parsePort(flags.port);
    const folder = flags.data === undefined ? undefined : openDataFolder(resolve(io.cwd, flags.data));
    if (folder !== undefined) stopper.add(() => folder.release());
    const initial = await copied(flags, flags.importSecrets, io);
    const embedded = await startEmbedded(
      {
        ...(initial === undefined ? {} : { initial }),
        clock: systemClock,
        random: systemRandom,
        logger: createLogger(flags.logLevel),
        ...(folder === undefined ? {} : { dataDir: folder.path }),
        pods: parsePods(flags.pods),
        localPods: {
          ...(folder === undefined ? {} : { folder: folder.file('pods') }),
          hostPaths: (flags.allowHostPath ?? []).map((path) => resolve(io.cwd, path)),
        },
        controllers: flags.controllers === 'on',
        secure: flags.secure === true,
        host: flags.host,
        port: wished,
        said: (port) => {
          if (wished !== 0) io.stderr.write(`Port ${wished} is busy, using ${port}.\n`);
        },
      },
      stopper,
    );
    const file = resolve(io.cwd, flags.kubeconfig);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, embedded.kubeconfig, { mode: 0o600 });
    io.stdout.write(`ready ${embedded.url}\n`);
    await stopped;
  } finally {
    await stopper.stop();
  }
}

/** What another cluster holds, where one was named. */
async function copied(
  { importFrom: file, importNamespace }: Flags,
  secrets: 'masked' | 'without',
  io: Io,
): Promise<Imported['state'] | undefined> {
  if (file === undefined) return undefined;
  const { importFrom } = await import('../compose/import-cluster.ts');
  const { state, objects, left } = await importFrom(resolve(io.cwd, file), {
    clock: systemClock,
    secrets,
    ...(importNamespace === undefined ? {} : { namespaces: importNamespace }),
  });
  for (const { what, why } of left) io.stderr.write(`not copied: ${what}: ${why}\n`);
  io.stderr.write(`copied ${objects} objects\n`);
  return state;
}
