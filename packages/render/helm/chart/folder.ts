import type { Read, Tree } from '@plumbline/api';
import { fromBytes, GoError } from '@plumbline/languages';
import { follow, joinPath } from '../../paths.ts';
import { parseIgnoreRules } from '../ignore.ts';
import type { IgnoreRules } from '../ignore.ts';
import { archiveLimits, withoutMark } from './archive.ts';
import type { ArchiveLimits } from './archive.ts';
import type { ChartFile } from './types.ts';

/** A chart's folder: its files and what had to be looked at. */
export interface ChartFolder {
  readonly files: readonly ChartFile[];
  readonly reads: readonly Read[];
}

/** How many folders may lie in each other; links could make it endless. */
const depthMax = 60;

interface Walk {
  readonly tree: Tree;
  readonly rules: IgnoreRules;
  readonly limits: ArchiveLimits;
  readonly files: ChartFile[];
  readonly reads: Read[];
  bytes: number;
}

/** Reads the folder of a chart as Helm walks it: `.helmignore` at its root, links followed inside the tree. Rejects with `GoError`. */
export async function readChartFolder(
  tree: Tree,
  path: string,
  limits: ArchiveLimits = archiveLimits,
): Promise<ChartFolder> {
  const reads: Read[] = [];
  const root = await follow(tree, path, reads);
  if (root.type !== 'found' || root.entry.kind !== 'folder') {
    throw new GoError(`path ${JSON.stringify(path)} not found`);
  }
  reads.push({ path: root.path, hash: root.entry.hash });
  const ignoreFile = await tree
    .read(joinPath(root.path, '.helmignore'), limits.fileBytesMax)
    .catch(() => undefined);
  const rules = parseIgnoreRules(ignoreFile === undefined ? '' : fromBytes(ignoreFile));
  const walk: Walk = { tree, rules, limits, files: [], reads, bytes: 0 };
  await walkFolder(walk, root.path, '', 0);
  return { files: walk.files, reads };
}

async function walkFolder(walk: Walk, at: string, name: string, depth: number): Promise<void> {
  if (depth > depthMax) throw new GoError(`${name}: folders lie in each other too deeply`);
  for (const entry of (await walk.tree.list(at)) ?? []) {
    const path = joinPath(at, entry.name);
    const below = joinPath(name, entry.name);
    if (entry.kind === 'submodule') continue;
    if (entry.kind === 'link') {
      await walkLink(walk, path, below, depth);
      continue;
    }
    if (walk.rules.ignores(below, entry.kind === 'folder')) continue;
    if (entry.kind === 'folder') await walkFolder(walk, path, below, depth + 1);
    else await addFile(walk, path, below);
  }
}

/** Links are followed before the rules are asked, as upstream does; a link to nothing breaks the chart. */
async function walkLink(walk: Walk, path: string, below: string, depth: number): Promise<void> {
  const target = await follow(walk.tree, path, walk.reads);
  if (target.type !== 'found') {
    throw new GoError(
      target.type === 'outside'
        ? `error evaluating symlink ${below}: the link leads out of the source`
        : `error evaluating symlink ${below}: lstat ${target.path}: no such file or directory`,
    );
  }
  walk.reads.push({ path: target.path, hash: target.entry.hash });
  const isFolder = target.entry.kind === 'folder';
  if (walk.rules.ignores(below, isFolder)) return;
  if (isFolder) await walkFolder(walk, target.path, below, depth + 1);
  else await addFile(walk, target.path, below);
}

async function addFile(walk: Walk, path: string, name: string): Promise<void> {
  const { limits } = walk;
  let data: Uint8Array | undefined;
  try {
    data = await walk.tree.read(path, limits.fileBytesMax);
  } catch {
    throw new GoError(
      `chart file ${JSON.stringify(name.split('/').at(-1) ?? name)} is larger than the maximum file size ${limits.fileBytesMax}`,
    );
  }
  if (data === undefined) throw new GoError(`error reading ${name}: no such file or directory`);
  walk.bytes += data.length;
  if (walk.bytes > limits.chartBytesMax)
    throw new GoError(`the chart is larger than the maximum size ${limits.chartBytesMax}`);
  if (walk.files.length >= limits.filesMax)
    throw new GoError(`the chart has more than ${limits.filesMax} files`);
  walk.files.push({ name, data: withoutMark(data) });
}
