import type { Manifest, Read, Tree } from '@plumbline/api';
import { err, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { createHelmEngine } from '../helm/index.ts';
import type { HelmEngine } from '../helm/index.ts';
import type { ChartPort } from '../helm/dependency-tree.ts';
import { buildKustomization, helmPortOf, kustomizationFileNames } from '../kustomize/index.ts';
import type { BuildOptions, RemotePort } from '../kustomize/index.ts';
import { joinPath } from '../paths.ts';
import type { Argv, PluginConfig } from './config.ts';
import type { KustomizationEdit } from '../kustomize-edit/index.ts';
import { editData, readEdit } from './edits.ts';
import { hasMatch } from './match.ts';
import { findPlaceholder } from './placeholders.ts';
import { readScript } from './script.ts';
import type { Script } from './script.ts';

/** The programs that the built-in equivalent stands in for. */
const known: ReadonlySet<string> = new Set(['kustomize', 'argocd-vault-plugin', 'find', 'true', 'echo']);

/**
 * The plugin of this name that is there without being configured: `kustomize build`, then the placeholders of
 * argocd-vault-plugin. One that is configured takes its place.
 */
export const defaultPlugins: readonly PluginConfig[] = [
  {
    name: 'avp-kustomize',
    generate: ['sh', '-c', 'kustomize build . | argocd-vault-plugin generate -'],
    discover: {},
    parameters: { static: [] },
    preserveFileMode: false,
    provideGitCreds: false,
  },
];

/** Where a built-in command works. */
export interface BuiltinPlace {
  readonly tree: Tree;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly reads: Read[];
  /** Inflates the charts of kustomizations. */
  readonly helm?: HelmEngine;
  readonly remote?: RemotePort;
  readonly charts?: ChartPort;
  /** Also find out where each field comes from. */
  readonly origins?: boolean;
  readonly signal?: AbortSignal;
}

/** The programs that a command needs; undefined where what it does cannot be told. */
export function programsOf(
  argv: Argv,
  environment: Readonly<Record<string, string>>,
): readonly string[] | undefined {
  const script = readScript(argv, environment);
  if (!script.ok) return undefined;
  const programs = script.value.flatMap((pipeline) => pipeline.map(([program = '']) => program));
  const [shell = ''] = argv;
  return programs.includes(shell) ? programs : [shell, ...programs];
}

/** Whether all that a command does can be done here without its programs. */
export function isBuiltin(argv: Argv, environment: Readonly<Record<string, string>>): boolean {
  const script = readScript(argv, environment);
  return (
    script.ok && script.value.every((pipeline) => pipeline.every(([program = '']) => known.has(program)))
  );
}

/** Does what a command of known programs would do. Its output is the objects of its last build. */
export async function runBuiltin(
  argv: Argv,
  place: BuiltinPlace,
): Promise<Result<readonly Manifest[], readonly Problem[]>> {
  const script = readScript(argv, place.environment);
  if (!script.ok) return err([script.error]);
  const edits: KustomizationEdit[] = [];
  let output: readonly Manifest[] = [];
  for (const pipeline of script.value) {
    const made = await runPipeline(pipeline, edits, place);
    if (!made.ok) return made;
    output = [...output, ...made.value];
  }
  return ok(output);
}

async function runPipeline(
  pipeline: Script[number],
  edits: KustomizationEdit[],
  place: BuiltinPlace,
): Promise<Result<readonly Manifest[], readonly Problem[]>> {
  let manifests: readonly Manifest[] = [];
  for (const [program = '', ...args] of pipeline) {
    if (program === 'kustomize' && args[0] === 'edit') {
      const edit = readEdit(args.slice(1));
      if (!edit.ok) return err([edit.error]);
      edits.push(edit.value);
    } else if (program === 'kustomize' && args[0] === 'build') {
      const built = await build(args.slice(1), edits, place);
      if (!built.ok) return built;
      manifests = built.value;
    } else if (program === 'argocd-vault-plugin' && args.includes('generate')) {
      const unresolved = refusePlaceholders(manifests);
      if (unresolved.length > 0) return err(unresolved);
    } else if (program !== 'true' && program !== 'echo') {
      const shown = [program, ...args].join(' ');
      return err([problem('plugin-script', `the built-in equivalent does not know \`${shown}\``)]);
    }
  }
  return ok(manifests);
}

async function build(
  args: Argv,
  edits: readonly KustomizationEdit[],
  place: BuiltinPlace,
): Promise<Result<readonly Manifest[], readonly Problem[]>> {
  let loadRestriction: BuildOptions['loadRestriction'];
  let isHelmEnabled = false;
  let folder = place.folder;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const [flag = '', given] = arg.split('=', 2);
    if (flag === '--load-restrictor') {
      const restrictor = given ?? args[++i];
      if (restrictor === 'LoadRestrictionsNone') loadRestriction = 'none';
    } else if (flag === '--enable-helm') isHelmEnabled = true;
    else if (!ignoredFlags.has(flag)) {
      if (arg.startsWith('-'))
        return err([
          problem('plugin-script', `the built-in equivalent does not know kustomize build ${flag}`),
        ]);
      folder = joinPath(place.folder, arg.replace(/^(?:\.\/)*\.?|\/$/g, '')).replace(/\/$/, '');
    }
  }
  const built = await buildKustomization({
    tree: place.tree,
    path: folder,
    options: {
      ...(loadRestriction === undefined ? {} : { loadRestriction }),
      ...(isHelmEnabled ? { helm: helmPortOf(place.helm ?? createHelmEngine(), place.charts) } : {}),
      ...(place.remote === undefined ? {} : { remote: place.remote }),
    },
    overlay: (read) => editData(read, edits),
    ...(place.origins === true ? { origins: true } : {}),
    ...(place.signal === undefined ? {} : { signal: place.signal }),
  });
  if (!built.ok) return built;
  for (const read of built.value.reads) place.reads.push(read);
  const { resources, objects } = built.value;
  return ok(
    objects.map((object, i): Manifest => {
      const { written, fields } = resources[i] ?? {};
      return {
        object,
        origin: written ?? { file: `${folder}/${kustomizationFileNames[0]}`, line: 1, document: i },
        ...(fields === undefined ? {} : { origins: fields }),
      };
    }),
  );
}

/** What these allow is refused by the build itself where it is asked for. */
const ignoredFlags = new Set(['--enable-alpha-plugins', '--enable-exec']);

function refusePlaceholders(manifests: readonly Manifest[]): Problem[] {
  const problems: Problem[] = [];
  for (const { object } of manifests) {
    const pointer = findPlaceholder(object);
    if (pointer === undefined) continue;
    const name = `${object.kind} ${object.metadata.name ?? ''}`;
    const message = `${name}: ${pointer} is a placeholder for a secret, which is not resolved yet`;
    problems.push(
      problem('not-supported-yet', message, {
        hint: 'install argocd-vault-plugin beside Plumbline, or keep the secret as a SealedSecret or encrypted with SOPS',
      }),
    );
  }
  return problems;
}

/** Whether a `find` would print something: `find . -name PATTERN`, also in a shell. */
export async function findsSomething(argv: Argv, place: BuiltinPlace): Promise<Result<boolean>> {
  const script = readScript(argv, place.environment);
  if (!script.ok) return script;
  for (const pipeline of script.value) {
    const [command = []] = pipeline;
    const [program, ...args] = command;
    if (program !== 'find' || pipeline.length !== 1)
      return err(problem('plugin-script', `the built-in equivalent does not know \`${command.join(' ')}\``));
    const found = await runFind(args, place);
    if (!found.ok || found.value) return found;
  }
  return ok(false);
}

async function runFind(args: Argv, { tree, folder, reads }: BuiltinPlace): Promise<Result<boolean>> {
  let pattern: string | undefined;
  const starts: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-name') pattern = args[++i];
    else if (arg === '-type' || arg === '-maxdepth') i++;
    else if (arg === '-print') continue;
    else if (!arg.startsWith('-')) starts.push(arg);
    else return err(problem('plugin-script', `the built-in equivalent does not know find ${arg}`));
  }
  if (pattern === undefined || args.includes('-maxdepth'))
    return err(problem('plugin-script', `the built-in equivalent does not know find ${args.join(' ')}`));
  for (const start of starts.length === 0 ? ['.'] : starts) {
    if (await hasMatch(tree, folder, `${start}/**/${pattern}`, true, reads)) return ok(true);
  }
  return ok(false);
}
