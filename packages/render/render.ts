import type { Read, Rendering, Tree } from '@plumbline/api';
import { err, messageOf, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { detect, explicitKind, sourceTypes } from './detect.ts';
import type { SourceKind } from './detect.ts';
import { directoryRenderer } from './directory/renderer.ts';
import { filesSuffix, hashOf } from './hashes.ts';
import { hasJsonnet } from './jsonnet/find.ts';
import type * as Programs from './programs.ts';
import { applyOverrides } from './overrides.ts';
import { follow, normalizePath } from './paths.ts';
import type { Rendered, RenderSource, SourceParameters } from './types.ts';

/** Finds out what a folder is and renders it. Never rejects. */
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
  const overrideReads: Read[] = [];
  const folder = await realFolder(tree, path);
  const source = await applyOverrides(tree, folder, request.source, request.appName, overrideReads);
  if (!source.ok) return err([source.error]);
  const explicit = explicitKind(source.value);
  if (!explicit.ok) return err([explicit.error]);
  const named =
    explicit.value !== undefined && disabled.includes(explicit.value) ? 'directory' : explicit.value;
  const { elsewhere } = request;
  const resolved = { ...request, source: source.value };
  // A plugin that wants the folder goes before what the names of files say.
  const discovered =
    named === undefined && request.plugins !== undefined
      ? await (await programs()).discoverPlugin(resolved)
      : undefined;
  const kind = named ?? (discovered?.plugin === undefined ? detected.value.kind : 'plugin');
  const rendered =
    elsewhere !== undefined && (await isHeavy(kind, resolved))
      ? await elsewhere(kind, resolved)
      : await renderKind(kind, resolved);
  if (!rendered.ok) return rendered;
  const looked = [...detected.value.reads, ...overrideReads, ...(discovered?.reads ?? [])];
  const reads = distinct([...looked, ...rendered.value.reads]);
  return ok({ ...rendered.value, reads, kind, sourceType: sourceTypeOf(kind) });
}

/** One kind of source: the folder as it is asked for, its parameters with the overrides in it. */
type SourceRenderer = (request: RenderSource) => Promise<Result<Rendering, readonly Problem[]>>;

/** Kinds whose files are programs. Plain files are read in slices, and plugins are processes of their own. */
const heavy: ReadonlySet<SourceKind> = new Set(['helm', 'kustomize']);

/** Jsonnet files are programs, too. */
async function isHeavy(kind: SourceKind, { tree, path, source, disabled }: RenderSource): Promise<boolean> {
  if (kind !== 'directory' || disabled?.includes('directory') === true) return heavy.has(kind);
  return hasJsonnet(tree, await realFolder(tree, path), source.directory?.recurse === true);
}

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
  helm: async (request) => (await programs()).renderHelm(request),
  kustomize: async (request) => (await programs()).renderKustomize(request),
  plugin: async (request) => (await programs()).renderPlugin(request),
};

/** Templates, transformations and plugins are most of this package, and a folder of plain files needs none of them. */
const programs = (): Promise<typeof Programs> => import('./programs.ts');

function renderDirectorySource(request: RenderSource): Promise<Result<Rendering, readonly Problem[]>> {
  const { tree, path, source, context, disabled, combinedBytesMax, origins, signal } = request;
  const parameters = {
    ...source.directory,
    ...(combinedBytesMax === undefined ? {} : { combinedBytesMax }),
    ...(context === undefined ? {} : { context }),
    withoutJsonnet: disabled?.includes('directory') === true,
  };
  return directoryRenderer.render({
    tree,
    path,
    parameters,
    ...(origins === true ? { origins } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
}

function sourceTypeOf(kind: SourceKind): string {
  return sourceTypes.find(([name]) => name === kind)?.[1] ?? kind;
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

/**
 * What a failed render depends on: everything below its folder, or that there is none. Programs may fail for what lies
 * anywhere in the repository: a base, a library, a file of values.
 */
export async function readsOfFailure(tree: Tree, path: string, source: SourceParameters): Promise<Read[]> {
  const normal = normalizePath(path);
  if (!normal.ok) return [];
  const reads: Read[] = [];
  const found = await follow(tree, normal.value, reads);
  if (found.type !== 'found') return reads;
  const whole = (await isPlain(tree, found.path, source)) ? found.path : '';
  reads.push({ path: whole, hash: await hashOf(tree, whole) });
  return reads;
}

async function isPlain(tree: Tree, folder: string, source: SourceParameters): Promise<boolean> {
  const explicit = explicitKind(source);
  const detected = await detect(tree, folder);
  const kind =
    (explicit.ok ? explicit.value : undefined) ?? (detected.ok ? detected.value.kind : 'directory');
  return kind === 'directory' && !(await hasJsonnet(tree, folder, source.directory?.recurse === true));
}
