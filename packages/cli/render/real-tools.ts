import { execFile } from 'node:child_process';
import { messageOf } from '@plumbline/base';
import { CommandError } from '../io.ts';
import type { RenderedHere } from './anything.ts';
import type { RenderFlags } from './options.ts';

/** As much as a release with all its definitions prints. */
const outputBytesMax = 256 * 1024 * 1024;
const timeoutMs = 120_000;

/**
 * What an installed helm or kustomize prints for the same folder. The program is started with a list of arguments, never
 * through a shell. Throws `CommandError` with its own message where it fails.
 */
export function renderForReal(
  program: string,
  kind: RenderedHere['kind'],
  path: string,
  flags: RenderFlags,
  cwd: string,
): Promise<string> {
  const args = kind === 'helm' ? helmArguments(path, flags) : kustomizeArguments(path, flags);
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { cwd, maxBuffer: outputBytesMax, timeout: timeoutMs },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else if ((error as { readonly code?: unknown }).code === 'ENOENT')
          reject(new CommandError(`${program} is not installed; name another one with --tool`, 2));
        else reject(new CommandError(`${program}: ${stderr.trim() || messageOf(error)}`, 2));
      },
    );
  });
}

function helmArguments(path: string, flags: RenderFlags): string[] {
  const each = (flag: string, values: readonly string[] = []): string[] =>
    values.flatMap((value) => [flag, value]);
  const when = (flag: string, given: boolean | undefined): string[] => (given === true ? [flag] : []);
  return [
    'template',
    flags.releaseName ?? 'release-name',
    path,
    '--namespace',
    flags.namespace ?? 'default',
    ...each('--values', flags.values),
    ...each('--set', flags.set),
    ...each('--set-string', flags.setString),
    ...each('--set-json', flags.setJson),
    ...each('--set-file', flags.setFile),
    ...each('--set-literal', flags.setLiteral),
    ...(flags.kubeVersion === undefined ? [] : ['--kube-version', flags.kubeVersion]),
    ...each('--api-versions', flags.apiVersions),
    ...each('--show-only', flags.showOnly),
    ...when('--include-crds', flags.includeCrds),
    ...when('--skip-tests', flags.skipTests),
    ...when('--no-hooks', flags.hooks === false),
    ...when('--is-upgrade', flags.isUpgrade),
    ...when('--skip-schema-validation', flags.skipSchemaValidation),
  ];
}

function kustomizeArguments(path: string, flags: RenderFlags): string[] {
  return [
    'build',
    path,
    '--load-restrictor',
    flags.loadRestrictor ?? 'LoadRestrictionsRootOnly',
    ...(flags.enableHelm === true ? ['--enable-helm'] : []),
    ...(flags.enableManagedbyLabel === true ? ['--enable-managedby-label'] : []),
  ];
}
