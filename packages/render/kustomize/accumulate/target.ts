import { defaultConfig } from '../fields/index.ts';
import { readKustomization } from '../kustomization/read.ts';
import type { Kustomization } from '../kustomization/types.ts';
import type { Loader } from '../load/loader.ts';
import { isMarkedRepository } from '../load/repository-url.ts';
import { addTransformation, originBelow } from '../metadata/origin.ts';
import { KustomizeError, withPrefix, withPrefixAsync } from '../problem.ts';
import { addVariables, dumpVariables, registerVariables, variableOf } from '../references/vars.ts';
import type { Resource } from '../resource.ts';
import type { TransformerConfig } from '../types.ts';
import { configureTransformers } from '../transformers/configure.ts';
import type { PlannedTransformer } from '../transformers/plugin.ts';
import { configText, loadConfigurations, mergeConfig } from './config.ts';
import { loadCrdConfig } from './crds.ts';
import { builtInGenerators } from './generators.ts';
import { chooseOpenApi } from './open-api.ts';
import { configureGenerators, configurePlugins } from './plugins.ts';
import type { PlannedGenerator } from './plugins.ts';
import { loadResources, parseResources } from './resource-file.ts';
import { contextOf, newAccumulator } from './state.ts';
import type { Accumulator, Target } from './state.ts';
import { runValidators } from './validators.ts';

/** More kustomizations than this in one build are a mistake (or an attack: each one may name two more). */
const layersMax = 5_000;

/**
 * Gathers and transforms what a kustomization describes, in upstream's order: resources, configurations, definitions,
 * generators, components, transformers, validators, variables. A component works on what its parent has gathered.
 */
export async function accumulateTarget(target: Target, into: Accumulator): Promise<Accumulator> {
  const { loader, read, state } = target;
  const { kustomization } = read;
  if (state.signal?.aborted === true)
    throw new KustomizeError('rendering was stopped', { code: 'render-aborted' });
  await withPrefixAsync(
    () => 'accumulating resources',
    () => accumulateResources(target, into, kustomization.resources ?? []),
  );
  await mergeConfigs(loader, kustomization, into);
  await runGenerators(target, into);
  let gathered = into;
  for (const path of kustomization.components ?? [])
    gathered = await withPrefixAsync(
      () => 'accumulating components',
      () => accumulateComponent(target, gathered, path),
    );
  await runTransformers(target, gathered);
  await runValidators(target, gathered, (paths) => pluginConfigs(target, paths));
  const variables = (kustomization.vars ?? []).map(variableOf);
  if (variables.length > 0)
    await withPrefixAsync(
      () => `merging vars ${dumpVariables(kustomization.vars ?? [])}`,
      async () => registerVariables(gathered.map, variables, gathered.variables),
    );
  return gathered;
}

async function mergeConfigs(
  loader: Loader,
  { configurations = [], crds = [] }: Kustomization,
  into: Accumulator,
): Promise<void> {
  const own =
    configurations.length === 0
      ? defaultConfig
      : mergeConfig(defaultConfig, await loadConfigurations(loader, configurations));
  const merge = (what: string, config: TransformerConfig): void => {
    into.config = withPrefix(
      () => `merging ${what} ${configText(config)}`,
      () => mergeConfig(into.config, config),
    );
  };
  merge('config', own);
  if (crds.length === 0) return;
  const defined = await withPrefixAsync(
    () => `loading CRDs [${crds.join(' ')}]`,
    () => loadCrdConfig(loader, crds),
  );
  merge('CRDs', defined);
}

/** Each path is tried as a file first, then as a folder or a repository; what is neither tells of both attempts. */
async function accumulateResources(
  target: Target,
  into: Accumulator,
  paths: readonly string[],
): Promise<void> {
  for (const path of paths) {
    // A folder is no file: upstream's first error is only needed when the second attempt fails as well.
    if ((await target.loader.kindOf(path)) === 'folder') {
      await accumulateFolder(target, into, path, () => fileError(target, path));
      continue;
    }
    let asFile: KustomizeError;
    try {
      if (isMarkedRepository(path)) throw new KustomizeError('URL is a git repository');
      await accumulateFile(target, into, path);
      continue;
    } catch (thrown) {
      if (!(thrown instanceof KustomizeError)) throw thrown;
      asFile = thrown;
    }
    if (asFile.code === 'remote-http') throw asFile;
    await accumulateFolder(target, into, path, () => Promise.resolve(asFile));
  }
}

/** The error that reading a folder as a file gives. */
async function fileError(target: Target, path: string): Promise<KustomizeError> {
  try {
    await accumulateFile(target, newAccumulator(), path);
  } catch (thrown) {
    if (thrown instanceof KustomizeError) return thrown;
    throw thrown;
  }
  return new KustomizeError(`accumulating resources from '${path}'`);
}

async function accumulateFolder(
  target: Target,
  into: Accumulator,
  path: string,
  asFileError: () => Promise<KustomizeError>,
): Promise<void> {
  let loader: Loader;
  try {
    loader = await target.loader.child(path);
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw neither(await asFileError(), thrown);
  }
  try {
    const base = await accumulateDirectory(target, loader, path, undefined);
    await withPrefixAsync(
      () => `recursed merging from path '${loader.shownRoot}'`,
      async () => mergeAccumulator(into, base),
    );
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw thrown.prefixed(`accumulation err='${(await asFileError()).message}'`);
  }
}

function neither(asFile: KustomizeError, asFolder: KustomizeError): KustomizeError {
  if (asFile.malformed) return asFile;
  const prefixed = asFolder.prefixed(`accumulation err='${asFile.message}'`);
  // What stood in the file is the likelier cause than that it is no folder.
  const { where = prefixed.where, hint = prefixed.hint } = asFile;
  const isRemote = asFile.code === 'remote-repository';
  const isVague = asFile.code === 'kustomize-build' || asFile.code === 'file-missing';
  return new KustomizeError(prefixed.message, {
    code: isVague || isRemote ? prefixed.code : asFile.code,
    where,
    hint,
    retryable: asFolder.retryable,
  });
}

async function accumulateFile(target: Target, into: Accumulator, path: string): Promise<void> {
  let resources: Resource[];
  try {
    resources = await loadResources(target.loader, path);
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw thrown.prefixed(`accumulating resources from '${path}'`);
  }
  if (resources.length > 0) target.state.sawResources = true;
  if (target.origin !== undefined)
    for (const resource of resources) resource.origin = originBelow(target.origin, path);
  try {
    into.map.appendAll(resources);
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw thrown.prefixed(`merging resources from '${path}'`);
  }
}

async function accumulateComponent(target: Target, into: Accumulator, path: string): Promise<Accumulator> {
  let loader: Loader;
  try {
    loader = await target.loader.child(path);
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    if (target.state.ignoreMissingComponents && isMissing(thrown)) {
      target.state.warnings.push(`component '${path}' does not exist and is ignored`);
      return into;
    }
    throw thrown.reworded(`loader.New ${JSON.stringify(thrown.message)}`);
  }
  try {
    const fresh = newAccumulator();
    mergeAccumulator(fresh, await accumulateDirectory(target, loader, path, into));
    return fresh;
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw thrown.reworded(`accumulateDirectory: ${JSON.stringify(thrown.message)}`);
  }
}

function isMissing(error: KustomizeError): boolean {
  return error.code === 'file-missing';
}

/** Gathers a base, or lets a component work on `parent`. */
async function accumulateDirectory(
  target: Target,
  loader: Loader,
  path: string,
  parent: Accumulator | undefined,
): Promise<Accumulator> {
  const { state } = target;
  const isComponent = parent !== undefined;
  const read = await withPrefixAsync(
    () => `couldn't make target for path '${loader.shownRoot}'`,
    () => readKustomization(loader, state.warnings),
  );
  if (++state.layers > layersMax)
    throw new KustomizeError(`more than ${layersMax} kustomizations in one build`, {
      code: 'too-many-layers',
    });
  const { kustomization } = read;
  // What a build tells of itself, its root decides.
  const inherited = { ...kustomization, buildMetadata: target.read.kustomization.buildMetadata ?? [] };
  await chooseOpenApi(state, loader, kustomization, false);
  if (isComponent && kustomization.kind !== 'Component')
    throw new KustomizeError(
      `expected kind 'Component' for path '${loader.shownRoot}' but got '${kustomization.kind ?? ''}'`,
      { where: { file: read.file } },
    );
  if (!isComponent && kustomization.kind === 'Component')
    throw new KustomizeError(`expected kind != 'Component' for path '${loader.shownRoot}'`, {
      where: { file: read.file },
      hint: 'name it under `components` instead of `resources`',
    });
  const child: Target = {
    state,
    loader,
    read: { ...read, kustomization: inherited },
    origin: target.origin === undefined ? undefined : originBelow(target.origin, path),
    helmNamespace: target.read.kustomization.namespace || target.helmNamespace,
  };
  return withPrefixAsync(
    () => `recursed accumulation of path '${loader.shownRoot}'`,
    () => accumulateTarget(child, parent ?? newAccumulator()),
  );
}

function mergeAccumulator(into: Accumulator, other: Accumulator): void {
  into.map.appendAll(other.map.resources);
  into.config = mergeConfig(into.config, other.config);
  addVariables(into.variables, other.variables.values());
}

async function runGenerators(target: Target, into: Accumulator): Promise<void> {
  const planned = [...builtInGenerators(target), ...(await externalGenerators(target))];
  for (const generator of planned) {
    const { origin } = generator;
    const resources = await generator.generate();
    for (const resource of resources) {
      if (origin !== undefined) resource.origin ??= origin;
      try {
        const old = into.map.absorb(resource);
        if (old !== undefined) target.state.recorder?.replaced(old, resource);
      } catch (thrown) {
        throw thrown instanceof KustomizeError ? thrown.prefixed('merging from generator') : thrown;
      }
    }
  }
}

async function externalGenerators(target: Target): Promise<PlannedGenerator[]> {
  const paths = target.read.kustomization.generators ?? [];
  if (paths.length === 0) return [];
  return withPrefixAsync(
    () => 'loading generator plugins',
    async () => configureGenerators(target, await pluginConfigs(target, paths)),
  );
}

/** Configuration objects: inline ones first, then those in files and folders. */
async function pluginConfigs(target: Target, entries: readonly string[]): Promise<readonly Resource[]> {
  const gathered = newAccumulator();
  const paths: string[] = [];
  for (const entry of entries) {
    const inline = tryParse(entry, target.read.file);
    if (inline === undefined) {
      paths.push(entry);
      continue;
    }
    for (const resource of inline) {
      if (target.origin !== undefined) resource.origin = originBelow(target.origin, target.read.fileName);
      resource.written = undefined;
    }
    gathered.map.appendAll(inline);
  }
  await accumulateResources(target, gathered, paths);
  return gathered.map.resources;
}

function tryParse(text: string, file: string): Resource[] | undefined {
  try {
    return parseResources(text, file);
  } catch (thrown) {
    if (thrown instanceof KustomizeError) return undefined;
    throw thrown;
  }
}

async function runTransformers(target: Target, into: Accumulator): Promise<void> {
  const planned = await configureTransformers(target, into.config);
  const external = target.read.kustomization.transformers ?? [];
  if (external.length > 0)
    planned.push(...(await configurePlugins(target, await pluginConfigs(target, external))));
  await runPlanned(target, into, planned);
}

async function runPlanned(
  target: Target,
  into: Accumulator,
  planned: readonly PlannedTransformer[],
): Promise<void> {
  const context = contextOf(target.state);
  for (const { transformer, origin } of planned) {
    await transformer.transform(into.map, context);
    if (origin !== undefined) for (const resource of into.map.resources) addTransformation(resource, origin);
    into.map.dropEmpty();
  }
}
