import type { Read, Tree } from '@plumbline/api';
import { err, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { filesSuffix, hashOf } from './hashes.ts';
import { follow, noFolder, normalizePath } from './paths.ts';

/** What turns a folder into manifests. */
export type SourceKind = 'directory' | 'helm' | 'kustomize' | 'plugin';

/** What a folder is, and what had to be looked at to know it. */
export interface Detected {
  readonly kind: SourceKind;
  readonly reads: readonly Read[];
}

const kustomizationNames = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization']);

/**
 * What a folder is, as Argo CD finds it out: by the names of the files right in it, the last match in the order of
 * names wins, so a kustomization beats the `Chart.yaml` beside it. `disabled` kinds are not looked for.
 */
export async function detect(
  tree: Tree,
  path: string,
  disabled: readonly SourceKind[] = [],
): Promise<Result<Detected, Problem>> {
  const normal = normalizePath(path);
  if (!normal.ok) return normal;
  const reads: Read[] = [];
  const folder = await follow(tree, normal.value, reads);
  if (folder.type === 'found' && folder.entry.kind === 'file' && isArchiveName(path)) {
    return ok({ kind: 'helm', reads: [{ path: folder.path, hash: folder.entry.hash }] });
  }
  const missing = noFolder(path, folder);
  if (missing !== undefined) return err(missing);
  const files = folder.path + filesSuffix;
  reads.push({ path: files, hash: await hashOf(tree, files) });
  let kind: SourceKind = 'directory';
  for (const entry of (await tree.list(folder.path)) ?? []) {
    if (entry.kind === 'folder') continue;
    if (entry.name.endsWith('Chart.yaml') && !disabled.includes('helm')) kind = 'helm';
    if (kustomizationNames.has(entry.name) && !disabled.includes('kustomize')) kind = 'kustomize';
  }
  return ok({ kind, reads });
}

/** A chart from a repository is one file in its tree. */
function isArchiveName(path: string): boolean {
  return path.endsWith('.tgz') || path.endsWith('.tar.gz');
}

/** The kinds as Argo CD calls them in messages and in `status.sourceType`, in the order in which it names them. */
export const sourceTypes: readonly (readonly [SourceKind, string])[] = [
  ['kustomize', 'Kustomize'],
  ['helm', 'Helm'],
  ['directory', 'Directory'],
  ['plugin', 'Plugin'],
];

/** The kind that a source names itself by having a block of it; undefined: it has to be detected. */
export function explicitKind(
  source: Readonly<Partial<Record<SourceKind, unknown>>>,
): Result<SourceKind | undefined> {
  const named = sourceTypes.filter(([kind]) => source[kind] !== undefined && source[kind] !== null);
  if (named.length > 1) {
    const names = named.map(([, name]) => name).join(',');
    return err(
      problem(
        'source-ambiguous',
        `error getting app source type: multiple application sources defined: ${names}`,
      ),
    );
  }
  return ok(named[0]?.[0]);
}
