import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ChartPort, HelmRequest } from '@plumbline/render';
import type { Io } from '../io.ts';
import { CommandError } from '../io.ts';
import type { OriginFlags } from './origin-flags.ts';

/** What a render may use of the process beside its files. */
export interface Means {
  readonly env: Io['env'];
  /** Where charts are that do not lie here. */
  readonly origin: OriginFlags;
  /** Brings charts that others need. */
  readonly charts?: ChartPort | undefined;
  /** Brings schemas that those of charts refer to. */
  readonly web?: NonNullable<HelmRequest['web']> | undefined;
  /** All of standard input. Rejects with `CommandError` where it is not for reading. */
  readInput(): Promise<string>;
}

/** The means of a command. Standard input is read once, whoever asks. */
export function meansOf(io: Pick<Io, 'env' | 'stdin'>, origin: OriginFlags): Means {
  let input: Promise<string> | undefined;
  return { env: io.env, origin, readInput: () => (input ??= readAll(io.stdin)) };
}

/** For renders whose standard input is taken, or that have none. */
export const noInput: Means = {
  env: {},
  origin: {},
  readInput: () => Promise.reject(new CommandError('standard input cannot be read here', 2)),
};

async function readAll(stdin: Io['stdin']): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array | string));
  return Buffer.concat(chunks).toString('utf8');
}

/** Whether a name means a chart that is not on this machine. */
export function isElsewhere(name: string, cwd: string, { origin }: Means): boolean {
  if (existsSync(resolve(cwd, name))) return false;
  return origin.repo !== undefined || /^oci:\/\/|^https?:\/\/.*\.tgz$/.test(name);
}
