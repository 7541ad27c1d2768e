import type { Command } from 'commander';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Result } from '@plumbline/base';
import { kustomizationFileNames, readEntries, readImage, readReplica } from '@plumbline/render';
import type { PatchFlags } from '@plumbline/render';
import { CommandError, type Io } from '../io.ts';
import { addDataCommands, removeDataCommands, setDataCommands } from './kustomize-edit-data.ts';
import { apply, fixWithVars, glob, verb } from './kustomize-edit-file.ts';
import type { FolderFlags } from './kustomize-edit-file.ts';

/** `plumb kustomize edit ...`: the verbs of `kustomize edit`, which leave everything but the change as it is. */
export function kustomizeEditCommands(parent: Command, io: Io): void {
  const edit = familyOf(parent, 'kustomize', 'Kustomizations')
    .command('edit')
    .description('Edit a kustomization file; everything but the change stays as it is');
  setCommands(edit.command('set').description('Set values'), io);
  addCommands(edit.command('add').description('Add entries'), io);
  removeCommands(edit.command('remove').description('Remove entries'), io);
  verb(edit, 'fix', 'Bring old fields into the form of today')
    .option('--vars', 'replacements for variables, too; this changes the files that use them')
    .action((flags: FolderFlags & { readonly vars?: boolean }) => {
      const isFile = (path: string): boolean =>
        statSync(resolve(io.cwd, flags.folder, path), { throwIfNoEntry: false })?.isFile() === true;
      if (flags.vars === true) fixWithVars(io, flags, { type: 'fix', isFile });
      else apply(io, flags, [{ type: 'fix', isFile }]);
    });
}

function familyOf(parent: Command, name: string, description: string): Command {
  return (
    parent.commands.find((command) => command.name() === name) ??
    parent.command(name).description(description)
  );
}

function setCommands(set: Command, io: Io): void {
  verb(set, 'image <image...>', 'name=new:tag@digest, or the parts that change; * keeps a part').action(
    (args: string[], flags: FolderFlags) =>
      apply(io, flags, [{ type: 'setImages', images: args.map((one) => read(readImage(one))) }]),
  );
  verb(set, 'replicas <name=count...>', 'counts of Deployments, StatefulSets and their like').action(
    (args: string[], flags: FolderFlags) =>
      apply(io, flags, [{ type: 'setReplicas', replicas: args.map((one) => read(readReplica(one))) }]),
  );
  for (const kind of ['label', 'annotation'] as const)
    verb(set, `${kind} <key:value...>`, `${kind}s for everything, overwriting what is there`).action(
      (args: string[], flags: FolderFlags) =>
        apply(io, flags, [{ type: 'addEntries', kind, entries: read(readEntries(args, kind)), force: true }]),
    );
  for (const [name, field] of [
    ['namespace', 'namespace'],
    ['nameprefix', 'namePrefix'],
    ['namesuffix', 'nameSuffix'],
  ] as const) {
    verb(set, `${name} <value>`, `the ${name} (write -- before a value that starts with a dash)`).action(
      (value: string, flags: FolderFlags) => apply(io, flags, [{ type: 'set', field, value }]),
    );
  }
  verb(set, 'buildmetadata <option...>', 'originAnnotations, transformerAnnotations, managedByLabel').action(
    (args: string[], flags: FolderFlags) =>
      apply(io, flags, [{ type: 'setBuildMetadata', options: optionsOf(args) }]),
  );
  setDataCommands(set, io);
}

const optionsOf = (args: readonly string[]): readonly string[] => {
  const options = args.flatMap((one) => one.split(','));
  for (const option of options)
    if (!buildMetadata.includes(option)) throw new CommandError(`invalid buildMetadata option: ${option}`, 2);
  return options;
};
const buildMetadata = ['originAnnotations', 'transformerAnnotations', 'managedByLabel'];

/** The lists of paths, by the word that the command has for an entry. */
const pathFields = {
  resource: 'resources',
  component: 'components',
  generator: 'generators',
  transformer: 'transformers',
  configuration: 'configurations',
} as const;

type PathWord = keyof typeof pathFields;
const pathWords = Object.keys(pathFields) as PathWord[];

function addCommands(add: Command, io: Io): void {
  for (const word of pathWords)
    verb(add, `${word} <path...>`, `${pathFields[word]}: files, folders or addresses`)
      .option('--no-verify', 'do not check that the path is there')
      .action((args: string[], flags: FolderFlags & { readonly verify: boolean }) => {
        const paths = flags.verify ? args.flatMap((path) => foundPaths(io, flags, word, path)) : args;
        apply(io, flags, [{ type: 'addPaths', field: pathFields[word], paths }]);
      });
  for (const kind of ['label', 'annotation'] as const) {
    const command = verb(add, `${kind} <key:value...>`, `${kind}s for everything`).option(
      '-f, --force',
      'overwrite what is there',
    );
    if (kind === 'label')
      command
        .option('--without-selector', 'leave selectors alone (an entry of labels)')
        .option('--include-templates', 'put them on pod templates, too; needs --without-selector');
    command.action((args: string[], flags: FolderFlags & AddFlags) => {
      const { force = false, withoutSelector = false, includeTemplates = false } = flags;
      if (includeTemplates && !withoutSelector)
        throw new CommandError(
          '--without-selector flag must be specified for --include-templates to work',
          2,
        );
      const entries = read(readEntries(args, kind));
      apply(io, flags, [{ type: 'addEntries', kind, entries, force, withoutSelector, includeTemplates }]);
    });
  }
  patchCommand(add, 'addPatch', io);
  verb(add, 'base <paths>', 'folders, separated by commas, as resources').action(
    (paths: string, flags: FolderFlags) => {
      for (const path of paths.split(','))
        if (!existsSync(resolve(io.cwd, flags.folder, path)))
          throw new CommandError(`${path} does not exist`);
      apply(io, flags, [{ type: 'addBases', paths: paths.split(',') }]);
    },
  );
  verb(add, 'buildmetadata <option...>', buildMetadata.join(', ')).action(
    (args: string[], flags: FolderFlags) =>
      apply(io, flags, [{ type: 'addBuildMetadata', options: optionsOf(args) }]),
  );
  addDataCommands(add, io);
}

interface AddFlags {
  readonly force?: boolean;
  readonly withoutSelector?: boolean;
  readonly includeTemplates?: boolean;
}

function removeCommands(remove: Command, io: Io): void {
  for (const word of pathWords)
    verb(remove, `${word} <pattern...>`, `${pathFields[word]} whose text fits a pattern`).action(
      (patterns: string[], flags: FolderFlags) =>
        apply(io, flags, [{ type: 'removePaths', field: pathFields[word], patterns }]),
    );
  for (const kind of ['label', 'annotation'] as const)
    verb(remove, `${kind} <keys>`, `${kind}s by their keys, separated by commas`)
      .option('-i, --ignore-non-existence', 'a key that is not there is no error')
      .action((keys: string, flags: FolderFlags & { readonly ignoreNonExistence?: boolean }) =>
        apply(io, flags, [
          {
            type: 'removeEntries',
            kind,
            keys: keys.split(','),
            ignoreMissing: flags.ignoreNonExistence === true,
          },
        ]),
      );
  patchCommand(remove, 'removePatch', io);
  verb(remove, 'buildmetadata <option...>', buildMetadata.join(', ')).action(
    (args: string[], flags: FolderFlags) =>
      apply(io, flags, [{ type: 'removeBuildMetadata', options: optionsOf(args) }]),
  );
  removeDataCommands(remove, io);
}

function patchCommand(parent: Command, type: 'addPatch' | 'removePatch', io: Io): void {
  verb(
    parent,
    'patch',
    type === 'addPatch' ? 'a patch, from a file or as text' : 'the patch that these flags describe',
  )
    .option('--path <file>', 'the file of the patch')
    .option('--patch <text>', 'the patch itself')
    .option('--group <group>', 'of the target')
    .option('--version <version>', 'of the target')
    .option('--kind <kind>', 'of the target')
    .option('--name <name>', 'of the target')
    .option('--namespace <namespace>', 'of the target')
    .option('--annotation-selector <selector>', 'of the target')
    .option('--label-selector <selector>', 'of the target')
    .action((flags: FolderFlags & PatchFlags) => apply(io, flags, [{ type, patch: flags }]));
}

function read<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new CommandError(result.error.message, 2);
}

/** What a pattern finds, without the kustomization file itself; addresses of other places are taken as they are. */
function foundPaths(io: Io, { folder }: FolderFlags, word: PathWord, pattern: string): readonly string[] {
  if (/^[a-z][a-z0-9+.-]*:|^git@|^github\.com\//i.test(pattern)) return [pattern];
  const found = glob(resolve(io.cwd, folder), pattern);
  if (found.length === 0) {
    // Upstream only says so of configurations of plugins.
    if (word !== 'generator' && word !== 'transformer') throw new CommandError(`${pattern} has no match`);
    io.stderr.write(`${pattern} has no match\n`);
  }
  return found.filter((path) => !kustomizationFileNames.some((name) => name === path));
}
