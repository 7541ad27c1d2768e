import type { Command } from 'commander';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Manifest } from '@plumbline/api';
import { formatProblem } from '@plumbline/base';
import type { Problem } from '@plumbline/base';
import { writeYaml } from '@plumbline/languages';
import { detect, render } from '@plumbline/render';
import { CommandError, type Io } from '../io.ts';
import { checkFormat } from '../output/format.ts';
import { renderBatch } from '../render/batch.ts';
import { renderChart } from '../render/chart.ts';
import type { ChartFlags } from '../render/chart.ts';
import { createLocalHelm } from '../render/engine.ts';
import { localTree } from '../render/local-tree.ts';
import { addKustomizeOptions, printKustomization } from './render-kustomize.ts';
import type { KustomizeFlags } from './render-kustomize.ts';

interface Flags extends Omit<ChartFlags, 'helmProfile' | 'random'>, KustomizeFlags {
  readonly output: string;
  readonly recurse?: boolean;
  readonly include?: string;
  readonly exclude?: string;
  readonly origins?: boolean;
  readonly helmProfile?: string;
  readonly random?: string;
  readonly batch?: string;
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];
const collectAll = (value: string, before: readonly string[] = []): string[] => [
  ...before,
  ...value.split(','),
];

/** `plumb render PATH|CHART`: what a folder or a chart says. The kind of a folder is detected as Argo CD does it. */
export function renderCommand(parent: Command, io: Io): void {
  addKustomizeOptions(parent.command('render [path]'))
    .description('Print the manifests of a folder, a kustomization or a chart')
    .option('-o, --output <format>', 'yaml|json', 'yaml')
    .option('--recurse', 'plain files: go into folders below')
    .option('--include <glob>', 'plain files: only those that match')
    .option('--exclude <glob>', 'plain files: none that match')
    .option('--origins', 'say in a comment where each object was written')
    .option('--release-name <name>', 'charts: the name of the release (release-name)')
    .option('-n, --namespace <namespace>', 'charts: the namespace of the release (default)')
    .option('-f, --values <file>', 'charts: a file of values; repeatable', collect)
    .option('--set <key=value>', 'charts: a value; repeatable', collect)
    .option('--set-string <key=value>', 'charts: a value that is a text; repeatable', collect)
    .option('--set-json <key=json>', 'charts: a value as JSON; repeatable', collect)
    .option('--set-file <key=path>', 'charts: the content of a file as value; repeatable', collect)
    .option('--set-literal <key=value>', 'charts: a text that nothing is read into; repeatable', collect)
    .option('--kube-version <version>', 'charts: the version of Kubernetes (v1.36.0)')
    .option('-a, --api-versions <versions>', 'charts: further API versions; repeatable', collectAll)
    .option('--include-crds', 'charts: print definitions too')
    .option('--skip-tests', 'charts: leave tests out')
    .option('--no-hooks', 'charts: leave hooks out')
    .option('--is-upgrade', 'charts: .Release.IsUpgrade instead of .Release.IsInstall')
    .option('-s, --show-only <template>', 'charts: only what comes of a template; repeatable', collect)
    .option('--skip-schema-validation', 'charts: do not check values against schemas')
    .option('--helm-profile <version>', 'charts: 3|4, the Helm that is imitated where they differ', '3')
    .option('--random <mode>', 'charts: seeded|fresh; seeded gives the same each time', 'seeded')
    .option('--batch <file>', 'charts: render one task per line of JSON and answer with lines')
    .action(async (path: string | undefined, flags: Flags) => {
      checkFormat(flags.output, ['yaml', 'json']);
      const engine = createLocalHelm();
      if (flags.batch !== undefined) return renderBatch(engine, flags.batch, io);
      if (path === undefined) throw new CommandError('which folder or chart shall be rendered?', 2);
      if (await isChart(resolve(io.cwd, path), path)) {
        const rendered = await renderChart(engine, path, chartFlags(flags), io.cwd);
        if (!rendered.ok) throw failed(rendered.error);
        if (flags.output === 'yaml' && flags.origins !== true) {
          io.stdout.write(rendered.value.text);
          return;
        }
        print(rendered.value.manifests, flags, io);
        return;
      }
      const printAll = (manifests: readonly Manifest[]): void => print(manifests, flags, io);
      if (await printKustomization(resolve(io.cwd, path), flags, engine, io, printAll)) return;
      const { recurse, include, exclude } = flags;
      const rendered = await render({
        tree: localTree(resolve(io.cwd, path)),
        path: '',
        source: {
          directory: {
            recurse: recurse === true,
            ...(include === undefined ? {} : { include }),
            ...(exclude === undefined ? {} : { exclude }),
          },
        },
      });
      if (!rendered.ok) throw failed(rendered.error);
      for (const warning of rendered.value.warnings) io.stderr.write(`warning: ${warning}\n`);
      print(rendered.value.manifests, flags, io);
    });
}

function failed(problems: readonly Problem[]): CommandError {
  // Problems of charts are told in Helm's words, which name the place themselves.
  const lines = problems.map((problem) =>
    problem.code === 'helm-failed' ? problem.message : formatProblem(problem),
  );
  return new CommandError(lines.join('\n'));
}

/** Archives are charts, and folders that hold a `Chart.yaml` and no kustomization. */
async function isChart(absolute: string, path: string): Promise<boolean> {
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (found === undefined) throw new CommandError(`${path} does not exist`);
  if (found.isFile() && /\.(?:tgz|tar\.gz)$/.test(path)) return true;
  if (!found.isDirectory()) throw new CommandError(`${path} is neither a folder nor the archive of a chart`);
  const detected = await detect(localTree(absolute), '');
  return detected.ok && detected.value.kind === 'helm';
}

function chartFlags(flags: Flags): ChartFlags {
  const { helmProfile, random, ...others } = flags;
  if (helmProfile !== '3' && helmProfile !== '4') throw new CommandError('--helm-profile is 3 or 4', 2);
  if (random !== 'seeded' && random !== 'fresh') throw new CommandError('--random is seeded or fresh', 2);
  return { ...others, helmProfile: helmProfile === '4' ? 4 : 3, random };
}

function print(manifests: readonly Manifest[], flags: Flags, io: Io): void {
  if (flags.output === 'json') {
    const objects = manifests.map((manifest) => manifest.object);
    io.stdout.write(`${JSON.stringify(objects, undefined, 2)}\n`);
    return;
  }
  for (const { object, origin } of manifests) {
    const comment = flags.origins === true ? `# ${origin.file}:${origin.line}\n` : '';
    io.stdout.write(`---\n${comment}${writeYaml(object)}`);
  }
}
