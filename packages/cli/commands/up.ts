import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { trackingIndex } from '@plumbline/controllers';
import { connect } from '@plumbline/kube';
import { createGit } from '@plumbline/sources';
import { endpointsFile, tokenFile, type Endpoints } from '../client/endpoints.ts';
import { defaultDataFolder } from '../client/context.ts';
import { openDataFolder, type DataFolder } from '../compose/data-folder.ts';
import { registerDemoApplications, registerRepository, seedDemoRepository } from '../compose/demo.ts';
import { startEmbeddedApart } from '../compose/embedded-apart.ts';
import { parseRemoteHosts } from '../compose/elsewhere.ts';
import { gitEnvironment } from '../compose/environment.ts';
import { createHostedGit, type HostedGit } from '../compose/hosted-git.ts';
import { createLogger, type LogLevel } from '../compose/logger.ts';
import { checkHost, parsePods, parsePort, type PodsMode } from '../compose/flags.ts';
import { startPlatform } from '../compose/platform.ts';
import { createPluginHost } from '../compose/plugins.ts';
import { waitUntilReady } from '../compose/ready.ts';
import { createStopper, untilSignal, type Stopper } from '../compose/stop.ts';
import { CommandError, type Io } from '../io.ts';
import { createProgress } from '../output/progress.ts';
import { collect } from '../repeatable.ts';

interface Flags {
  readonly data?: string;
  readonly inMemory?: boolean;
  readonly port: string;
  readonly host: string;
  readonly demo: boolean;
  readonly repo?: string;
  readonly path: string;
  readonly pods: string;
  readonly allowHostPath?: readonly string[];
  readonly plugins?: string;
  readonly remoteHosts?: string;
  readonly logLevel: LogLevel;
}

/** `plumb up`: all of it on a laptop. */
export function upCommand(parent: Command, io: Io): void {
  parent
    .command('up')
    .description('Start everything here: embedded Kubernetes, Git server, controllers, API and pages')
    .option('--data <dir>', 'where state is kept (default: ~/.plumbline)')
    .option('--in-memory', 'keep the cluster in memory only; with no --data nothing is left behind')
    .option('--port <n>', 'port of the pages and the API; the next free one if it is busy', '8080')
    .option('--host <address>', 'address to listen on; only loopback without TLS', '127.0.0.1')
    .option('--demo', 'deploy the example', false)
    .option('--no-demo', 'start with nothing')
    .option('--repo <url-or-dir>', 'make an Application for this repository')
    .option('--path <path>', 'the folder of --repo', '.')
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
    .option('--plugins <file-or-dir>', 'config management plugins whose programs may run here')
    .option('--remote-hosts <hosts>', 'hosts that kustomizations may name bases and files of; none: no host')
    .option('--log-level <level>', 'debug|info|warn|error|silent', 'warn')
    .action((flags: Flags) => up(flags, io));
}

async function up(flags: Flags, io: Io): Promise<void> {
  checkHost(flags.host);
  const wishedPort = parsePort(flags.port);
  const pods = parsePods(flags.pods);
  const stopper = createStopper();
  const stopped = untilSignal();
  const progress = createProgress(io);
  try {
    const folder = openFolder(flags, io, stopper);
    await run({ flags, folder, wishedPort, pods, io, stopper, progress, stopped });
  } finally {
    progress.done();
    await stopper.stop();
  }
}

function openFolder(flags: Flags, io: Io, stopper: Stopper): DataFolder {
  if (flags.inMemory !== true || flags.data !== undefined) {
    const folder = openDataFolder(resolve(io.cwd, flags.data ?? defaultDataFolder(io)));
    stopper.add(() => folder.release());
    return folder;
  }
  const temporary = mkdtempSync(join(tmpdir(), 'plumbline-'));
  stopper.add(() => rmSync(temporary, { recursive: true, force: true }));
  return openDataFolder(temporary);
}

interface Starting {
  readonly flags: Flags;
  readonly folder: DataFolder;
  readonly wishedPort: number;
  readonly pods: PodsMode;
  readonly io: Io;
  readonly stopper: Stopper;
  readonly progress: ReturnType<typeof createProgress>;
  readonly stopped: Promise<unknown>;
}

/** Starts all of it and lasts until it is to stop. */
async function run({
  flags,
  folder,
  wishedPort,
  pods,
  io,
  stopper,
  progress,
  stopped,
}: Starting): Promise<void> {
  const ports = { clock: systemClock, random: systemRandom, logger: createLogger(flags.logLevel) };
  const busy = (wished: number) => (port: number) => {
    if (wished !== 0) progress.say(`Port ${wished} is busy, using ${port}.`);
  };

  progress.step('Starting the embedded Kubernetes');
  const kubernetesPort = wishedPort === 0 ? 0 : wishedPort + 1;
  const embedded = startEmbeddedApart(
    {
      logLevel: flags.logLevel,
      ...(flags.inMemory === true ? {} : { dataDir: folder.file('kubernetes') }),
      pods,
      localPods: {
        ...(flags.inMemory === true ? {} : { folder: folder.file('pods') }),
        hostPaths: (flags.allowHostPath ?? []).map((path) => resolve(io.cwd, path)),
      },
      controllers: true,
      secure: false,
      host: flags.host,
      port: kubernetesPort,
    },
    busy(kubernetesPort),
    stopper,
  );
  const cluster = connect({
    transport: embedded.transport,
    name: 'in-cluster',
    server: 'https://kubernetes.default.svc',
    clock: ports.clock,
    logger: ports.logger.with({ room: 'kube' }),
    index: trackingIndex,
  });
  stopper.add(() => cluster.close());
  const { url: kubernetes, kubeconfig } = await embedded.started;
  folder.write('kubeconfig', kubeconfig);

  progress.step('Starting controllers, API and pages');
  const git = createGit({ clock: ports.clock, environment: gitEnvironment(io) });
  const hosted = createHostedGit({
    git,
    root: folder.file('git'),
    clock: ports.clock,
    logger: ports.logger.with({ room: 'git-server' }),
  });
  stopper.add(() => hosted.close());
  const platform = await startPlatform(
    {
      ...ports,
      cluster,
      git,
      mirrors: folder.file('sources'),
      plugins: createPluginHost(flags.plugins, io, ports.clock),
      remote: parseRemoteHosts(flags.remoteHosts),
      host: flags.host,
      port: wishedPort,
      said: busy(wishedPort),
      handleGit: (request, response) => hosted.handle(request, response),
      localRepository: (repoURL) => hosted.folderOf(repoURL),
    },
    stopper,
  );
  hosted.setAddress(`${platform.url}/git`);
  hosted.setSources(platform.sources);

  const endpoints: Endpoints = {
    ui: platform.url,
    api: platform.url,
    kubernetes,
    git: `${platform.url}/git`,
    registry: null,
    kubeconfig: folder.file('kubeconfig'),
  };
  folder.write(endpointsFile, `${JSON.stringify(endpoints, undefined, 2)}\n`);
  folder.write(tokenFile, `${await platform.server.localToken()}\n`);
  stopper.add(() => {
    folder.remove(endpointsFile);
    folder.remove(tokenFile);
  });

  const names = [];
  if (flags.demo) {
    progress.step('Deploying the demo');
    await seedDemoRepository(git, folder.file('git'));
    names.push(...(await registerDemoApplications(cluster)));
  }
  if (flags.repo !== undefined)
    names.push(await registerRepository(cluster, repositoryAddress(flags.repo, io, hosted), flags.path));
  const ended = Promise.race([stopped, embedded.broken]);
  if (!flags.demo || (await untilReady(cluster, names, progress, ended))) {
    progress.done();
    await sayReady(endpoints, platform.server, flags.demo, io);
  }
  await ended;
}

/** An address as it is; a folder of this machine is read in place, and the only one that is. */
function repositoryAddress(repo: string, io: Io, hosted: HostedGit): string {
  if (/^(https?|ssh|git):\/\//.test(repo) || /^[\w.-]+@[\w.-]+:/.test(repo)) return repo;
  const folder = resolve(io.cwd, repo.replace(/^file:\/\//, ''));
  const gitDir = [join(folder, '.git'), folder].find(
    (path) => existsSync(join(path, 'HEAD')) && existsSync(join(path, 'objects')),
  );
  if (gitDir === undefined)
    throw new CommandError(`--repo: ${repo} is neither an address nor a Git repository`, 2);
  hosted.addFolder(folder, gitDir);
  return folder;
}

async function untilReady(
  cluster: Parameters<typeof waitUntilReady>[0],
  names: readonly string[],
  progress: Starting['progress'],
  ended: Promise<unknown>,
): Promise<boolean> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  ended.then(stop, stop);
  return waitUntilReady(
    cluster,
    names,
    (ready, total) => progress.detail(`${ready} of ${total} applications Synced and Healthy`),
    abort.signal,
  );
}

async function sayReady(
  endpoints: Endpoints,
  server: { initialPassword(): Promise<string | undefined> },
  demo: boolean,
  io: Io,
): Promise<void> {
  const password = await server.initialPassword();
  const lines = [
    `Plumbline is ready: ${endpoints.ui}`,
    `  sign in     admin / ${password ?? '(the password that you have set)'}`,
    `  kubeconfig  ${endpoints.kubeconfig}`,
    `  git         ${endpoints.git}`,
  ];
  if (demo) {
    lines.push(
      '',
      'Two things to try:',
      `  git clone ${endpoints.git}/welcome.git   # change a replica count in apps/, commit, push: the cluster follows`,
      `  kubectl --kubeconfig ${endpoints.kubeconfig} delete deployment welcome   # it is back before you can look`,
    );
  }
  io.stdout.write(`${lines.join('\n')}\n`);
}
