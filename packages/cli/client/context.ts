import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@plumbline/base';
import { CommandError, type Io } from '../io.ts';
import { readEndpoints, tokenFile } from './endpoints.ts';

/** Which server a client command talks to, and as whom. */
export interface Context {
  readonly server: string;
  readonly token: Secret | undefined;
}

export interface ContextFlags {
  readonly server?: string;
  readonly authToken?: string;
  readonly data?: string;
}

/** Where data folders are looked for when none is named. */
function dataFolders(io: Pick<Io, 'cwd' | 'env'>): readonly string[] {
  return [join(io.cwd, '.plumbline'), defaultDataFolder(io)];
}

export function defaultDataFolder(io: Pick<Io, 'env'>): string {
  return join(io.env['HOME'] ?? homedir(), '.plumbline');
}

/**
 * In this order: `--server` (or PLUMBLINE_SERVER) with `--auth-token` (or PLUMBLINE_AUTH_TOKEN); `--data`; the
 * `plumb up` of this folder or of this home.
 */
export async function findContext(flags: ContextFlags, io: Io): Promise<Context> {
  const server = flags.server ?? io.env['PLUMBLINE_SERVER'];
  const token = flags.authToken ?? io.env['PLUMBLINE_AUTH_TOKEN'];
  if (server !== undefined) {
    return { server: withScheme(server), token: token === undefined ? undefined : new Secret(token) };
  }
  for (const folder of flags.data === undefined ? dataFolders(io) : [flags.data]) {
    const endpoints = await readEndpoints(folder);
    if (endpoints === undefined) continue;
    const stored = await readFile(join(folder, tokenFile), 'utf8').catch(() => undefined);
    return { server: endpoints.api, token: stored === undefined ? undefined : new Secret(stored.trim()) };
  }
  throw new CommandError(
    'no server found: start one with `plumb up`, or name it with --server and --auth-token',
  );
}

function withScheme(server: string): string {
  return (/^https?:\/\//.test(server) ? server : `http://${server}`).replace(/\/$/, '');
}
