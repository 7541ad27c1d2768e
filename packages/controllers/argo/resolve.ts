import type { ApplicationSource, Snapshot, Tree } from '@plumbline/api';
import { ok } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import type { SourcePort } from './ports.ts';

export interface ResolveRequest {
  /** All sources of the application: one may read files of another (`$values/prod.yaml`). */
  readonly sources: readonly ApplicationSource[];
  /** Pinned revisions; without them each source's target revision. */
  readonly revisions?: readonly string[] | undefined;
  readonly refresh: boolean;
}

/**
 * What a source names now. Sources that others refer to by `ref` appear in its tree as folders `$<ref>`, so that what a
 * chart reads of them is read and remembered like its own files.
 */
export async function resolveSource(
  source: ApplicationSource,
  pinned: string | undefined,
  request: ResolveRequest,
  sources: SourcePort,
): Promise<Result<Snapshot>> {
  const { refresh } = request;
  const own = await sources.resolve(source, pinned || source.targetRevision || 'HEAD', { refresh });
  if (!own.ok) return own;
  const named = referencesOf(source);
  if (named.size === 0) return own;
  const trees = new Map<string, Tree>();
  for (const [index, other] of request.sources.entries()) {
    if (other.ref === undefined || !named.has(other.ref)) continue;
    const revision = request.revisions?.[index] || other.targetRevision || 'HEAD';
    const found = await sources.resolve(other, revision, { refresh });
    if (!found.ok) return found;
    trees.set(`$${other.ref}`, found.value.tree);
  }
  return trees.size === 0 ? own : ok({ ...own.value, tree: joined(own.value.tree, trees) });
}

/** The names that value files and file parameters of a chart begin with: `$name/...`. */
export function referencesOf(source: ApplicationSource): ReadonlySet<string> {
  const names = new Set<string>();
  const files = source.helm?.['valueFiles'];
  const parameters = source.helm?.['fileParameters'];
  const paths = [
    ...(Array.isArray(files) ? files : []),
    ...(Array.isArray(parameters) ? parameters.map((one: { readonly path?: unknown }) => one.path) : []),
  ];
  for (const path of paths) {
    const name = typeof path === 'string' ? /^\$([A-Za-z0-9_-]+)(?:\/|$)/.exec(path)?.[1] : undefined;
    if (name !== undefined) names.add(name);
  }
  return names;
}

/** A tree in whose root others appear as folders. They are reached by their names and not listed. */
function joined(tree: Tree, others: ReadonlyMap<string, Tree>): Tree {
  const at = (path: string): { readonly tree: Tree; readonly path: string } => {
    const [first = ''] = path.split('/', 1);
    const other = others.get(first);
    return other === undefined ? { tree, path } : { tree: other, path: path.slice(first.length + 1) };
  };
  return {
    async stat(path) {
      const there = at(path);
      return there.tree.stat(there.path);
    },
    async list(path) {
      const there = at(path);
      return there.tree.list(there.path);
    },
    async read(path, bytesMax) {
      const there = at(path);
      return there.tree.read(there.path, bytesMax);
    },
  };
}
