import type { Manifest, Read, Rendering, Tree } from '@plumbline/api';
import { err, isRecord, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';
import { readObjects } from '../directory/manifests.ts';
import { writtenOrigins } from '../origins.ts';
import { follow, normalizePath } from '../paths.ts';
import type { RenderSource } from '../types.ts';
import { defaultPlugins, findsSomething, isBuiltin, programsOf, runBuiltin } from './builtin.ts';
import type { BuiltinPlace } from './builtin.ts';
import { isDiscovering } from './config.ts';
import type { Argv, ParameterAnnouncement, PluginConfig } from './config.ts';
import { pluginEnvironment } from './environment.ts';
import { hasMatch } from './match.ts';
import { announcements } from './parameters.ts';
import type { PluginHost } from './host.ts';
import type { Workspace } from './process.ts';

/** Outputs beyond this are refused by the runner, too. */
const outputCharsMax = 100_000_000;

const noHost: PluginHost = { plugins: [] };

/** Renders with the plugin that a source names, or with the first that wants the folder. */
export async function renderPluginSource(
  request: RenderSource,
): Promise<Result<Rendering, readonly Problem[]>> {
  const place = await placeOf(request);
  const chosen = await choosePlugin(request, place);
  if (!chosen.ok) return err([failed(request, chosen.error)]);
  const made = await generate(chosen.value, request.plugins ?? noHost, place);
  if (!made.ok) return err(made.error.map((one) => failed(request, one)));
  const manifests = made.value;
  return ok({ manifests, reads: place.reads, warnings: [] });
}

/** The parameters that the plugin of a source announces: what its command prints for this folder, and what its configuration says. */
export async function pluginParameters(
  request: RenderSource,
): Promise<Result<readonly ParameterAnnouncement[]>> {
  const place = await placeOf(request);
  const chosen = await choosePlugin(request, place);
  if (!chosen.ok) return err(failed(request, chosen.error));
  const plugin = chosen.value;
  const { dynamic } = plugin.parameters;
  if (dynamic === undefined) return announcements(plugin, undefined);
  const host = request.plugins ?? noHost;
  const printed = await withWorkspace(plugin, host, place, (space) => runIn(space, dynamic, place));
  if (printed.ok) return announcements(plugin, printed.value);
  const message = `error executing dynamic parameter output command: ${printed.error.message}`;
  return err({ ...printed.error, message });
}

/** The plugin that offers itself for a folder of which the source says nothing. */
export async function discoverPlugin(
  request: RenderSource,
): Promise<{ readonly plugin: PluginConfig | undefined; readonly reads: readonly Read[] }> {
  const host = request.plugins;
  if (host === undefined || !host.plugins.some(isDiscovering)) return { plugin: undefined, reads: [] };
  const place = await placeOf(request);
  for (const plugin of sorted(host.plugins)) {
    if (!isDiscovering(plugin)) continue;
    // Upstream goes on with the next plugin where one fails to answer.
    const matches = await matchesFolder(plugin, host, place);
    if (matches.ok && matches.value) return { plugin, reads: place.reads };
  }
  return { plugin: undefined, reads: place.reads };
}

function sorted(plugins: readonly PluginConfig[]): readonly PluginConfig[] {
  return [...plugins].sort((a, b) => (`${a.name}.sock` < `${b.name}.sock` ? -1 : 1));
}

function failed(request: RenderSource, cause: Problem): Problem {
  const name = request.context?.appName ?? request.appName ?? '';
  return { ...cause, message: `CMP processing failed for application "${name}": ${cause.message}` };
}

async function placeOf(request: RenderSource): Promise<BuiltinPlace> {
  const { tree, path, source, context = {}, helm, remote, charts, origins, signal } = request;
  const reads: Read[] = [];
  const normal = normalizePath(path);
  const found = normal.ok ? await follow(tree, normal.value, reads) : undefined;
  return {
    tree,
    folder: found?.path ?? '',
    environment: pluginEnvironment(source.plugin, context),
    reads,
    ...(helm === undefined ? {} : { helm }),
    ...(remote === undefined ? {} : { remote }),
    ...(charts === undefined ? {} : { charts }),
    ...(origins === true ? { origins } : {}),
    ...(signal === undefined ? {} : { signal }),
  };
}

async function choosePlugin(request: RenderSource, place: BuiltinPlace): Promise<Result<PluginConfig>> {
  const host = request.plugins ?? noHost;
  const block = request.source.plugin;
  const name = isRecord(block) && typeof block['name'] === 'string' ? block['name'] : '';
  if (name === '') {
    const { plugin, reads } = await discoverPlugin(request);
    for (const read of reads) place.reads.push(read);
    return plugin === undefined
      ? err(problem('plugin-missing', 'could not find plugin supporting the given repository'))
      : ok(plugin);
  }
  const plugin =
    host.plugins.find((one) => one.name === name) ?? defaultPlugins.find((one) => one.name === name);
  const message = `could not find cmp-server plugin with name "${name}" supporting the given repository`;
  if (plugin === undefined) {
    const names = host.plugins.map((one) => one.name).join(', ');
    return err(
      problem('plugin-missing', message, {
        hint: names === '' ? 'no plugin is installed' : `installed: ${names}`,
      }),
    );
  }
  if (!isDiscovering(plugin)) return ok(plugin);
  const matches = await matchesFolder(plugin, host, place);
  if (!matches.ok) return err({ ...matches.error, message: `${message}: ${matches.error.message}` });
  return matches.value ? ok(plugin) : err(problem('plugin-missing', message));
}

/** Whether a plugin's rule of discovery holds for a folder: the first rule that it has counts. */
async function matchesFolder(
  plugin: PluginConfig,
  host: PluginHost,
  place: BuiltinPlace,
): Promise<Result<boolean>> {
  const { fileName, glob, command } = plugin.discover;
  const { tree, folder, reads } = place;
  if (fileName !== undefined) return ok(await hasMatch(tree, folder, fileName, false, reads));
  if (glob !== undefined) return ok(await hasMatch(tree, folder, glob, true, reads));
  if (command === undefined) return ok(true);
  if (await standsIn(command, host, place)) return findsSomething(command, place);
  const ran = await withWorkspace(plugin, host, place, (space) => runIn(space, command, place));
  if (!ran.ok) return err({ ...ran.error, message: `error running find command: ${ran.error.message}` });
  return ok(ran.value !== '');
}

/** Whether a command has to be done here because its programs are not installed. */
async function standsIn(argv: Argv, host: PluginHost, { environment }: BuiltinPlace): Promise<boolean> {
  if (!isBuiltin(argv, environment)) return false;
  const { runner } = host;
  if (runner === undefined) return true;
  for (const program of programsOf(argv, environment) ?? []) if (!(await runner.has(program))) return true;
  return false;
}

async function generate(
  plugin: PluginConfig,
  host: PluginHost,
  place: BuiltinPlace,
): Promise<Result<readonly Manifest[], readonly Problem[]>> {
  const file = `plugin ${plugin.name}`;
  if (plugin.provideGitCreds) {
    const message = `plugin ${plugin.name} asks for the repository's credentials (provideGitCreds), which no program gets`;
    return err([problem('plugin-refused', message)]);
  }
  if (plugin.init === undefined && (await standsIn(plugin.generate, host, place))) {
    const made = await runBuiltin(plugin.generate, place);
    return made;
  }
  const ran = await withWorkspace(plugin, host, place, async (space) => {
    if (plugin.init !== undefined) {
      const prepared = await runIn(space, plugin.init, place);
      if (!prepared.ok) return prepared;
    }
    return runIn(space, plugin.generate, place);
  });
  if (!ran.ok) {
    const message = `error generating manifests in cmp: error generating manifests: ${ran.error.message}`;
    return err([{ ...ran.error, message }]);
  }
  return readOutput(ran.value, file, place.origins === true);
}

/** The objects that a plugin printed. */
function readOutput(
  output: string,
  file: string,
  origins: boolean,
): Result<readonly Manifest[], readonly Problem[]> {
  const failure = 'failed to convert CMP manifests to unstructured objects';
  const documents = readYaml(output, { file, duplicateKeys: 'last', limits: { bytesMax: outputCharsMax } });
  if (!documents.ok) {
    const { message, where } = documents.error;
    return err([problem('manifest-invalid', `${failure}: ${message}`, where === undefined ? {} : { where })]);
  }
  const values = documents.value.map(({ value }) => value);
  const originsOf = (index: number) => {
    const places = documents.value[index]?.positions() ?? new Map<string, never>();
    return (below: string) => writtenOrigins(places, file, below, 'plugin');
  };
  const { manifests, problems } = readObjects(values, file, failure, origins ? originsOf : undefined);
  return problems.length > 0 ? err(problems) : ok(manifests);
}

/** Runs in a private copy of the whole repository; whatever a plugin reads of it may matter. */
async function withWorkspace<T>(
  plugin: PluginConfig,
  host: PluginHost,
  place: BuiltinPlace,
  work: (space: Workspace) => Promise<Result<T>>,
): Promise<Result<T>> {
  if (host.runner === undefined) {
    const hint = 'its programs have to be installed beside Plumbline';
    return err(
      problem('plugin-refused', `plugin ${plugin.name} runs programs, which is not possible here`, { hint }),
    );
  }
  place.reads.push(await wholeTree(place.tree));
  const space = await host.runner.open(place.tree, { preserveFileMode: plugin.preserveFileMode });
  try {
    return await work(space);
  } finally {
    await space.close();
  }
}

async function wholeTree(tree: Tree): Promise<Read> {
  return { path: '', hash: (await tree.stat(''))?.hash };
}

async function runIn(space: Workspace, argv: Argv, place: BuiltinPlace): Promise<Result<string>> {
  const { folder, environment, signal } = place;
  const ran = await space.run({ argv, folder, environment, ...(signal === undefined ? {} : { signal }) });
  // Upstream takes one line break off the end.
  if (ran.ok) return ok(ran.stdout.replace(/\n$/, ''));
  const detail = ran.stderr.trim();
  const message = `\`${argv.join(' ')}\` failed ${ran.cause}${detail === '' ? '' : `: ${detail}`}`;
  return err(problem('plugin-failed', message));
}
