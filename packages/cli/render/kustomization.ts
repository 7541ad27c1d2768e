import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Manifest, Tree, TreeEntry } from '@plumbline/api';
import type { Problem, Result } from '@plumbline/base';
import { buildKustomization, helmPortOf, kustomizationFileNames } from '@plumbline/render';
import type { BuildOptions, Built, HelmEngine, RepositoryUrl } from '@plumbline/render';
import type { Elsewhere } from '../compose/elsewhere.ts';
import { CommandError } from '../io.ts';
import type { KustomizeFlags } from './kustomize-flags.ts';
import { workTreeOf } from './work-tree.ts';

/** What was built, as manifests; files are named as they are seen from `cwd`. */
export function manifestsOf(built: Built, folder: string, cwd: string): readonly Manifest[] {
  const root = workTreeOf(realpathSync(folder)) ?? '/';
  const seen = <T extends { readonly file: string }>(place: T): T =>
    existsSync(join(root, place.file))
      ? { ...place, file: relative(realpathSync(cwd), join(root, place.file)) }
      : place;
  return plainManifests(built, folder).map(({ object, origin, origins }) => ({
    object,
    origin: seen(origin),
    ...(origins === undefined
      ? {}
      : { origins: new Map([...origins].map(([pointer, steps]) => [pointer, steps.map(seen)])) }),
  }));
}

/** The same with the names of files as they are in the tree that was built. */
export function plainManifests(built: Built, folder: string): readonly Manifest[] {
  const unknown = { file: join(folder, kustomizationFileNames[0]), line: 1, document: 0 };
  return built.resources.map(({ written, fields }, i) => ({
    object: built.objects[i] as Manifest['object'],
    origin: written ?? unknown,
    ...(fields === undefined ? {} : { origins: fields }),
  }));
}

/** The message as kustomize says it; the way out, where there is one, below. */
export function inWords({ message, hint }: Problem): string {
  return hint === undefined ? message : `${message}\n(${hint})`;
}

/** Builds the kustomization in a folder of this machine as `kustomize build` does. */
export function buildLocalKustomization(
  folder: string,
  flags: KustomizeFlags,
  engine: HelmEngine,
  elsewhere?: Elsewhere,
): Promise<Result<Built, readonly Problem[]>> {
  const real = realpathSync(folder);
  // Bases may lie beside and above the folder: without a Git work tree around it the root is that of everything.
  const root = workTreeOf(real) ?? '/';
  return buildKustomization({
    tree: hostTree(root),
    path: relative(root, real),
    ...(flags.origins === true ? { origins: true } : {}),
    options: {
      ...buildOptions(flags, engine, elsewhere),
      shownRoot: root === '/' ? '' : root,
      absolutePaths: true,
    },
  });
}

/** Builds a kustomization of another repository. */
export function buildRemoteKustomization(
  tree: Tree,
  url: RepositoryUrl,
  flags: KustomizeFlags,
  engine: HelmEngine,
  elsewhere: Elsewhere,
): Promise<Result<Built, readonly Problem[]>> {
  return buildKustomization({
    tree,
    path: url.path,
    ...(flags.origins === true ? { origins: true } : {}),
    options: { ...buildOptions(flags, engine, elsewhere), shownRoot: `/${url.clone}` },
  });
}

/** What the flags say of a build. */
function buildOptions(
  flags: KustomizeFlags,
  engine: HelmEngine,
  elsewhere: Elsewhere | undefined,
): BuildOptions {
  const { kubeVersion, apiVersions } = flags;
  return {
    ...optionsOf(flags),
    ...(flags.enableHelm === true ? { helm: helmPortOf(engine, elsewhere?.charts) } : {}),
    ...(elsewhere === undefined ? {} : { remote: elsewhere.remote }),
    helmOptions: {
      ...(kubeVersion === undefined ? {} : { kubeVersion }),
      ...(apiVersions === undefined ? {} : { apiVersions }),
    },
  };
}

function optionsOf(flags: KustomizeFlags): BuildOptions {
  const { loadRestrictor = 'LoadRestrictionsRootOnly', reorder = 'legacy' } = flags;
  if (loadRestrictor !== 'LoadRestrictionsRootOnly' && loadRestrictor !== 'LoadRestrictionsNone')
    throw new CommandError(
      `illegal flag value --load-restrictor ${loadRestrictor}; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]`,
      2,
    );
  if (reorder !== 'legacy' && reorder !== 'none')
    throw new CommandError(`illegal flag value --reorder ${reorder}; legal values: [legacy none]`, 2);
  return {
    loadRestriction: loadRestrictor === 'LoadRestrictionsNone' ? 'none' : 'rootOnly',
    reorder,
    managedByLabel: flags.enableManagedbyLabel === true,
  };
}

function statEntry(root: string, path: string): TreeEntry | undefined {
  const info = lstatSync(`${root}/${path}`, { throwIfNoEntry: false });
  const kind =
    info?.isDirectory() === true
      ? 'folder'
      : info?.isSymbolicLink() === true
        ? 'link'
        : info?.isFile() === true
          ? 'file'
          : undefined;
  return kind === undefined ? undefined : { name: path.slice(path.lastIndexOf('/') + 1), kind, hash: '' };
}

/** This machine's files below a root for one build. Folders have no hash: nobody asks again, and the root may hold everything. */
function hostTree(root: string): Tree {
  // A build asks for the same folders again and again, and sees them as they were when it first asked.
  const known = new Map<string, TreeEntry | undefined>();
  const entryOf = (path: string): TreeEntry | undefined => {
    if (known.has(path)) return known.get(path);
    const entry = statEntry(root, path);
    known.set(path, entry);
    return entry;
  };
  return {
    stat: (path) => Promise.resolve(entryOf(path)),
    list(path) {
      if (entryOf(path)?.kind !== 'folder') return Promise.resolve(undefined);
      const names = readdirSync(join(root, path)).filter((name) => name !== '.git');
      const entries = names.map((name) => entryOf(path === '' ? name : `${path}/${name}`));
      const present = entries.filter((entry) => entry !== undefined);
      return Promise.resolve(
        present.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))),
      );
    },
    read(path, bytesMax) {
      const kind = entryOf(path)?.kind;
      if (kind === 'link') return Promise.resolve(Buffer.from(readlinkSync(join(root, path))));
      if (kind !== 'file') return Promise.resolve(undefined);
      const bytes = readFileSync(join(root, path));
      return bytes.length > bytesMax
        ? Promise.reject(new Error(`${path} is longer than ${bytesMax} bytes`))
        : Promise.resolve(bytes);
    },
  };
}
