import type { Command } from 'commander';
import type { Plan, PlanStep } from '@plumbline/api';
import { apiClient } from '../../client/api.ts';
import { findContext, type ContextFlags } from '../../client/context.ts';
import type { Io } from '../../io.ts';
import { checkFormat, formatData } from '../../output/format.ts';
import { formatTable } from '../../output/table.ts';
import { applicationPath, parseApplicationName, withServer } from './shared.ts';

interface Flags extends ContextFlags {
  readonly output?: string;
  readonly prune?: boolean;
}

export function planCommand(parent: Command, io: Io): void {
  withServer(parent.command('plan <application>').description('Show what a sync would do, in its order'))
    .option('-o, --output <format>', 'wide|json|yaml', 'wide')
    .option('--prune', 'as a sync with --prune would')
    .action(async (name: string, flags: Flags) => {
      checkFormat(flags.output, ['wide', 'json', 'yaml']);
      const api = apiClient(await findContext(flags, io));
      const query = flags.prune === true ? 'prune=true' : '';
      const plan = await api.get<Plan>(applicationPath(parseApplicationName(name), '/plan', query));
      io.stdout.write(formatData(plan, flags.output) ?? formatPlan(plan));
    });
}

const phases = { before: 'PreSync', main: 'Sync', after: 'PostSync', onFailure: 'SyncFail' } as const;

function formatPlan(plan: Plan): string {
  const rows = plan.waves.flatMap(({ phase, wave, steps }) =>
    steps.map((step) => [
      phases[phase],
      String(wave),
      step.action,
      nameOf(step),
      step.reason,
      step.blockers.join('; '),
    ]),
  );
  return formatTable(['PHASE', 'WAVE', 'ACTION', 'RESOURCE', 'WHY', 'BLOCKED BY'], rows);
}

function nameOf({ key }: PlanStep): string {
  const kind = key.group === '' ? key.kind : `${key.group}/${key.kind}`;
  return `${kind} ${key.namespace === '' ? '' : `${key.namespace}/`}${key.name}`;
}
