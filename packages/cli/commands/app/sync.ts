import type { Command } from 'commander';
import type { Application, ApplicationWatchEvent, SyncRequest } from '@plumbline/api';
import { apiClient, type ApiClient } from '../../client/api.ts';
import { findContext, type ContextFlags } from '../../client/context.ts';
import { CommandError, type Io } from '../../io.ts';
import { formatApplication, formatOperation, formatResources } from './text.ts';
import {
  applicationPath,
  getApplication,
  parseApplicationName,
  parseResource,
  withServer,
  type ApplicationName,
} from './shared.ts';

interface Flags extends ContextFlags {
  readonly revision?: string;
  readonly prune?: boolean;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly strategy?: string;
  readonly resource?: readonly string[];
  readonly async?: boolean;
  readonly timeout: string;
}

export function syncCommand(parent: Command, io: Io): void {
  withServer(parent.command('sync <application...>').description('Make the cluster what Git says'))
    .option('--revision <revision>', 'sync to this revision')
    .option('--prune', 'delete what is not in Git any more')
    .option('--dry-run', 'show what would happen')
    .option('--force', 'delete and create again where a change is refused')
    .option('--strategy <name>', 'apply|hook', 'hook')
    .option('--resource <resource...>', 'only GROUP:KIND:NAME')
    .option('--async', 'do not wait for the end')
    .option('--timeout <seconds>', 'give up waiting after this time; 0 waits for ever', '0')
    .action(async (names: readonly string[], flags: Flags) => {
      const context = await findContext(flags, io);
      const api = apiClient(context);
      let failed = 0;
      for (const name of names) {
        const app = parseApplicationName(name);
        const started = await api.post<Application>(applicationPath(app, '/sync'), request(flags));
        if (flags.async === true) continue;
        const end = await waitForOperation(api, app, started, Number(flags.timeout));
        io.stdout.write(formatApplication(end, context.server, false).split('\n\n')[0] + '\n');
        io.stdout.write(`${formatOperation(end)}\n${formatResources(end)}`);
        if (end.status?.operationState?.phase !== 'Succeeded') failed += 1;
      }
      if (failed > 0) throw new CommandError('the sync did not succeed');
    });
}

function request(flags: Flags): SyncRequest {
  if (flags.strategy !== undefined && flags.strategy !== 'apply' && flags.strategy !== 'hook') {
    throw new CommandError(`unknown sync strategy ${flags.strategy}: use apply|hook`, 2);
  }
  const force = flags.force === true;
  return {
    ...(flags.revision === undefined ? {} : { revision: flags.revision }),
    prune: flags.prune === true,
    dryRun: flags.dryRun === true,
    strategy: flags.strategy === 'apply' ? { apply: { force } } : { hook: { force } },
    ...(flags.resource === undefined ? {} : { resources: flags.resource.map(parseResource) }),
  };
}

/** Follows the application until the operation that `started` shows has ended. */
async function waitForOperation(
  api: ApiClient,
  name: ApplicationName,
  started: Application,
  seconds: number,
): Promise<Application> {
  const before = started.status?.operationState?.startedAt;
  let last = started;
  // The answer to the request still shows the operation before ours, if there was one.
  const ended = (app: Application): boolean =>
    app.operation === undefined &&
    app.status?.operationState?.finishedAt !== undefined &&
    (app.status.operationState.startedAt !== before ||
      app.metadata.resourceVersion !== started.metadata.resourceVersion);
  const path = `/api/v1/stream/applications?name=${name.name}${name.query === '' ? '' : `&${name.query}`}`;
  const done = await api.follow<ApplicationWatchEvent>(
    path,
    (event) => {
      if (event.type === 'DELETED') throw new CommandError('the application was deleted');
      last = event.application;
      return ended(last);
    },
    seconds > 0 ? seconds * 1000 : 2_147_483_647,
  );
  if (!done) throw new CommandError(`timed out after ${seconds}s waiting for the operation`);
  return getApplication(api, name);
}
