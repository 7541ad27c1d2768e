import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The Git work tree that a folder lies in. */
export function workTreeOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (lstatSync(join(at, '.git'), { throwIfNoEntry: false }) !== undefined) return at;
    if (at === dirname(at)) return undefined;
  }
}
