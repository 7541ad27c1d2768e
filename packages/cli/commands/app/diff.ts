import type { Command } from 'commander';
import { createTwoFilesPatch } from 'diff';
import type { ManagedResource } from '@plumbline/api';
import { writeYaml } from '@plumbline/languages';
import { apiClient } from '../../client/api.ts';
import { findContext, type ContextFlags } from '../../client/context.ts';
import { CommandError, type Io } from '../../io.ts';
import { applicationPath, getApplication, parseApplicationName, withServer } from './shared.ts';

interface Flags extends ContextFlags {
  readonly refresh?: boolean;
  readonly hardRefresh?: boolean;
  readonly exitCode: boolean;
}

/** Exit codes as documented upstream: 0 no difference, 1 differences, 2 it failed. */
export function diffCommand(parent: Command, io: Io): void {
  withServer(parent.command('diff <application>').description('Show how the cluster differs from Git'))
    .option('--refresh', 'compare again first')
    .option('--hard-refresh', 'render and compare again first')
    .option('--no-exit-code', 'end with 0 even when there are differences')
    .action(async (name: string, flags: Flags) => {
      let text: string;
      try {
        text = await differences(name, flags, io);
      } catch (thrown) {
        if (thrown instanceof CommandError) throw new CommandError(thrown.message, 2);
        throw thrown;
      }
      io.stdout.write(text);
      if (text !== '' && flags.exitCode) throw new CommandError('', 1);
    });
}

async function differences(name: string, flags: Flags, io: Io): Promise<string> {
  const api = apiClient(await findContext(flags, io));
  const app = parseApplicationName(name);
  if (flags.refresh === true || flags.hardRefresh === true) {
    await getApplication(api, app, flags.hardRefresh === true ? 'refresh=hard' : 'refresh=normal');
  }
  const { items } = await api.get<{ items?: readonly ManagedResource[] }>(
    applicationPath(app, '/managed-resources'),
  );
  return (items ?? [])
    .filter((resource) => !resource.hook)
    .map(formatDifference)
    .join('');
}

/** One resource as argocd prints it: a headline and a unified diff from live to what would be. */
function formatDifference(resource: ManagedResource): string {
  const live = resource.normalizedLiveState === '' ? resource.liveState : resource.normalizedLiveState;
  const wanted =
    resource.targetState === ''
      ? ''
      : resource.predictedLiveState === ''
        ? resource.targetState
        : resource.predictedLiveState;
  const isSame = !resource.modified && live !== '' && wanted !== '';
  if (isSame || (live === '' && wanted === '')) return '';
  const patch = createTwoFilesPatch('live', 'desired', asYaml(live), asYaml(wanted), '', '', {
    context: 3,
    timeout: 2_000,
  });
  const body = (patch ?? `--- live\n+++ desired\n${asYaml(wanted)}`).replace(/^=+\n/, '');
  return `\n===== ${resource.group}/${resource.kind} ${resource.namespace}/${resource.name} ======\n${body}`;
}

function asYaml(state: string): string {
  return state === '' ? '' : writeYaml(JSON.parse(state));
}
