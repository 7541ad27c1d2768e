import type { Command } from 'commander';
import { apiClient } from '../../client/api.ts';
import { findContext, type ContextFlags } from '../../client/context.ts';
import type { Io } from '../../io.ts';
import { checkFormat, formatData } from '../../output/format.ts';
import { formatApplication } from './text.ts';
import { getApplication, parseApplicationName, withServer } from './shared.ts';

interface Flags extends ContextFlags {
  readonly output?: string;
  readonly refresh?: boolean;
  readonly hardRefresh?: boolean;
  readonly showOperation?: boolean;
}

export function getCommand(parent: Command, io: Io): void {
  withServer(parent.command('get <application>').description('Show an application'))
    .option('-o, --output <format>', 'wide|json|yaml', 'wide')
    .option('--refresh', 'compare again before answering')
    .option('--hard-refresh', 'render and compare again before answering')
    .option('--show-operation', 'show the last operation')
    .action(async (name: string, flags: Flags) => {
      checkFormat(flags.output, ['wide', 'json', 'yaml']);
      const context = await findContext(flags, io);
      const refresh =
        flags.hardRefresh === true ? 'refresh=hard' : flags.refresh === true ? 'refresh=normal' : '';
      const app = await getApplication(apiClient(context), parseApplicationName(name), refresh);
      const text = formatData(app, flags.output);
      io.stdout.write(text ?? formatApplication(app, context.server, flags.showOperation === true));
    });
}
