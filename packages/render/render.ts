import type { Read, Rendering, Tree } from '@plumbline/api';
import { err, messageOf, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { detect, explicitKind, sourceTypes } from './detect.ts';
import type { SourceKind } from './detect.ts';
import { directoryRenderer } from './directory/renderer.ts';
import { filesSuffix, hashOf } from './hashes.ts';
import { createHelmEngine } from './helm/helm-engine.ts';
import { renderHelmSource } from './helm/renderer.ts';
import { createKustomizeRenderer } from './kustomize/index.ts';
import type { KustomizeParameters } from './kustomize/index.ts';
import { createHelmEngine } from './helm/helm-engine.ts';
import { renderHelmSource } from './helm/renderer.ts';
import { applyOverrides } from './overrides.ts';
import { follow, normalizePath } from './paths.ts';
import type { Rendered, RenderSource } from './types.ts';

/** Finds out what a folder is and renders it. Kinds that are not built yet are refused. Never rejects. */
export async function render(request: RenderSource): Promise<Result<Rendered, readonly Problem[]>> {
  try {
    return await renderSource(request);
  } catch (thrown) {
    // The tree could not be read (a broken or vanished repository).
    return err([problem('source-unreadable', messageOf(thrown), { retryable: true })]);
  }
}

async function renderSource(request: RenderSource): Promise<Result<Rendered, readonly Problem[]>> {
  const { tree, path } = request;
  const disabled = request.disabled ?? [];
  const detected = await detect(tree, path, disabled);
  if (!detected.ok) return err([detected.error]);
  const source = await applyOverrides(tree, await realFolder(tree, path), request.source, request.appName);
  if (!source.ok) return err([source.error]);
  const explicit = explicitKind(source.value);
  if (!explicit.ok) return err([explicit.error]);
  const named =
    explicit.value !== undefined && disabled.includes(explicit.value) ? 'directory' : explicit.value;
  const kind = named ?? detected.value.kind;
  const { elsewhere } = request;
  const resolved = { ...request, source: source.value };
  const rendered =
    elsewhere !== undefined && heavy.has(kind)
      ? await elsewhere(kind, resolved)
      : await renderKind(kind, resolved);
  if (!rendered.ok) return rendered;
  const reads = distinct([...detected.value.reads, ...rendered.value.reads]);
  return ok({ ...rendered.value, reads, kind, sourceType: sourceTypeOf(kind) });
}

/** One kind of source: the folder as it is asked for, its parameters with the overrides in it. */
type SourceRenderer = (request: RenderSource) => Promise<Result<Rendering, readonly Problem[]>>;

/** Kinds whose files are programs. Plain files are read in slices, and plugins are processes of their own. */
const heavy: ReadonlySet<SourceKind> = new Set(['helm', 'kustomize']);

/** Renders a folder as a kind that is known already. */
export function renderKind(
  kind: SourceKind,
  request: RenderSource,
): Promise<Result<Rendering, readonly Problem[]>> {
  return renderers[kind](request);
}

/** The kinds and what renders them. */
const renderers: Readonly<Record<SourceKind, SourceRenderer>> = {
  directory: renderDirectorySource,
  helm: (request) => renderHelmSource(request, request.helm ?? createHelmEngine()),
  kustomize: renderKustomizeSource,
  plugin: ({ path }) => refuse('plugin', path),
};

function renderKustomizeSource(request: RenderSource): Promise<Result<Rendering, readonly Problem[]>> {
  const { tree, path, source, context, origins, signal } = request;
  const parameters = (source.kustomize ?? {}) as KustomizeParameters;
  return createKustomizeRenderer(context === undefined ? {} : { context }).render({
    tree,
    path,
    parameters,
    ...(origins === true ? { origins } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
}

function renderDirectorySource(request: RenderSource): Promise<Result<Rendering, readonly Problem[]>> {
  const { tree, path, source, combinedBytesMax, signal } = request;
  const parameters = { ...source.directory, ...(combinedBytesMax === undefined ? {} : { combinedBytesMax }) };
  return directoryRenderer.render({ tree, path, parameters, ...(signal === undefined ? {} : { signal }) });
}

function refuse(kind: SourceKind, path: string): Promise<Result<Rendering, readonly Problem[]>> {
  return Promise.resolve(err([notBuilt(kind, path)]));
}

function sourceTypeOf(kind: SourceKind): string {
  return sourceTypes.find(([name]) => name === kind)?.[1] ?? kind;
}

function notBuilt(kind: SourceKind, path: string): Problem {
  return problem(
    'not-supported-yet',
    `${path === '' ? '.' : path}: ${sourceTypeOf(kind)} sources are not supported yet`,
    {
      hint: 'plain YAML and JSON folders are',
    },
  );
}

async function realFolder(tree: Tree, path: string): Promise<string> {
  const normal = normalizePath(path);
  const found = normal.ok ? await follow(tree, normal.value, []) : undefined;
  return found?.path ?? '';
}

/** One read per path; a folder's own hash makes the one of its files unnecessary. */
function distinct(reads: readonly Read[]): Read[] {
  const byPath = new Map(reads.map((read) => [read.path, read]));
  for (const path of byPath.keys()) {
    if (path.endsWith(filesSuffix) && byPath.has(path.slice(0, -filesSuffix.length))) byPath.delete(path);
  }
  return [...byPath.values()];
}

/** What a failed render depends on: everything below its folder, or that there is none. */
export async function readsOfFailure(tree: Tree, path: string): Promise<Read[]> {
  const normal = normalizePath(path);
  if (!normal.ok) return [];
  const reads: Read[] = [];
  const found = await follow(tree, normal.value, reads);
  if (found.type === 'found') reads.push({ path: found.path, hash: await hashOf(tree, found.path) });
  return reads;
}
