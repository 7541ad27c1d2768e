import type { Command } from 'commander';
import { formatProblem } from '@plumbline/base';
import { CommandError, type Io } from '../io.ts';
import { renderAnything } from '../render/anything.ts';
import { createLocalHelm } from '../render/engine.ts';
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
  addRenderOptions(command).action(
    async (path: string, object: string, field: string, flags: RenderFlags) => {
      const rendered = await renderAnything(createLocalHelm(), path, { ...flags, origins: true }, io.cwd);
      const explained = explain(rendered.manifests, object, field);
      if (!explained.ok) throw new CommandError(formatProblem(explained.error));
      io.stdout.write(explained.value);
    },
  );
}
