import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { FieldHistory } from '@plumbline/api';
import { formatProblem } from '@plumbline/base';
import { apiClient } from '../client/api.ts';
import { findContext, type ContextFlags } from '../client/context.ts';
import { withElsewhere } from '../compose/elsewhere.ts';
import { CommandError, type Io } from '../io.ts';
import { renderAnything } from '../render/anything.ts';
import { addOriginOptions } from '../render/origin-flags.ts';
import type { OriginFlags } from '../render/origin-flags.ts';
import { createLocalHelm } from '../render/engine.ts';
import { meansOf } from '../render/means.ts';
import { addRenderOptions } from '../render/options.ts';
import type { RenderFlags } from '../render/options.ts';
import { explain, historyLines } from '../render/why.ts';
import { applicationPath, parseApplicationName, withServer } from './app/shared.ts';

type Flags = RenderFlags & OriginFlags & ContextFlags;

/**
 * `plumb why PATH KIND/NAME FIELD.PATH`: who set a field, and who changed it since, in order. What is no path here is an
 * application of a running server: there it also tells of commits and of who changed the live object.
 */
export function whyCommand(parent: Command, io: Io): void {
  const command = parent
    .command('why <path-or-application> <object> <field>')
    .description(
      'Say where a field of an object comes from (object: KIND/NAME, field: spec.replicas); of an application also who wrote and changed it',
    );
  addRenderOptions(addOriginOptions(withServer(command))).action(
    async (path: string, object: string, field: string, flags: Flags) => {
      if (isApplication(path, flags, io)) return whyLive(path, object, field, flags, io);
      const asked = { ...flags, origins: true };
      const rendered = await withElsewhere(io, flags.remoteHosts, (elsewhere) =>
        renderAnything(createLocalHelm(), path, asked, io.cwd, elsewhere, meansOf(io, flags)),
      );
      const explained = explain(rendered.manifests, object, field);
      if (!explained.ok) throw new CommandError(formatProblem(explained.error));
      io.stdout.write(explained.value);
    },
  );
}

/** An application's name has no slash but that of its namespace, and nothing of the name lies here. */
function isApplication(path: string, { server, data, repo }: Flags, io: Io): boolean {
  if (existsSync(resolve(io.cwd, path))) return false;
  if (server !== undefined || data !== undefined) return true;
  return repo === undefined && /^[a-z0-9][-a-z0-9.]*(?:\/[a-z0-9][-a-z0-9.]*)?$/.test(path);
}

async function whyLive(name: string, object: string, field: string, flags: Flags, io: Io): Promise<void> {
  const parts = object.split('/');
  const [resourceName = '', kind = '', namespace] = parts.toReversed();
  if (kind === '' || resourceName === '')
    throw new CommandError(`invalid object "${object}": use KIND/NAME or NAMESPACE/KIND/NAME`, 2);
  const query = new URLSearchParams({ kind, resourceName, field });
  if (namespace !== undefined) query.set('namespace', namespace);
  const api = apiClient(await findContext(flags, io));
  const app = parseApplicationName(name);
  const history = await api.get<FieldHistory>(applicationPath(app, '/why', query.toString()));
  io.stdout.write(`${historyLines(history, field).join('\n')}\n`);
}
