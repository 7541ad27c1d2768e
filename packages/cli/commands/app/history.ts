import type { Command } from 'commander';
import { apiClient } from '../../client/api.ts';
import { findContext, type ContextFlags } from '../../client/context.ts';
import type { Io } from '../../io.ts';
import { checkFormat } from '../../output/format.ts';
import { formatHistory } from './text.ts';
import { getApplication, parseApplicationName, withServer } from './shared.ts';

interface Flags extends ContextFlags {
  readonly output?: string;
}

export function historyCommand(parent: Command, io: Io): void {
  withServer(parent.command('history <application>').description('Show what was deployed when'))
    .option('-o, --output <format>', 'wide|id', 'wide')
    .action(async (name: string, flags: Flags) => {
      checkFormat(flags.output, ['wide', 'id']);
      const app = await getApplication(apiClient(await findContext(flags, io)), parseApplicationName(name));
      if (flags.output === 'id')
        io.stdout.write((app.status?.history ?? []).map((entry) => `${entry.id}\n`).join(''));
      else io.stdout.write(formatHistory(app));
    });
}
