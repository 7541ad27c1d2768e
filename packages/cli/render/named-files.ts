import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatProblem } from '@plumbline/base';
import { CommandError } from '../io.ts';
import { withSources } from './chart-origin.ts';
import type { Means } from './means.ts';

/**
 * A file that `-f` or `--set-file` names, as Helm reads it: `-` is standard input, an address is asked for, all else is
 * a path. Rejects with `CommandError` in Helm's words.
 */
export async function readNamedFile(name: string, cwd: string, means: Means): Promise<Uint8Array> {
  if (name.trim() === '-') return Buffer.from(await means.readInput());
  if (/^https?:\/\//i.test(name)) return fetchFile(name, cwd, means);
  try {
    return readFileSync(resolve(cwd, name));
  } catch {
    throw new CommandError(`open ${name}: no such file or directory`);
  }
}

/** Values come without the credentials of the chart's repository, as Helm asks for them. */
function fetchFile(url: string, cwd: string, means: Means): Promise<Uint8Array> {
  return withSources({}, cwd, means, async (sources) => {
    const fetched = await sources.file(url);
    if (!fetched.ok) throw new CommandError(formatProblem(fetched.error));
    return fetched.value;
  });
}

/** The files that `--set-file key=path` names; what is missing is said when the lines are read. */
export async function readSetFiles(
  lines: readonly string[],
  cwd: string,
  means: Means,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  for (const line of lines) {
    for (const pair of line.split(/(?<!\\),/)) {
      const name = pair.slice(pair.indexOf('=') + 1).replace(/\\(.)/g, '$1');
      const elsewhere = name.trim() === '-' || /^https?:\/\//i.test(name);
      if (elsewhere || existsSync(resolve(cwd, name)))
        contents.set(name, await readNamedFile(name, cwd, means));
    }
  }
  return contents;
}
