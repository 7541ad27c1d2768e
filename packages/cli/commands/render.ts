import type { Command } from 'commander';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { formatProblem } from '@plumbline/base';
import { writeYaml } from '@plumbline/languages';
import { render } from '@plumbline/render';
import { folderTree } from '@plumbline/sources';
import { CommandError, type Io } from '../io.ts';
import { checkFormat } from '../output/format.ts';

interface Flags {
  readonly output: string;
  readonly recurse?: boolean;
  readonly include?: string;
  readonly exclude?: string;
  readonly origins?: boolean;
}

/** `plumb render PATH`: what a folder says, as manifests. The kind of folder is detected as Argo CD does it. */
export function renderCommand(parent: Command, io: Io): void {
  parent
    .command('render <path>')
    .description('Print the manifests of a folder')
    .option('-o, --output <format>', 'yaml|json', 'yaml')
    .option('--recurse', 'go into folders below')
    .option('--include <glob>', 'only files that match')
    .option('--exclude <glob>', 'no files that match')
    .option('--origins', 'say in a comment where each object was written')
    .action(async (path: string, flags: Flags) => {
      checkFormat(flags.output, ['yaml', 'json']);
      const folder = resolve(io.cwd, path);
      const found = await stat(folder).catch(() => undefined);
      if (found === undefined) throw new CommandError(`${path} does not exist`);
      if (!found.isDirectory()) throw new CommandError(`${path} is not a folder`);
      const rendered = await render({
        tree: folderTree(folder),
        path: '',
        source: {
          directory: {
            recurse: flags.recurse === true,
            ...(flags.include === undefined ? {} : { include: flags.include }),
            ...(flags.exclude === undefined ? {} : { exclude: flags.exclude }),
          },
        },
      });
      if (!rendered.ok) throw new CommandError(rendered.error.map(formatProblem).join('\n'));
      for (const warning of rendered.value.warnings) io.stderr.write(`warning: ${warning}\n`);
      const { manifests } = rendered.value;
      if (flags.output === 'json') {
        io.stdout.write(
          `${JSON.stringify(
            manifests.map((manifest) => manifest.object),
            undefined,
            2,
          )}\n`,
        );
        return;
      }
      for (const { object, origin } of manifests) {
        const comment = flags.origins === true ? `# ${origin.file}:${origin.line}\n` : '';
        io.stdout.write(`---\n${comment}${writeYaml(object)}`);
      }
    });
}
