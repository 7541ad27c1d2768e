import type { Command } from 'commander';
import type { ApplicationList } from '@plumbline/api';
import { apiClient } from '../../client/api.ts';
import { findContext, type ContextFlags } from '../../client/context.ts';
import type { Io } from '../../io.ts';
import { checkFormat, formatData } from '../../output/format.ts';
import { formatList, qualifiedName } from './text.ts';
import { withServer } from './shared.ts';

interface Flags extends ContextFlags {
  readonly output?: string;
  readonly project?: readonly string[];
  readonly selector?: string;
}

export function listCommand(parent: Command, io: Io): void {
  withServer(parent.command('list').description('List applications'))
    .option('-o, --output <format>', 'wide|name|json|yaml', 'wide')
    .option('-p, --project <name...>', 'only those of these projects')
    .option('-l, --selector <labels>', 'only those with these labels')
    .action(async (flags: Flags) => {
      checkFormat(flags.output, ['wide', 'name', 'json', 'yaml']);
      const api = apiClient(await findContext(flags, io));
      const query = new URLSearchParams();
      for (const project of flags.project ?? []) query.append('projects', project);
      if (flags.selector !== undefined) query.set('selector', flags.selector);
      const list = await api.get<ApplicationList>(`/api/v1/applications?${query.toString()}`);
      const items = [...(list.items ?? [])].sort((a, b) => (qualifiedName(a) < qualifiedName(b) ? -1 : 1));
      if (flags.output === 'name') io.stdout.write(items.map((app) => `${qualifiedName(app)}\n`).join(''));
      else io.stdout.write(formatData(items, flags.output) ?? formatList(items));
    });
}
