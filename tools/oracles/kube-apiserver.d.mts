import type { ChildProcess } from 'node:child_process';

export const oracles: string;
export const unlimited: readonly string[];
export function endChild(child: ChildProcess): Promise<void>;
export function spawnApiServer(
  folder: string,
  extra?: readonly string[],
): Promise<{
  readonly port: number;
  readonly url: string;
  readonly token: string;
  readonly server: ChildProcess;
  readonly etcd: ChildProcess;
  readonly log: string;
  readonly stop: () => Promise<void>;
}>;
