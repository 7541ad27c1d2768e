import type { Tree, TreeEntry } from '@plumbline/api';
import { parseResources } from '../kustomize/accumulate/resource-file.ts';
import { kustomizationFileNames } from '../kustomize/kustomization/names.ts';
import { KustomizeError } from '../kustomize/problem.ts';
import type { IgnoreLines, IgnoreMatcher } from './ignore.ts';

const fileBytesMax = 16 * 1024 * 1024;
const ignoreFileName = '.sourceignore';

/** The name of the kustomization file in a folder. */
export async function kustomizationIn(tree: Tree, folder: string): Promise<string | undefined> {
  for (const name of kustomizationFileNames) {
    const entry = await tree.stat(join(folder, name));
    if (entry !== undefined && entry.kind !== 'folder') return name;
  }
  return undefined;
}

/**
 * What a folder without a kustomization is made of, in the order of its names: every YAML file, which has to hold
 * Kubernetes objects, and every folder with a kustomization of its own, which is not looked into. Paths are relative (`./a`).
 */
export async function scanManifests(
  tree: Tree,
  root: string,
  shownRoot: string,
  isIgnored?: IgnoreMatcher,
): Promise<string[]> {
  const found: string[] = [];
  async function walk(folder: string): Promise<void> {
    for (const entry of (await tree.list(folder)) ?? []) {
      const path = join(folder, entry.name);
      const relative = root === '' ? path : path.slice(root.length + 1);
      if (entry.kind === 'folder') {
        if ((await kustomizationIn(tree, path)) !== undefined) found.push(`./${relative}`);
        else await walk(path);
      } else if (/\.ya?ml$/.test(entry.name) && isIgnored?.(relative.split('/'), false) !== true) {
        await checkManifest(tree, path, entry, shownRoot);
        found.push(`./${relative}`);
      }
    }
  }
  await walk(root);
  return found;
}

async function checkManifest(tree: Tree, path: string, entry: TreeEntry, shownRoot: string): Promise<void> {
  // What a link leads to is read by the build, which knows how far links may lead.
  if (entry.kind !== 'file') return;
  const bytes = await tree.read(path, fileBytesMax);
  try {
    parseResources(new TextDecoder().decode(bytes), path);
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw thrown.prefixed(`failed to decode Kubernetes YAML from ${shownRoot}/${path}`);
  }
}

/** The ignore files of a folder and of all folders below it; those further down count more. */
export async function loadIgnoreFiles(tree: Tree, root: string): Promise<IgnoreLines[]> {
  const files: IgnoreLines[] = [];
  async function walk(path: string, folder: readonly string[]): Promise<void> {
    const bytes = await tree.read(join(path, ignoreFileName), fileBytesMax);
    if (bytes !== undefined) files.push({ folder, text: new TextDecoder().decode(bytes) });
    for (const entry of (await tree.list(path)) ?? [])
      if (entry.kind === 'folder' && entry.name !== '.git')
        await walk(join(path, entry.name), [...folder, entry.name]);
  }
  await walk(root, []);
  return files;
}

export function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
