import type { Command } from 'commander';
import type { Io } from '../../io.ts';
import { diffCommand } from './diff.ts';
import { getCommand } from './get.ts';
import { historyCommand } from './history.ts';
import { listCommand } from './list.ts';
import { planCommand } from './plan.ts';
import { syncCommand } from './sync.ts';

/** `plumb app ...`: the verbs of `argocd app`. */
export function appCommands(parent: Command, io: Io): void {
  const app = parent.command('app').description('Applications of a server');
  for (const command of [listCommand, getCommand, diffCommand, planCommand, syncCommand, historyCommand])
    command(app, io);
}
