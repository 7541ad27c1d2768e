import type { Command } from 'commander';
import { isRecord } from '@plumbline/base';
import { parseJsonText } from '@plumbline/languages';
import type { RenderContext, SourceParameters } from '@plumbline/render';
import { CommandError } from '../io.ts';
import { collect } from '../repeatable.ts';

/** The flags that say of a folder what an Application or a Flux `Kustomization` would say of it. */
export interface SourceFlags {
  readonly recurse?: boolean;
  readonly include?: string;
  readonly exclude?: string;
  readonly extStr?: readonly string[];
  readonly extCode?: readonly string[];
  readonly tlaStr?: readonly string[];
  readonly tlaCode?: readonly string[];
  readonly jpath?: readonly string[];
  readonly plugins?: string;
  readonly plugin?: string;
  readonly pluginEnv?: readonly string[];
  readonly pluginParameters?: string;
  readonly buildEnv?: readonly string[];
  readonly fluxKustomization?: string;
}

/** Adds the flags to a command. */
export function addSourceOptions(command: Command): Command {
  return command
    .option('--recurse', 'plain files: go into folders below')
    .option('--include <glob>', 'plain files: only those that match')
    .option('--exclude <glob>', 'plain files: none that match')
    .option('-V, --ext-str <name=text>', 'Jsonnet: an external variable; repeatable', collect)
    .option('--ext-code <name=code>', 'Jsonnet: an external variable that is a program; repeatable', collect)
    .option('-A, --tla-str <name=text>', 'Jsonnet: a top-level argument; repeatable', collect)
    .option('--tla-code <name=code>', 'Jsonnet: a top-level argument that is a program; repeatable', collect)
    .option('-J, --jpath <folder>', 'Jsonnet: a folder of libraries, from the root; repeatable', collect)
    .option('--plugins <file-or-dir>', 'plugins: those whose programs may run here; without it none may')
    .option('--plugin <name>', 'plugins: the one to render with; otherwise the first that wants the folder')
    .option(
      '--plugin-env <name=value>',
      'plugins: a variable (seen as ARGOCD_ENV_<name>); repeatable',
      collect,
    )
    .option('--plugin-parameters <json>', 'plugins: the list of parameters, as an Application has it')
    .option(
      '--build-env <name=value>',
      'a variable of the build environment (ARGOCD_APP_NAME); repeatable',
      collect,
    )
    .option('--flux-kustomization <file>', 'render the folder as this Kustomization of Flux does');
}

/** What an Application's source would say of a plain folder. */
export function directorySource(flags: SourceFlags): SourceParameters {
  const { recurse, include, exclude, extStr, extCode, tlaStr, tlaCode, jpath: libs } = flags;
  return {
    directory: {
      recurse: recurse === true,
      ...(include === undefined ? {} : { include }),
      ...(exclude === undefined ? {} : { exclude }),
      jsonnet: {
        extVars: [...variablesOf('--ext-str', extStr), ...variablesOf('--ext-code', extCode, true)],
        tlas: [...variablesOf('--tla-str', tlaStr), ...variablesOf('--tla-code', tlaCode, true)],
        ...(libs === undefined ? {} : { libs }),
      },
    },
  };
}

/** What an Application's source would say of a plugin. */
export function pluginSource(flags: SourceFlags): SourceParameters {
  const { plugin: name, pluginEnv, pluginParameters } = flags;
  const env = variablesOf('--plugin-env', pluginEnv);
  return {
    plugin: {
      ...(name === undefined ? {} : { name }),
      ...(env.length === 0 ? {} : { env }),
      ...(pluginParameters === undefined ? {} : { parameters: readParameters(pluginParameters) }),
    },
  };
}

function readParameters(text: string): readonly unknown[] {
  const list = parseJsonText(text)?.value;
  if (Array.isArray(list) && list.every(isRecord)) return list;
  throw new CommandError(
    '--plugin-parameters is a JSON list of parameters: [{"name": "a", "string": "x"}]',
    2,
  );
}

interface Variable {
  readonly name: string;
  readonly value: string;
  readonly code?: boolean;
}

function variablesOf(flag: string, given: readonly string[] = [], code = false): readonly Variable[] {
  return given.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new CommandError(`${flag} ${text}: it has the form NAME=VALUE`, 2);
    return { name: text.slice(0, at), value: text.slice(at + 1), ...(code ? { code } : {}) };
  });
}

/** For whom a folder is rendered that no Application names: what the flags say, and the folder. */
export function contextOf(
  flags: SourceFlags & {
    readonly releaseName?: string;
    readonly namespace?: string;
    readonly kubeVersion?: string;
    readonly apiVersions?: readonly string[];
  },
  path: string,
): RenderContext {
  const { releaseName, namespace, kubeVersion, apiVersions } = flags;
  const given = variablesOf('--build-env', flags.buildEnv).map(({ name, value }) => [name, value] as const);
  const variables = new Map<string, string>([
    ...(releaseName === undefined ? [] : [['ARGOCD_APP_NAME', releaseName] as const]),
    ...(namespace === undefined ? [] : [['ARGOCD_APP_NAMESPACE', namespace] as const]),
    ['ARGOCD_APP_SOURCE_PATH', path === '' ? '.' : path],
    ...given,
  ]);
  return {
    appName: variables.get('ARGOCD_APP_NAME'),
    namespace: variables.get('ARGOCD_APP_NAMESPACE'),
    kubeVersion,
    apiVersions,
    variable: (name) => variables.get(name),
    variables: () => Object.fromEntries(variables),
  };
}
