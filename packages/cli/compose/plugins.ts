import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Clock } from '@plumbline/base';
import { formatProblem } from '@plumbline/base';
import { readPluginConfigs } from '@plumbline/render';
import type { PluginConfig, PluginHost } from '@plumbline/render';
import { CommandError, type Io } from '../io.ts';
import { createPluginProcesses } from './plugin-process.ts';

/** Variables of this process that plugins' programs get, if they are set: how to reach servers, never who we are. */
const handedOn = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'VAULT_ADDR',
];

/**
 * The plugins of `--plugins`: a file, or a folder with a file for each. Only who starts the process says which programs
 * may run; nothing in a cluster or a repository can.
 */
export function createPluginHost(
  place: string | undefined,
  io: Pick<Io, 'cwd' | 'env'>,
  clock: Clock,
): PluginHost {
  const plugins = place === undefined ? [] : readPlugins(resolve(io.cwd, place), place);
  if (plugins.length === 0) return { plugins };
  const variables = Object.fromEntries(
    handedOn.flatMap((name) => (io.env[name] === undefined ? [] : [[name, io.env[name]]])),
  );
  const path = io.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  return { plugins, runner: createPluginProcesses({ clock, path, variables }) };
}

function readPlugins(path: string, shown: string): readonly PluginConfig[] {
  try {
    if (!statSync(path).isDirectory()) return readFile(path, shown);
    return readdirSync(path)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .flatMap((name) => readFile(join(path, name), `${shown}/${name}`));
  } catch (thrown) {
    if (thrown instanceof CommandError) throw thrown;
    throw new CommandError(`--plugins ${shown}: there is no such file or folder`, 2);
  }
}

function readFile(path: string, shown: string): readonly PluginConfig[] {
  const read = readPluginConfigs(readFileSync(path, 'utf8'), shown);
  if (!read.ok) throw new CommandError(`--plugins: ${formatProblem(read.error)}`, 2);
  return read.value;
}
