import type { Command } from 'commander';
import type { Manifest } from '@plumbline/api';
import { writeYaml } from '@plumbline/languages';
import { withElsewhere } from '../compose/elsewhere.ts';
import { CommandError, type Io } from '../io.ts';
import { checkFormat } from '../output/format.ts';
import { renderAnything } from '../render/anything.ts';
import { renderBatch } from '../render/batch.ts';
import { addOriginOptions } from '../render/origin-flags.ts';
import type { OriginFlags } from '../render/origin-flags.ts';
import { createLocalHelm } from '../render/engine.ts';
import { meansOf } from '../render/means.ts';
import { addRenderOptions } from '../render/options.ts';
import type { RenderFlags } from '../render/options.ts';
import { originLines } from '../render/why.ts';

interface Flags extends RenderFlags, OriginFlags {
  readonly output: string;
  readonly batch?: string;
}

/** `plumb render PATH|CHART`: what a folder or a chart says. The kind of a folder is detected as Argo CD does it. */
export function renderCommand(parent: Command, io: Io): void {
  const command = parent
    .command('render [path]')
    .description('Print the manifests of a folder, a kustomization or a chart')
    .option('-o, --output <format>', 'yaml|json', 'yaml')
    .option('--origins', 'say in comments where each field comes from')
    .option('--batch <file>', 'render one task per line of JSON and answer with lines');
  addRenderOptions(addOriginOptions(command)).action(async (path: string | undefined, flags: Flags) => {
    checkFormat(flags.output, ['yaml', 'json']);
    const engine = createLocalHelm();
    if (flags.batch !== undefined) return renderBatch(engine, flags.batch, io, flags);
    if (path === undefined) throw new CommandError('which folder or chart shall be rendered?', 2);
    const { manifests, text, warnings } = await withElsewhere(io, flags.remoteHosts, (elsewhere) =>
      renderAnything(engine, path, flags, io.cwd, elsewhere, meansOf(io, flags)),
    );
    for (const warning of warnings) io.stderr.write(`${warning}\n`);
    if (flags.output === 'json') io.stdout.write(jsonOf(manifests));
    else if (flags.origins === true) for (const manifest of manifests) io.stdout.write(withOrigins(manifest));
    else io.stdout.write(text);
  });
}

function jsonOf(manifests: readonly Manifest[]): string {
  return `${JSON.stringify(
    manifests.map((manifest) => manifest.object),
    undefined,
    2,
  )}\n`;
}

function withOrigins(manifest: Manifest): string {
  const comments = originLines(manifest).map((line) => `# ${line}\n`);
  return `---\n${comments.join('')}${writeYaml(manifest.object)}`;
}
