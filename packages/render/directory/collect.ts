import type { Read, Tree } from '@plumbline/api';
import { problem } from '@plumbline/base';
import type { Problem } from '@plumbline/base';
import { compileGlob } from '@plumbline/languages';
import { follow, joinPath, leavesRoot, readLink } from '../paths.ts';

/** A file that may hold manifests. */
export interface Candidate {
  /** Below the tree's root; for a link its own path, not its target's. */
  readonly path: string;
  /** Where its bytes are. */
  readonly contentPath: string;
  readonly name: string;
}

/** The files found, and what was wrong on the way. */
export interface Collected {
  readonly candidates: readonly Candidate[];
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
}

/** Which files: with those in folders below, and by globs over their paths. */
export interface CollectOptions {
  readonly recurse: boolean;
  readonly include: string;
  readonly exclude: string;
  /** Whatever a file's name ends in. */
  readonly anyName: boolean;
}

const manifestName = /\.(?:yaml|yml|json|jsonnet)$/;
/** Deeper folders come from mistakes. */
const depthMax = 100;
/** More files than this are no application. */
const candidatesMax = 50_000;

/**
 * The files of a folder in the order of their names that Argo CD takes for manifests. Hidden ones count. Every link
 * below the folder is checked, whatever its name is: one that leaves the repository spoils the whole folder.
 * (Argo CD lets such a link anywhere in the repository spoil all its applications; here only its own.)
 */
export async function collect(
  tree: Tree,
  root: string,
  options: CollectOptions,
  reads: Read[],
): Promise<Collected> {
  const candidates: Candidate[] = [];
  const warnings: string[] = [];
  const problems: Problem[] = [];
  const includes = matcher(options.include, 'include', warnings, true);
  const excludes = matcher(options.exclude, 'exclude', warnings, false);

  const isCandidate = (name: string): boolean => options.anyName || manifestName.test(name);

  async function visitLink(path: string, relative: string, name: string): Promise<void> {
    if (leavesRoot(path, await readLink(tree, path))) {
      problems.push(
        problem('link-outside', `repository contains out-of-bounds symlinks. file: ${path}`, {
          where: { file: path },
        }),
      );
      return;
    }
    if (!isCandidate(name)) return;
    const target = await follow(tree, path, reads);
    if (target.type === 'found') {
      if (target.entry.kind !== 'file') {
        warnings.push(
          `skipping manifest file ${path}: ignoring symlink at "${relative}" to non-regular file "${target.path}"`,
        );
        return;
      }
      reads.push({ path: target.path, hash: target.entry.hash });
      offer({ path, contentPath: target.path, name }, relative);
    } else if (target.type === 'missing') {
      warnings.push(`skipping manifest file ${path}: destination of symlink "${relative}" is missing`);
    } else if (target.type === 'outside') {
      problems.push(
        problem('link-outside', `repository contains out-of-bounds symlinks. file: ${path}`, {
          where: { file: path },
        }),
      );
    } else {
      const message = `invalid manifest file "${path}": failed to evaluate symlink at "${relative}": too many links`;
      problems.push(
        problem('link-loop', `failed to get potentially valid manifests: ${message}`, {
          where: { file: path },
        }),
      );
    }
  }

  function offer(candidate: Candidate, relative: string): void {
    if (!excludes(relative) && includes(relative)) candidates.push(candidate);
  }

  async function walk(folder: string, relativeFolder: string, depth: number): Promise<void> {
    if (depth > depthMax) {
      problems.push(problem('directory-too-deep', `${folder}: folders nest deeper than ${depthMax} levels`));
      return;
    }
    for (const entry of (await tree.list(folder)) ?? []) {
      const path = joinPath(folder, entry.name);
      const relative = joinPath(relativeFolder, entry.name);
      if (entry.kind === 'folder') {
        if (options.recurse) await walk(path, relative, depth + 1);
      } else if (entry.kind === 'link') await visitLink(path, relative, entry.name);
      else if (entry.kind === 'file' && isCandidate(entry.name)) {
        offer({ path, contentPath: path, name: entry.name }, relative);
      }
      if (candidates.length > candidatesMax) {
        problems.push(problem('directory-too-large', `${root}: more than ${candidatesMax} manifest files`));
        return;
      }
    }
  }

  await walk(root, '', 0);
  return { candidates, warnings, problems };
}

/** A pattern that is none matches nothing, as in Argo CD, but somebody should know. */
function matcher(
  pattern: string,
  name: string,
  warnings: string[],
  whenEmpty: boolean,
): (path: string) => boolean {
  if (pattern === '') return () => whenEmpty;
  const compiled = compileGlob(pattern);
  if (compiled.ok) return compiled.value;
  warnings.push(`${name}: ${compiled.error.message}`);
  return () => false;
}
