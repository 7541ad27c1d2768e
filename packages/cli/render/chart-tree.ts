import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Tree } from '@plumbline/api';
import { localTree } from './local-tree.ts';

/**
 * A chart's folder with what its links may lead to: the Git work tree around it, else the folder that the command was
 * started in, else the chart alone. Helm follows links anywhere; what leads further out is refused here.
 */
export function chartTreeOf(chart: string, cwd: string): { readonly tree: Tree; readonly path: string } {
  const real = realpathSync(chart);
  const started = realpathSync(cwd);
  const root = workTreeAround(real) ?? (isBelow(real, started) ? started : real);
  return { tree: localTree(root), path: relative(root, real) };
}

function workTreeAround(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (lstatSync(join(at, '.git'), { throwIfNoEntry: false }) !== undefined) return at;
    if (at === dirname(at)) return undefined;
  }
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
