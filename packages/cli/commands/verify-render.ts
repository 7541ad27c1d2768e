import type { Command } from 'commander';
import { withElsewhere } from '../compose/elsewhere.ts';
import { CommandError, type Io } from '../io.ts';
import { renderAnything } from '../render/anything.ts';
import { compareStreams } from '../render/compare-streams.ts';
import { addOriginOptions } from '../render/origin-flags.ts';
import type { OriginFlags } from '../render/origin-flags.ts';
import { createLocalHelm } from '../render/engine.ts';
import { meansOf } from '../render/means.ts';
import { addRenderOptions } from '../render/options.ts';
import type { RenderFlags } from '../render/options.ts';
import { renderForReal } from '../render/real-tools.ts';

interface Flags extends RenderFlags, OriginFlags {
  readonly tool?: string;
}

/** `plumb verify-render PATH`: renders with an installed helm or kustomize too. Exit codes as `diff`: 0 equal, 1 not, 2 error. */
export function verifyRenderCommand(parent: Command, io: Io): void {
  const command = parent
    .command('verify-render <path>')
    .description('Compare a render with that of an installed helm or kustomize')
    .option('--tool <program>', 'the program to compare with (helm or kustomize)');
  addRenderOptions(addOriginOptions(command)).action(async (path: string, flags: Flags) => {
    const ours = await withElsewhere(io, flags.remoteHosts, (elsewhere) =>
      renderAnything(createLocalHelm(), path, flags, io.cwd, elsewhere, meansOf(io, flags)),
    );
    if (ours.kind !== 'helm' && ours.kind !== 'kustomize')
      throw new CommandError(
        `${path} is neither a chart nor a kustomization: there is nothing to compare with`,
        2,
      );
    const program = flags.tool ?? ours.kind;
    const theirs = await renderForReal(program, ours.kind, path, flags, io.cwd);
    const { sameBytes, differences } = compareStreams(theirs, ours.text);
    for (const line of differences) io.stdout.write(`${line}\n`);
    if (differences.length > 0)
      throw new CommandError(`${differences.length} differences from ${program}`, 1);
    io.stdout.write(sameBytes ? `equal to the byte\n` : `equal as objects; the texts differ in form\n`);
  });
}
