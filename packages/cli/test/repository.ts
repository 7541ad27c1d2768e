import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { workTreeOf } from '../render/work-tree.ts';
import { localTree } from '../render/local-tree.ts';
import { remotesOf, sameAddress } from './collect.ts';
import type { Repository } from './collect.ts';

/**
 * The work tree that a path lies in, else the path itself. Addresses that mean it are its remotes and those that are
 * named; where it has neither, every address is taken for it.
 */
export function repositoryOf(path: string, named: readonly string[], cwd: string): Repository {
  const real = realpathSync(path);
  const folder = statSync(real).isDirectory() ? real : dirname(real);
  const root = workTreeOf(folder) ?? folder;
  const addresses = [...named, ...remotesOf(configOf(root))];
  const from = realpathSync(cwd);
  return {
    tree: localTree(root),
    isHere: (url) => addresses.length === 0 || addresses.some((address) => sameAddress(address, url)),
    shown: (file) => relative(from, join(root, file)),
  };
}

/** A linked work tree has a file `.git` that names the folder; its remotes are those of the repository it belongs to. */
function configOf(root: string): string {
  const git = join(root, '.git');
  const found = statSync(git, { throwIfNoEntry: false });
  if (found === undefined) return '';
  if (found.isDirectory()) return textOf(join(git, 'config'));
  const named = /^gitdir: (.+)$/m.exec(textOf(git))?.[1] ?? '';
  return textOf(join(root, named, '..', '..', 'config')) || textOf(join(named, '..', '..', 'config'));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
