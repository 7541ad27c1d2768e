import type { Command } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { variableKeys } from '@plumbline/render';
import { CommandError, type Io } from '../io.ts';
import { collect, collectAll } from '../repeatable.ts';
import { apply, glob, verb } from './kustomize-edit-file.ts';
import type { FolderFlags } from './kustomize-edit-file.ts';

const kinds = [
  ['configmap', 'ConfigMap'],
  ['secret', 'Secret'],
] as const;

interface AddFlags extends FolderFlags {
  readonly fromFile?: readonly string[];
  readonly fromLiteral?: readonly string[];
  readonly fromEnvFile?: string;
  readonly namespace?: string;
  readonly behavior?: string;
  readonly type?: string;
  readonly disableNameSuffixHash?: boolean;
}

/** `edit add configmap|secret NAME`: an entry of a generator, or more sources for one that is there. */
export function addDataCommands(add: Command, io: Io): void {
  for (const [word, kind] of kinds) {
    const command = verb(add, `${word} <name>`, `a ${kind} that is generated`)
      .option('--from-file <[key=]source>', 'a file as a key; globs may be used; repeatable', collectAll)
      .option('--from-literal <key=value>', 'a key and its value; repeatable', collect)
      .option('--from-env-file <file>', 'a file of lines key=value')
      .option('--namespace <namespace>', `the namespace of the ${kind}`)
      .option('--disableNameSuffixHash', 'no hash at the end of the name');
    if (kind === 'ConfigMap') command.option('--behavior <behavior>', 'create|merge|replace');
    else command.option('--type <type>', 'Opaque|kubernetes.io/tls', 'Opaque');
    command.action((name: string, flags: AddFlags) => {
      const folder = resolve(io.cwd, flags.folder);
      const { fromEnvFile: envFile, type: secretType, behavior, namespace } = flags;
      if (envFile !== undefined && !existsSync(resolve(folder, envFile)))
        throw new CommandError(`failed to create ${word}: env source files: ${envFile}: no such file`);
      const data = {
        kind,
        name,
        literals: flags.fromLiteral ?? [],
        files: (flags.fromFile ?? []).flatMap((one) => expand(io, folder, one)),
        disableNameSuffixHash: flags.disableNameSuffixHash === true,
        ...(envFile === undefined ? {} : { envFile }),
        envKeys: (path: string) =>
          existsSync(resolve(folder, path)) ? variableKeys(readFileSync(resolve(folder, path))) : [],
        ...(behavior === undefined ? {} : { behavior }),
        ...(namespace === undefined ? {} : { namespace }),
        ...(secretType === undefined ? {} : { secretType }),
      };
      apply(io, flags, [{ type: 'addData', data }]);
    });
  }
}

/** The files of a pattern (`key=pattern` has to name one). */
function expand(io: Io, folder: string, source: string): readonly string[] {
  const [key, pattern, ...more] = source.split('=');
  const isKeyed = pattern !== undefined && more.length === 0;
  const wanted = isKeyed ? pattern : (key ?? '');
  const found = glob(folder, wanted);
  if (found.length === 0 && !isKeyed) io.stderr.write(`${wanted} has no match\n`);
  if (!isKeyed) return found;
  if (found.length !== 1)
    throw new CommandError(
      `failed to expand file source: 'pattern '${source}' catches files [${found.join(' ')}], should catch only one`,
    );
  return [`${key}=${found[0]}`];
}

interface SetFlags extends FolderFlags {
  readonly fromLiteral?: readonly string[];
  readonly namespace?: string;
  readonly newNamespace?: string;
}

/** `edit set configmap|secret NAME`: other values for keys that are there. */
export function setDataCommands(set: Command, io: Io): void {
  for (const [word, kind] of kinds)
    verb(set, `${word} <name>`, `values of a ${kind} that is generated`)
      .option('--from-literal <key=value>', 'a key that is there and its new value; repeatable', collect)
      .option('--namespace <namespace>', 'the namespace that it has')
      .option('--new-namespace <namespace>', 'the namespace that it gets')
      .action((name: string, flags: SetFlags) => {
        const { fromLiteral: literals = [], namespace = '', newNamespace = '' } = flags;
        apply(io, flags, [{ type: 'setData', kind, name, namespace, literals, newNamespace }]);
      });
}

/** `edit remove configmap|secret NAME,NAME`. */
export function removeDataCommands(remove: Command, io: Io): void {
  for (const [word, kind] of kinds)
    verb(remove, `${word} <names>`, `${kind}s that are generated, separated by commas`)
      .option('--namespace <namespace>', 'the namespace that they have')
      .action((names: string, flags: FolderFlags & { readonly namespace?: string }) => {
        const { namespace = '' } = flags;
        apply(io, flags, [{ type: 'removeData', kind, names: names.split(','), namespace }]);
      });
}
