import { realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Manifest, Tree } from '@plumbline/api';
import { formatProblem } from '@plumbline/base';
import type { Problem } from '@plumbline/base';
import { writeYaml } from '@plumbline/languages';
import { render } from '@plumbline/render';
import { CommandError } from '../io.ts';
import { localTree } from './local-tree.ts';
import type { RenderFlags } from './options.ts';
import { contextOf, directorySource } from './source-flags.ts';
import { workTreeOf } from './work-tree.ts';

/** What was rendered, before it is printed. */
export interface RenderedFolder {
  readonly kind: 'directory' | 'plugin' | 'flux';
  readonly manifests: readonly Manifest[];
  readonly text: string;
  readonly warnings: readonly string[];
}

/** A folder of this machine within what counts as its repository. */
export interface Place {
  readonly root: string;
  readonly tree: Tree;
  /** Below the root; '' is the root. */
  readonly path: string;
  /** How files of the tree are named for who sits in the working folder. */
  shown(file: string): string;
}

/**
 * The repository around a folder: the Git work tree, or else the working folder where it contains the folder. What a
 * folder names besides itself (libraries, bases) is looked for there and nowhere else.
 */
export function placeOf(folder: string, cwd: string): Place {
  const real = realpathSync(folder);
  const here = realpathSync(cwd);
  const git = workTreeOf(real);
  const isBelow = real === here || real.startsWith(here === '/' ? '/' : `${here}/`);
  const root = git ?? (isBelow ? here : real);
  return {
    root,
    tree: localTree(root),
    path: relative(root, real),
    shown: (file) => relative(here, join(root, file)),
  };
}

/** A folder of plain files and Jsonnet. */
export async function renderFolder(folder: string, flags: RenderFlags, cwd: string): Promise<RenderedFolder> {
  const place = placeOf(folder, cwd);
  const { tree, path } = place;
  const rendered = await render({
    tree,
    path,
    source: directorySource(flags),
    context: contextOf(flags, path),
    ...(flags.origins === true ? { origins: true } : {}),
  });
  if (!rendered.ok) throw folderError(rendered.error);
  refusePluginConfigs(rendered.value.manifests, place);
  return printed('directory', rendered.value, place);
}

/** Problems with the names of files as they are in the tree, one per line. */
export function folderError(problems: readonly Problem[]): CommandError {
  return new CommandError(problems.map(formatProblem).join('\n'));
}

/** What was rendered, with the names of its files as they are seen from the working folder. */
export function printed(
  kind: RenderedFolder['kind'],
  { manifests, warnings }: { readonly manifests: readonly Manifest[]; readonly warnings: readonly string[] },
  place: Place,
): RenderedFolder {
  const text = manifests.map(({ object }) => `---\n${writeYaml(object)}`).join('');
  return {
    kind,
    manifests: manifests.map((one) => seenFrom(place, one)),
    text,
    warnings: warnings.map((warning) => `warning: ${warning}`),
  };
}

/** A manifest whose files are named as they are seen from elsewhere. What is no file (the output of a plugin) keeps its name. */
function seenFrom(place: Place, manifest: Manifest): Manifest {
  const seen = <T extends { readonly file: string }>(at: T): T =>
    /^(?:plugin |the Kustomization$)/.test(at.file) ? at : { ...at, file: place.shown(at.file) };
  const { object, origin, origins } = manifest;
  return {
    ...manifest,
    object,
    origin: seen(origin),
    ...(origins === undefined
      ? {}
      : { origins: new Map([...origins].map(([pointer, steps]) => [pointer, steps.map(seen)])) }),
  };
}

/**
 * No cluster knows this kind: whoever keeps one in a folder means the plugin to make its manifests. A repository cannot
 * say which programs run, so that takes a word of who calls.
 */
function refusePluginConfigs(manifests: readonly Manifest[], place: Place): void {
  const found = manifests.find(
    ({ object }) => object.kind === 'ConfigManagementPlugin' && object.apiVersion.startsWith('argoproj.io/'),
  );
  if (found === undefined) return;
  const file = place.shown(found.origin.file);
  const name = found.object.metadata.name ?? '';
  throw new CommandError(
    `${file}:${found.origin.line}: this folder has the config management plugin ${name}, and no program is run that nobody has named ` +
      `(--plugins ${file} --plugin ${name} runs it; --exclude leaves its file out)`,
  );
}
