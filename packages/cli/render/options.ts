import type { Command } from 'commander';
import { CommandError } from '../io.ts';
import { collect, collectAll } from '../repeatable.ts';
import type { ChartFlags } from './chart.ts';
import { addKustomizeOptions } from './kustomize-flags.ts';
import type { KustomizeFlags } from './kustomize-flags.ts';
import { addSourceOptions } from './source-flags.ts';
import type { SourceFlags } from './source-flags.ts';

/** All flags of commands that render a folder or a chart. */
export interface RenderFlags extends Omit<ChartFlags, 'helmProfile' | 'random'>, KustomizeFlags, SourceFlags {
  readonly helmProfile?: string;
  readonly random?: string;
}

/** Adds the flags to a command. */
export function addRenderOptions(command: Command): Command {
  addSourceOptions(command)
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
    .option('--dependency-update', 'charts: bring what a folder needs and does not have')
    .option('--post-renderer <program>', 'charts: a program that has the last word on the manifests')
    .option('--post-renderer-args <argument>', 'charts: an argument of that program; repeatable', collect)
    .option('--random <mode>', 'charts: seeded|fresh; seeded gives the same each time', 'seeded');
  return addKustomizeOptions(command);
}

/** The flags that charts take, checked. */
export function chartFlags(flags: RenderFlags): ChartFlags {
  const { helmProfile = '3', random = 'seeded', ...others } = flags;
  if (helmProfile !== '3' && helmProfile !== '4') throw new CommandError('--helm-profile is 3 or 4', 2);
  if (random !== 'seeded' && random !== 'fresh') throw new CommandError('--random is seeded or fresh', 2);
  return { ...others, helmProfile: helmProfile === '4' ? 4 : 3, random };
}
