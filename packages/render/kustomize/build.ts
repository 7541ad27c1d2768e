import type { KubeObject, OriginStep, Read, Tree } from '@plumbline/api';
import { err, ok } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { requireMetadata } from './accumulate/resource-file.ts';
import { contextOf, newAccumulator } from './accumulate/state.ts';
import type { Accumulator, BuildState, Target } from './accumulate/state.ts';
import { fieldStep } from './accumulate/steps.ts';
import { chooseOpenApi } from './accumulate/open-api.ts';
import { accumulateTarget } from './accumulate/target.ts';
import { ensureMetadata, setEntries, textEntries } from './accumulate/metadata-merge.ts';
import type { HelmOptions, HelmPort } from './generators/helm.ts';
import { readKustomization } from './kustomization/read.ts';
import type { Kustomization } from './kustomization/types.ts';
import { filesOf } from './load/files.ts';
import { rootLoader } from './load/loader.ts';
import type { LoadRestriction, RemotePort } from './load/loader.ts';
import { withNotes, writeMetadata } from './metadata/origin.ts';
import { createRecorder } from './metadata/recorder.ts';
import { withoutBigInts, writeResources } from './output.ts';
import { KustomizeError, toProblem } from './problem.ts';
import { fixNameReferences } from './references/name-references.ts';
import { resolveVariables } from './references/vars.ts';
import { acting } from './transformers/plugin.ts';
import { hashTransformer } from './transformers/hashes.ts';
import type { Resource } from './resource.ts';
import { sortByOptions, sortLegacy } from './sort.ts';

/** How a kustomization is built. */
export interface BuildOptions {
  /** Which files may be named; default: those below the folder of the kustomization that names them. */
  readonly loadRestriction?: LoadRestriction;
  /** `legacy` is what the command prints by default; `none` is the order in which resources came (the default here). */
  readonly reorder?: 'legacy' | 'none';
  readonly managedByLabel?: boolean;
  /** Inflates charts; absent: kustomizations with charts are refused. */
  readonly helm?: HelmPort;
  readonly helmOptions?: HelmOptions;
  /** Reads other repositories; absent: kustomizations that name them are refused. */
  readonly remote?: RemotePort;
  /** Components that do not exist are left out, with a warning. */
  readonly ignoreMissingComponents?: boolean;
  /** Keep the built-in schema beside one of `openapi.path`, before it or behind it, as Flux does; default: as kustomize does. */
  readonly builtInSchema?: 'first' | 'last';
  /** Where the user knows the root of the tree to be; messages name paths below it. Default: the root of everything. */
  readonly shownRoot?: string;
  /** The tree is a part of this machine's file system: absolute paths and links below `shownRoot` are followed. */
  readonly absolutePaths?: boolean;
}

/** What to build. */
export interface BuildRequest {
  readonly tree: Tree;
  /** The kustomization's folder below the tree's root; '' is the root. */
  readonly path: string;
  readonly options?: BuildOptions;
  /**
   * A change of the root's kustomization as it was read (undefined: there is no file), in memory: what is given back is built
   * as if it stood in the file.
   */
  readonly overlay?: (read: unknown) => Result<unknown>;
  /** Also find out where each field comes from. */
  readonly origins?: boolean;
  readonly signal?: AbortSignal;
}

/** What a kustomization describes. */
export interface Built {
  /** In the order of the output. Their objects are plain JSON: whole numbers beyond 2^53 keep all digits only in `text`. */
  readonly resources: readonly Resource[];
  readonly objects: readonly KubeObject[];
  /** As `kustomize build` prints it. Made when it is asked for. */
  readonly text: string;
  readonly reads: readonly Read[];
  readonly warnings: readonly string[];
}

/** What the label `app.kubernetes.io/managed-by` says. */
const managedBy = 'kustomize-v5.8.1';

/** Builds a kustomization. Never rejects but for a tree that cannot be read. */
export async function buildKustomization(request: BuildRequest): Promise<Result<Built, readonly Problem[]>> {
  const reads = new Map<string, Read>();
  try {
    return ok(await build(request, reads));
  } catch (thrown) {
    if (thrown instanceof KustomizeError) return err([toProblem(thrown)]);
    throw thrown;
  }
}

async function build(request: BuildRequest, reads: Map<string, Read>): Promise<Built> {
  const { tree, options = {}, signal } = request;
  const { shownRoot = '', absolutePaths = false } = options;
  const files = filesOf(tree, { shownRoot, absolutePaths }, reads);
  const loader = await rootLoader(files, request.path, options.loadRestriction ?? 'rootOnly', options.remote);
  const state: BuildState = {
    tree,
    warnings: [],
    openapi: undefined,
    helm: options.helm,
    helmOptions: options.helmOptions ?? {},
    recorder: request.origins === true ? createRecorder() : undefined,
    ignoreMissingComponents: options.ignoreMissingComponents === true,
    ...(options.builtInSchema === undefined ? {} : { builtInSchema: options.builtInSchema }),
    signal,
    layers: 0,
  };
  const read = await readKustomization(loader, state.warnings, request.overlay);
  await chooseOpenApi(state, loader, read.kustomization, true);
  const { kustomization } = read;
  const buildMetadata = kustomization.buildMetadata ?? [];
  const target: Target = {
    state,
    loader,
    read,
    origin: buildMetadata.length > 0 ? {} : undefined,
    helmNamespace: '',
  };
  const gathered = await accumulateTarget(target, newAccumulator());
  await finish(gathered, state);
  const resources = order(gathered, kustomization, options, state.warnings);
  const isManaged = options.managedByLabel === true || buildMetadata.includes('managedByLabel');
  const context = contextOf(state);
  const asked = fieldStep(target, 'transformer', '/buildMetadata', 'buildMetadata');
  for (const resource of resources)
    acting(context, resource, asked, () => {
      if (isManaged) addManagedBy(resource);
      writeMetadata(resource, buildMetadata);
    });
  for (const resource of resources) {
    resource.fields = state.recorder?.fieldsOf(resource);
    resource.positions = undefined;
    resource.isSilentNull = undefined;
    resource.styles = undefined;
    resource.untyped = undefined;
  }
  const exact = resources.map(({ object }) => object);
  for (const resource of resources) resource.object = withoutBigInts(resource.object);
  return {
    resources,
    objects: resources.map(({ object }) => object as unknown as KubeObject),
    get text() {
      return writeResources(exact);
    },
    reads: [...reads.values()],
    warnings: state.warnings,
  };
}

const hashed: OriginStep = { act: 'generator', file: 'the content', detail: 'hash of the content' };

/** What is only done once, when everything is gathered: hashes, references, variables, and what is not for the cluster. */
async function finish(gathered: Accumulator, state: BuildState): Promise<void> {
  const { map, config, variables } = gathered;
  const context = contextOf(state);
  await hashTransformer(() => hashed).transform(map, context);
  fixNameReferences(map, config.nameReference, context);
  state.warnings.push(...resolveVariables(map, variables, config.varReference, context));
  const kept = map.resources.filter(isForCluster);
  if (kept.length < map.resources.length) map.replaceAll(kept);
}

/** Resources may be there for the build alone. */
function isForCluster(resource: Resource): boolean {
  const { object, written } = resource;
  requireMetadata(object, written, () => withNotes(resource));
  const local = textEntries(object, 'annotations')['config.kubernetes.io/local-config'];
  return local === undefined || local === 'false';
}

function order(
  { map }: Accumulator,
  { sortOptions }: Kustomization,
  { reorder }: BuildOptions,
  warnings: string[],
): readonly Resource[] {
  if (sortOptions === undefined) return reorder === 'legacy' ? sortLegacy(map.resources) : map.resources;
  if (reorder !== undefined && reorder !== 'none')
    warnings.push(
      "Warning: Sorting order is set both in 'kustomization.yaml' ('sortOptions') and in a CLI flag ('--reorder'). " +
        'Using the kustomization file over the CLI flag.',
    );
  return sortByOptions(map.resources, sortOptions);
}

function addManagedBy({ object }: Resource): void {
  const metadata = ensureMetadata(object);
  const labels = metadata['labels'];
  if (typeof labels === 'object' && labels !== null)
    (labels as Record<string, unknown>)['app.kubernetes.io/managed-by'] = managedBy;
  else setEntries(object, 'labels', { 'app.kubernetes.io/managed-by': managedBy });
}
