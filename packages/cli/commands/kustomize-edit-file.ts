import type { Command } from 'commander';
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { formatProblem } from '@plumbline/base';
import { editKustomization, kustomizationFileNames } from '@plumbline/render';
import type { KustomizationEdit } from '@plumbline/render';
import { CommandError, type Io } from '../io.ts';

/** Where the kustomization file is. */
export interface FolderFlags {
  readonly folder: string;
}

/** One verb of `kustomize edit`. */
export function verb(parent: Command, usage: string, description: string): Command {
  return parent
    .command(usage)
    .description(description)
    .option('--folder <folder>', 'the folder of the kustomization file', '.');
}

/** Writes the file only where something changed, and as a whole. */
export function apply(io: Io, { folder }: FolderFlags, edits: readonly KustomizationEdit[]): void {
  const file = findFile(resolve(io.cwd, folder));
  const shown = relative(io.cwd, file);
  const before = readFileSync(file, 'utf8');
  const done = editKustomization(before, edits, shown);
  if (!done.ok) throw new CommandError(formatProblem(done.error));
  for (const note of done.value.notes) io.stderr.write(`${note}\n`);
  if (done.value.text === before) return;
  const temporary = `${file}.plumb-edit`;
  writeFileSync(temporary, done.value.text, { mode: statSync(file).mode & 0o777 });
  renameSync(temporary, file);
}

function findFile(folder: string): string {
  const found = kustomizationFileNames.map((name) => join(folder, name)).filter((file) => existsSync(file));
  const [file] = found;
  if (file === undefined)
    throw new CommandError(`Missing kustomization file '${kustomizationFileNames[0]}' in ${folder}.`);
  if (found.length > 1)
    throw new CommandError(
      `Found multiple kustomization files in ${folder}: ${found.map((one) => relative(folder, one)).join(', ')}`,
    );
  return file;
}
