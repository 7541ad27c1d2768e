import { err, isRecord, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';

/** A program and its arguments. */
export type Argv = readonly string[];

/** When a plugin offers itself for a folder. The first that is given counts. */
export interface PluginDiscovery {
  /** A pattern for files of the folder; `*` stays within a name. */
  readonly fileName?: string;
  /** The same with `**` for folders below. */
  readonly glob?: string;
  /** Prints something for the folders that it wants. */
  readonly command?: Argv;
}

/** What a plugin tells of its parameters; shown to people, not enforced. */
export type ParameterAnnouncement = Readonly<Record<string, unknown>>;

/** A config management plugin: Argo CD's `ConfigManagementPlugin` of version 2. */
export interface PluginConfig {
  /** How sources name it: `metadata.name`, and `-` and the version where it has one. */
  readonly name: string;
  /** Runs before each generation, in the same copy of the files. */
  readonly init?: Argv;
  /** Prints the manifests. */
  readonly generate: Argv;
  readonly discover: PluginDiscovery;
  readonly parameters: {
    readonly static: readonly ParameterAnnouncement[];
    /** Prints announcements as JSON. */
    readonly dynamic?: Argv;
  };
  /** Files keep their being executable in the copy. */
  readonly preserveFileMode: boolean;
  /** Plugins ask for the repository's credentials here. They never get them: a plugin with it is refused when it runs. */
  readonly provideGitCreds: boolean;
}

const kind = 'ConfigManagementPlugin';
const invalid = 'invalid plugin configuration file.';

/**
 * The plugins of a text: documents of kind `ConfigManagementPlugin`, ConfigMaps that hold such texts, or a table of
 * specs by name, as the chart of Argo CD takes them under `configs.cmp.plugins`. Problems have Argo CD's words.
 */
export function readPluginConfigs(text: string, file: string): Result<readonly PluginConfig[]> {
  const documents = readYaml(text, { file });
  if (!documents.ok) return err(documents.error);
  const configs: PluginConfig[] = [];
  for (const { value, line } of documents.value) {
    const read = readDocument(value, file);
    if (!read.ok) return err({ ...read.error, where: read.error.where ?? { file, line } });
    configs.push(...read.value);
  }
  const names = configs.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return err(refuse(`two plugins are called ${twice}`));
  return ok(configs);
}

function readDocument(value: unknown, file: string): Result<readonly PluginConfig[]> {
  if (!isRecord(value)) return err(refuse(`${invalid} it is no mapping`));
  if (value['kind'] === 'ConfigMap') return readConfigMap(value['data'], file);
  if ('kind' in value || 'apiVersion' in value || 'spec' in value) {
    const config = readConfig(value);
    return config.ok ? ok([config.value]) : config;
  }
  const configs: PluginConfig[] = [];
  for (const [name, spec] of Object.entries(value)) {
    const config = readConfig({ kind, metadata: { name }, spec });
    if (!config.ok) return config;
    configs.push(config.value);
  }
  return ok(configs);
}

function readConfigMap(data: unknown, file: string): Result<readonly PluginConfig[]> {
  const configs: PluginConfig[] = [];
  for (const [key, text] of Object.entries(isRecord(data) ? data : {})) {
    if (typeof text !== 'string') continue;
    const read = readPluginConfigs(text, `${file}#${key}`);
    if (!read.ok) return read;
    configs.push(...read.value);
  }
  return ok(configs);
}

/** One plugin, checked as Argo CD's plugin server checks it at its start. */
function readConfig(value: Readonly<Record<string, unknown>>): Result<PluginConfig> {
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
  const spec = isRecord(value['spec']) ? value['spec'] : {};
  const name = textAt(metadata, 'name');
  if (name === undefined) return err(refuse(`${invalid} metadata.name should be non-empty`));
  if (value['kind'] !== kind) {
    return err(refuse(`${invalid} kind should be ${kind}, found ${textAt(value, 'kind') ?? ''}`));
  }
  const generate = argvOf(spec['generate']);
  if (generate === undefined) return err(refuse(`${invalid} spec.generate command should be non-empty`));
  const version = textAt(spec, 'version');
  const init = argvOf(spec['init']);
  return ok({
    name: version === undefined ? name : `${name}-${version}`,
    ...(init === undefined ? {} : { init }),
    generate,
    discover: readDiscovery(spec['discover']),
    parameters: readParameters(spec['parameters']),
    preserveFileMode: spec['preserveFileMode'] === true,
    provideGitCreds: spec['provideGitCreds'] === true,
  });
}

function readDiscovery(value: unknown): PluginDiscovery {
  const discover = isRecord(value) ? value : {};
  const find = isRecord(discover['find']) ? discover['find'] : {};
  const fileName = textAt(discover, 'fileName');
  const glob = textAt(find, 'glob');
  const command = argvOf(find);
  return {
    ...(fileName === undefined ? {} : { fileName }),
    ...(glob === undefined ? {} : { glob }),
    ...(command === undefined ? {} : { command }),
  };
}

function readParameters(value: unknown): PluginConfig['parameters'] {
  const parameters = isRecord(value) ? value : {};
  const list = Array.isArray(parameters['static']) ? (parameters['static'] as readonly unknown[]) : [];
  const dynamic = argvOf(parameters['dynamic']);
  return { static: list.filter(isRecord), ...(dynamic === undefined ? {} : { dynamic }) };
}

/** `command` and `args` in one; undefined where there is no command. */
function argvOf(value: unknown): Argv | undefined {
  if (!isRecord(value)) return undefined;
  const command = textsOf(value['command']);
  return command.length === 0 ? undefined : [...command, ...textsOf(value['args'])];
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function textAt(value: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const text = value[name];
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function refuse(message: string): Problem {
  return problem('plugin-config-invalid', message);
}

/** Whether a plugin can offer itself at all; others have to be named. */
export function isDiscovering({ discover }: PluginConfig): boolean {
  return discover.fileName !== undefined || discover.glob !== undefined || discover.command !== undefined;
}
