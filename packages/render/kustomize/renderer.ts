import type { Manifest, Renderer, RenderRequest, Rendering } from '@plumbline/api';
import { err, ok } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import type { RenderContext } from '../context.ts';
import { joinPath, normalizePath } from '../paths.ts';
import { argoOverlay, changesKustomization } from './argo-overlay.ts';
import type { KustomizeParameters } from './argo-overlay.ts';
import { buildKustomization } from './build.ts';
import type { BuildOptions, Built } from './build.ts';
import { kustomizationFileNames } from './kustomization/names.ts';

/** What a renderer of kustomizations is given from outside. */
export interface KustomizeRendererOptions {
  /** How to build, before an Application says more. Argo CD's `kustomize.buildOptions` become this. */
  readonly build?: BuildOptions;
  /** For whom: build variables, and what charts are told of the cluster. */
  readonly context?: RenderContext;
}

/** The version that is imitated. */
const imitated = '5.8.1';

/** What Argo CD writes instead of the folder into which it has checked a repository out. */
const cachedSource = '<path to cached source>';

/** The words of a failed build as they stand in an Application's conditions. */
function asArgoSays(found: Problem, path: string): Problem {
  const folder = joinPath(cachedSource, path).replace(/\/$/, '');
  return { ...found, message: `\`kustomize build ${folder}\` failed exit status 1: Error: ${found.message}` };
}

/** Makes a renderer of kustomizations as Argo CD renders them. */
export function createKustomizeRenderer(
  options: KustomizeRendererOptions = {},
): Renderer<KustomizeParameters> {
  return { kind: 'kustomize', render: (request) => renderKustomization(request, options) };
}

/** Renders kustomizations without charts and without other repositories. */
export const kustomizeRenderer: Renderer<KustomizeParameters> = createKustomizeRenderer();

async function renderKustomization(
  request: RenderRequest<KustomizeParameters>,
  { build = {}, context = {} }: KustomizeRendererOptions,
): Promise<Result<Rendering, readonly Problem[]>> {
  const { tree, parameters, signal } = request;
  const path = normalizePath(request.path);
  if (!path.ok) return err([path.error]);
  const file = joinPath(path.value, kustomizationFileNames[0]);
  const built = await buildKustomization({
    tree,
    path: path.value,
    options: {
      reorder: 'legacy',
      shownRoot: cachedSource,
      ...build,
      ...optionsOf(parameters, build, context),
    },
    ...(changesKustomization(parameters) ? { overlay: argoOverlay(parameters, context, file) } : {}),
    ...(request.origins === true ? { origins: true } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!built.ok) return err(built.error.map((one) => asArgoSays(one, path.value)));
  const warnings = [...built.value.warnings, ...versionWarning(parameters.version)];
  return ok({ manifests: manifestsOf(built.value, file), reads: built.value.reads, warnings });
}

function optionsOf(
  { ignoreMissingComponents, kubeVersion, apiVersions }: KustomizeParameters,
  build: BuildOptions,
  context: RenderContext,
): Partial<BuildOptions> {
  const missing = ignoreMissingComponents === true ? { ignoreMissingComponents } : {};
  if (build.helm === undefined) return missing;
  const version = kubeVersion || context.kubeVersion;
  const versions = apiVersions !== undefined && apiVersions.length > 0 ? apiVersions : context.apiVersions;
  return {
    ...missing,
    helmOptions: {
      ...build.helmOptions,
      ...(version === undefined ? {} : { kubeVersion: version }),
      ...(versions === undefined ? {} : { apiVersions: versions }),
    },
  };
}

function versionWarning(version: string | undefined): string[] {
  if (version === undefined || version === '' || version.replace(/^v/, '') === imitated) return [];
  return [`kustomize ${version} is asked for; built as ${imitated}, which is the only one there is`];
}

function manifestsOf({ resources, objects }: Built, file: string): Manifest[] {
  return resources.map((resource, i) => {
    const { written, fields } = resource;
    return {
      object: objects[i] as Manifest['object'],
      origin: written ?? { file, line: 1, document: 0 },
      ...(fields === undefined ? {} : { origins: fields }),
    };
  });
}
