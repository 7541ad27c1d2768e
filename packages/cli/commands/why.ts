import type { Command } from 'commander';
import { formatProblem } from '@plumbline/base';
import { withElsewhere } from '../compose/elsewhere.ts';
import { CommandError, type Io } from '../io.ts';
import { renderAnything } from '../render/anything.ts';
import { addOriginOptions } from '../render/chart-origin.ts';
import type { OriginFlags } from '../render/chart-origin.ts';
import { createLocalHelm } from '../render/engine.ts';
import { meansOf } from '../render/means.ts';
import { addRenderOptions } from '../render/options.ts';
import type { RenderFlags } from '../render/options.ts';
import { explain } from '../render/why.ts';

/** `plumb why PATH KIND/NAME FIELD.PATH`: who set a field, and who changed it since, in order. */
export function whyCommand(parent: Command, io: Io): void {
  const command = parent
    .command('why <path> <object> <field>')
    .description(
      'Say where a field of a rendered object comes from (object: KIND/NAME, field: spec.replicas)',
    );
  addRenderOptions(addOriginOptions(command)).action(
    async (path: string, object: string, field: string, flags: RenderFlags & OriginFlags) => {
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
