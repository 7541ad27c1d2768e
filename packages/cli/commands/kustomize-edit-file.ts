import type { Command } from 'commander';
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { formatProblem, isRecord } from '@plumbline/base';
import { matchGlob, readYaml } from '@plumbline/languages';
import { convertVars, editKustomization, kustomizationFileNames } from '@plumbline/render';
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
  const before = readFileSync(file, 'utf8');
  const after = edited(io, file, before, edits);
  if (after !== before) writeWhole(file, after);
}

/** The old fields in the form of today, and replacements for the variables: nothing is written if any of it fails. */
export function fixWithVars(io: Io, { folder }: FolderFlags, fix: KustomizationEdit): void {
  const file = findFile(resolve(io.cwd, folder));
  const fixed = edited(io, file, readFileSync(file, 'utf8'), [fix]);
  const read = readYaml(fixed, { file, duplicateKeys: 'last' });
  const value = read.ok ? read.value[0]?.value : undefined;
  const at = (path: string): string => resolve(dirname(file), path);
  const converted = convertVars(isRecord(value) ? value : {}, {
    read: (path) => (isKind(at(path), 'isFile') ? readFileSync(at(path), 'utf8') : undefined),
    list: (path) => (isKind(at(path), 'isDirectory') ? readdirSync(at(path)) : undefined),
  });
  if (!converted.ok) throw new CommandError(formatProblem(converted.error));
  const { replacements, files } = converted.value;
  const text = edited(
    io,
    file,
    fixed,
    replacements.length === 0 ? [] : [{ type: 'replaceVars', replacements }],
  );
  for (const [path, changed] of files) {
    writeWhole(at(path), changed);
    io.stderr.write(`changed ${relative(io.cwd, at(path))}\n`);
  }
  writeWhole(file, text);
}

function isKind(path: string, kind: 'isFile' | 'isDirectory'): boolean {
  return statSync(path, { throwIfNoEntry: false })?.[kind]() === true;
}

function edited(io: Io, file: string, text: string, edits: readonly KustomizationEdit[]): string {
  const done = editKustomization(text, edits, relative(io.cwd, file));
  if (!done.ok) throw new CommandError(formatProblem(done.error));
  for (const note of done.value.notes) io.stderr.write(`${note}\n`);
  return done.value.text;
}

function writeWhole(file: string, text: string): void {
  const temporary = `${file}.plumb-edit`;
  writeFileSync(temporary, text, { mode: statSync(file).mode & 0o777 });
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

/** Paths below a folder that fit a pattern, part by part, as a shell finds them. */
export function glob(folder: string, pattern: string): readonly string[] {
  if (!/[*?[]/.test(pattern)) return existsSync(resolve(folder, pattern)) ? [pattern] : [];
  let paths = [''];
  for (const part of pattern.split('/'))
    paths = paths.flatMap((path) => {
      if (!/[*?[]/.test(part)) return existsSync(join(folder, path, part)) ? [join(path, part)] : [];
      const names = existsSync(join(folder, path)) ? readdirSync(join(folder, path)).sort() : [];
      return names.filter((name) => matchGlob(part, name)).map((name) => join(path, name));
    });
  return paths;
}
