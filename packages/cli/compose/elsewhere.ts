import { homedir } from 'node:os';
import { join } from 'node:path';
import { err, problem } from '@plumbline/base';
import { systemClock } from '@plumbline/base/node';
import type { ChartPort, RemotePort } from '@plumbline/render';
import type { ChartSources, RemotePolicy, RemoteReader } from '@plumbline/sources';
import type { Io } from '../io.ts';
import { gitEnvironment } from './environment.ts';

/** What a folder of this machine may name elsewhere: bases, files and charts. Nothing is opened before it is asked for. */
export interface Elsewhere {
  readonly remote: RemotePort;
  readonly charts: ChartPort;
  close(): Promise<void>;
}

/** What `--remote-hosts` says: host names with commas between them, `*.example.com`, or `none`. */
export function parseRemoteHosts(text: string | undefined): Pick<RemotePolicy, 'hosts'> {
  if (text === undefined) return {};
  const hosts = text
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '' && host !== 'none');
  return { hosts };
}

/** Answers are good for so long in one process, which most often renders one folder and ends. */
const freshMs = 60_000;

/**
 * Reading from elsewhere for the commands of who sits in front of this machine: its own folders may be named, too. What
 * does it is only loaded when something is asked for: most folders name nothing, and connections are slow to load.
 */
function createElsewhere(io: Pick<Io, 'env'>, hosts: string | undefined): Elsewhere {
  let opening: Promise<Opened> | undefined;
  const open = (): Promise<Opened> => (opening ??= openElsewhere(io, hosts));
  return {
    remote: {
      repository: async (url) => (await open()).reader.repository(url),
      file: async (url) => (await open()).reader.file(url),
    },
    async charts({ repository, name, version }) {
      if (/^(?:@|alias:)/.test(repository))
        return err(problem('helm-dependencies', `no repository definition for ${repository}`));
      return (await open()).charts.archive(repository, name, version);
    },
    async close() {
      await (await opening)?.close();
    },
  };
}

interface Opened {
  readonly reader: RemoteReader;
  readonly charts: ChartSources;
  close(): Promise<void>;
}

async function openElsewhere(io: Pick<Io, 'env'>, hosts: string | undefined): Promise<Opened> {
  const { createChartSources, createGit, createRemoteBases } = await import('@plumbline/sources');
  const policy = { ...parseRemoteHosts(hosts), schemes: ['https', 'http', 'ssh', 'file'] as const };
  const folder = join(cacheFolder(io), 'elsewhere');
  const git = createGit({
    clock: systemClock,
    environment: gitEnvironment(io),
    protocols: ['https', 'http', 'ssh', 'file'],
  });
  const bases = createRemoteBases({ git, clock: systemClock, dataDir: join(folder, 'git'), policy, freshMs });
  const charts = createChartSources({ clock: systemClock, dataDir: join(folder, 'charts') });
  return {
    reader: bases.readerFor(),
    charts,
    async close() {
      await bases.close();
      await charts.close();
    },
  };
}

/** Does work that may read from elsewhere, and closes what it has opened. */
export async function withElsewhere<T>(
  io: Pick<Io, 'env'>,
  hosts: string | undefined,
  work: (elsewhere: Elsewhere) => Promise<T>,
): Promise<T> {
  const elsewhere = createElsewhere(io, hosts);
  try {
    return await work(elsewhere);
  } finally {
    await elsewhere.close();
  }
}

function cacheFolder({ env }: Pick<Io, 'env'>): string {
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] ?? homedir(), '.cache'), 'plumbline');
}
