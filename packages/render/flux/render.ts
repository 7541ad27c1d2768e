import type { FieldOrigins, KubeObject, Manifest, OriginStep, Read, Rendering, Tree } from '@plumbline/api';
import { err, isRecord, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { buildKustomization } from '../kustomize/build.ts';
import type { Built } from '../kustomize/build.ts';
import type { RemotePort } from '../kustomize/load/loader.ts';
import { KustomizeError, toProblem } from '../kustomize/problem.ts';
import { gvkOf, gvkText, nameOf, scalarText } from '../kustomize/resource.ts';
import type { JsonObject, Resource } from '../kustomize/resource.ts';
import { generateKustomization } from './generate.ts';
import type { RootKustomization } from './generate.ts';
import { withStep } from './origins.ts';
import { prepareSubstitution } from './substitute.ts';
import type { Substitution } from './substitute.ts';
import type { FluxSpec, VariablesPort } from './types.ts';

/** What a Flux `Kustomization` wants rendered. */
export interface FluxRenderRequest {
  /** The source, as Flux packs it (see `withSourceIgnore`). */
  readonly tree: Tree;
  readonly spec: FluxSpec;
  /** Reads what `postBuild.substituteFrom` names; absent: those references are not looked at, as in a dry run. */
  readonly variables?: VariablesPort;
  /** A variable that is not defined and has no default is an error; Flux's default since 2.9. */
  readonly strict?: boolean;
  /** Also leave out what these lines of an ignore file and the folder's `.sourceignore` files name, as `flux build` does. */
  readonly ignore?: string;
  /** Reads bases in other repositories; absent: they are refused. */
  readonly remote?: RemotePort;
  /** Decrypts a resource after the build and before the substitution; undefined: it is not encrypted. */
  readonly decrypt?: (object: KubeObject) => Promise<Result<KubeObject | undefined>>;
  /** Where the user knows the root of the tree to be. */
  readonly shownRoot?: string;
  /** Also find out where each field comes from. */
  readonly origins?: boolean;
  readonly signal?: AbortSignal;
}

/** Renders a Flux `Kustomization` as its controller does. Never rejects but for a tree that cannot be read. */
export async function renderFluxKustomization(
  request: FluxRenderRequest,
): Promise<Result<Rendering, readonly Problem[]>> {
  try {
    return await render(request);
  } catch (thrown) {
    if (thrown instanceof KustomizeError) return err([toProblem(thrown)]);
    throw thrown;
  }
}

async function render(request: FluxRenderRequest): Promise<Result<Rendering, readonly Problem[]>> {
  const { tree, spec, signal, shownRoot, remote, ignore } = request;
  const folder = folderOf(spec.path);
  if (folder !== '' && (await tree.stat(folder))?.kind !== 'folder') {
    const shown = `${shownRoot ?? ''}/${folder}`;
    return err([
      problem('path-missing', `kustomization path not found: stat ${shown}: no such file or directory`, {
        hint: 'spec.path is a folder below the root of the source',
      }),
    ]);
  }
  const root = await generateKustomization(tree, folder, spec, {
    ...(ignore === undefined ? {} : { ignore }),
    ...(shownRoot === undefined ? {} : { shownRoot }),
  });
  const built = await buildKustomization({
    tree,
    path: folder,
    overlay: () => ok(root.kustomization),
    options: {
      // Flux keeps to the source, not to the folder of each kustomization.
      loadRestriction: 'none',
      builtInSchema: 'last',
      ...(remote === undefined ? {} : { remote }),
      ...(shownRoot === undefined ? {} : { shownRoot }),
    },
    ...(signal === undefined ? {} : { signal }),
    ...(request.origins === true ? { origins: true } : {}),
  });
  if (!built.ok)
    return err(built.error.map((one) => ({ ...one, message: `kustomize build failed: ${one.message}` })));
  return ok(await finish(request, root, built.value));
}

/** `./apps/web/` as `apps/web`. A path cannot leave the source: `..` at its root is the root. */
function folderOf(path = ''): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

async function finish(request: FluxRenderRequest, root: RootKustomization, built: Built): Promise<Rendering> {
  const { spec, variables, decrypt } = request;
  const strict = request.strict ?? true;
  const substitution =
    spec.postBuild === undefined || built.resources.length === 0
      ? undefined
      : await named(built.resources[0], () =>
          prepareSubstitution(spec.postBuild ?? {}, { strict, variables }),
        );
  const manifests: Manifest[] = [];
  for (const resource of built.resources) {
    const track = trackOf(checked(resource.object), resource.fields);
    const decrypted = await decrypt?.(track.object as unknown as KubeObject);
    if (decrypted?.ok === false)
      throw new KustomizeError(
        `decryption failed for '${shownId(track.object)}': ${decrypted.error.message}`,
        decrypted.error,
      );
    if (decrypted?.value !== undefined)
      track.become(decrypted.value as unknown as JsonObject, () => decryption);
    const substituted = await named(resource, () => Promise.resolve(substitution?.apply(track.object)));
    if (substituted !== undefined) track.become(substituted, (before) => postBuild(before, substitution));
    track.become(withCommonMetadata(track.object, spec), () => commonMetadata);
    if (isKustomization(track.object)) continue;
    manifests.push({
      object: track.object as unknown as KubeObject,
      origin: originOf(resource, root),
      ...(track.origins === undefined ? {} : { origins: track.origins }),
    });
  }
  return { manifests, reads: readsOf(built.reads, root.reads), warnings: built.warnings };
}

const decryption: OriginStep = { act: 'substitution', file: 'the Kustomization', detail: 'decryption' };
const commonMetadata: OriginStep = {
  act: 'transformer',
  file: 'the Kustomization',
  detail: 'commonMetadata',
};

/** The step of a field that held variables before. */
function postBuild(before: unknown, substitution: Substitution | undefined): OriginStep {
  const sources = typeof before === 'string' ? (substitution?.sourcesOf(before) ?? []) : [];
  return {
    act: 'substitution',
    file: 'the Kustomization',
    detail: ['postBuild', sources.join(', ')].filter((part) => part !== '').join(': '),
  };
}

/** An object on its way after the build, and the origins of its fields where they are asked for. */
interface Track {
  object: JsonObject;
  origins: FieldOrigins | undefined;
  /** `stepOf` names the act for a field by what it held before. */
  become(object: JsonObject, stepOf: (before: unknown) => OriginStep): void;
}

function trackOf(object: JsonObject, origins: FieldOrigins | undefined): Track {
  return {
    object,
    origins,
    become(next, stepOf) {
      if (this.origins !== undefined) this.origins = withStep(this.origins, this.object, next, stepOf);
      this.object = next;
    },
  };
}

/** A kustomization that lies among the manifests is not applied. */
function isKustomization(object: JsonObject): boolean {
  return (
    scalarText(object['kind']).toLowerCase() === 'kustomization' &&
    scalarText(object['apiVersion']).startsWith('kustomize.config.k8s.io/')
  );
}

function checked(object: JsonObject): JsonObject {
  if (nameOf(object) !== '' && scalarText(object['kind']) !== '' && scalarText(object['apiVersion']) !== '')
    return object;
  throw new KustomizeError(
    `failed to decode Kubernetes apiVersion, kind and name from: ${JSON.stringify(object).slice(0, 1000)}`,
  );
}

async function named<T>(resource: Resource | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw thrown.prefixed(
      `post build failed for '${resource === undefined ? '' : shownId(resource.object)}'`,
    );
  }
}

function shownId(object: JsonObject): string {
  return `${gvkText(gvkOf(object))}/${nameOf(object)}`;
}

/** Labels and annotations of the metadata only: selectors and templates stay as they are. */
function withCommonMetadata(object: JsonObject, spec: FluxSpec): JsonObject {
  let metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  for (const field of ['labels', 'annotations'] as const) {
    const entries = spec.commonMetadata?.[field];
    if (entries === undefined || Object.keys(entries).length === 0) continue;
    const before = metadata[field];
    metadata = { ...metadata, [field]: { ...(isRecord(before) ? before : {}), ...entries } };
  }
  return metadata === object['metadata'] ? object : { ...object, metadata };
}

function originOf({ written }: Resource, root: RootKustomization): Manifest['origin'] {
  return written ?? { file: root.file, line: 1, document: 0 };
}

function readsOf(built: readonly Read[], generated: readonly Read[]): Read[] {
  return [...new Map([...generated, ...built].map((read) => [read.path, read])).values()];
}
