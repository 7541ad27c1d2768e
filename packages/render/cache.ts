import type { Read, Snapshot } from '@plumbline/api';
import { canonicalJson, err, messageOf, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { recordUse, sameUse } from './context.ts';
import type { RenderContext, Used } from './context.ts';
import { isUnchanged } from './hashes.ts';
import type { RemoteRevision } from './hashes.ts';
import { knownRevision } from './kustomize/load/loader.ts';
import type { RemotePort } from './kustomize/load/loader.ts';
import type { ChartPort } from './helm/dependency-tree.ts';
import { overrideNames } from './overrides.ts';
import { joinPath, normalizePath } from './paths.ts';
import type { PluginHost } from './plugin/host.ts';
import { readsOfFailure, render } from './render.ts';
import type { RenderElsewhere, Rendered, RenderSource } from './types.ts';

/**
 * Renders a folder only when something that an earlier render has read is different now. A push to a repository of a
 * thousand applications costs each of the others a look at a folder's hash, which is in memory.
 */
export interface RenderCache {
  render(snapshot: Snapshot, path: string, options: RenderOptions): Promise<RenderOutcome>;
  /** Whether a rendering is still what a snapshot says, so that nothing has to be done. */
  unchanged(rendered: { readonly reads: readonly Read[] }, snapshot: Snapshot): Promise<boolean>;
  counts(): { readonly renders: number; readonly hits: number; readonly entries: number };
}

/** All of a `RenderSource` that comes from the application rather than from the snapshot. */
export type RenderOptions = Omit<RenderSource, 'tree' | 'path' | 'signal'>;

/** `fresh`: it was rendered now. The same rendering is the same object each time. */
export type RenderOutcome =
  | { readonly ok: true; readonly value: { readonly rendering: Rendered; readonly fresh: boolean } }
  | { readonly ok: false; readonly error: readonly Problem[] };

/** How much is kept. */
export interface RenderCacheOptions {
  /** Ten thousand applications, some in two revisions. */
  readonly entriesMax?: number;
  /** Objects take about three times the room of their text, and they are shared with those who compare. */
  readonly objectsMax?: number;
  /** Where what may take long is rendered; without it all is rendered here. */
  readonly elsewhere?: RenderElsewhere;
  /** The plugins that are installed. They do not change while the cache lives. */
  readonly plugins?: PluginHost;
  /** Brings charts that others need. */
  readonly charts?: ChartPort;
  /** Reads what the kustomizations of a source name elsewhere. */
  readonly remote?: (source: string) => RemotePort;
  /** For tests and measurements: called for each render that is really made. */
  readonly onRender?: (source: string, path: string) => void;
}

/** Revisions of one folder that are in use at the same time: a branch, a tag, the one before. */
const variantsMax = 4;

interface Entry {
  readonly reads: readonly Read[];
  readonly used: Used;
  readonly result: Result<Rendered, readonly Problem[]>;
}

/** An empty cache. When it is full, what was used longest ago goes first. */
export function createRenderCache(options: RenderCacheOptions = {}): RenderCache {
  const entriesMax = options.entriesMax ?? 20_000;
  const objectsMax = options.objectsMax ?? 500_000;
  /** In order of use, each with its newest variant first. */
  const entries = new Map<string, Entry[]>();
  const running = new Map<string, Promise<Entry>>();
  let objects = 0;
  let renders = 0;
  let hits = 0;

  async function find(key: string, snapshot: Snapshot, context: RenderContext): Promise<Entry | undefined> {
    for (const entry of entries.get(key) ?? [])
      if (sameUse(entry.used, context) && (await isCurrent(entry, snapshot))) return entry;
    return undefined;
  }

  function isCurrent({ reads }: Pick<Entry, 'reads'>, { tree, source }: Snapshot): Promise<boolean> {
    const remote = options.remote?.(source);
    const revision: RemoteRevision | undefined =
      remote === undefined ? undefined : (url) => knownRevision(remote, url);
    return isUnchanged(tree, reads, revision);
  }

  function keep(key: string, entry: Entry): void {
    const variants = [entry, ...(entries.get(key) ?? [])];
    drop(key);
    entries.set(key, variants.slice(0, variantsMax));
    objects += sizeOf(variants.slice(0, variantsMax));
    for (const oldest of entries.keys()) {
      if ((entries.size <= entriesMax && objects <= objectsMax) || oldest === key) break;
      drop(oldest);
    }
  }

  function drop(key: string): void {
    objects -= sizeOf(entries.get(key) ?? []);
    entries.delete(key);
  }

  async function make(snapshot: Snapshot, path: string, request: RenderOptions): Promise<Entry> {
    renders++;
    options.onRender?.(snapshot.source, path);
    const { context, used } = recordUse(request.context ?? {});
    const { elsewhere, plugins, charts } = options;
    const remote = options.remote?.(snapshot.source);
    const result = await render({
      tree: snapshot.tree,
      path,
      ...request,
      context,
      ...(elsewhere === undefined ? {} : { elsewhere }),
      ...(plugins === undefined ? {} : { plugins }),
      ...(charts === undefined ? {} : { charts }),
      ...(remote === undefined ? {} : { remote }),
    });
    const reads = result.ok ? result.value.reads : await readsOfFailure(snapshot.tree, path, request.source);
    return { result, used, reads };
  }

  async function lookUp(snapshot: Snapshot, path: string, request: RenderOptions): Promise<RenderOutcome> {
    const context = request.context ?? {};
    const shared = await keyOf(snapshot, path, request);
    const own = `${shared}\n${context.appName ?? ''}\n${context.namespace ?? ''}`;
    for (const key of [shared, own]) {
      const known = await find(key, snapshot, context);
      if (known === undefined) continue;
      hits++;
      touch(key);
      return outcome(known, false);
    }
    const name = `${snapshot.revision}\n${shared}`;
    const pending = running.get(name);
    const under = pending === undefined ? undefined : await pending;
    // Whoever renders the same folder at this moment may do it for another application.
    if (under !== undefined && sameUse(under.used, context)) return outcome(under, false);
    const making = make(snapshot, path, request).finally(() => {
      if (running.get(name) === making) running.delete(name);
    });
    running.set(name, making);
    const made = await making;
    const isOwn = made.used.has('appName') || made.used.has('namespace');
    if (!isPassing(made)) keep(isOwn ? own : shared, made);
    return outcome(made, true);
  }

  function touch(key: string): void {
    const variants = entries.get(key);
    if (variants === undefined) return;
    entries.delete(key);
    entries.set(key, variants);
  }

  return {
    async render(snapshot, path, request) {
      try {
        return await lookUp(snapshot, path, request);
      } catch (thrown) {
        return err([problem('source-unreadable', messageOf(thrown), { retryable: true })]);
      }
    },
    unchanged: isCurrent,
    counts: () => ({ renders, hits, entries: entries.size }),
  };
}

/** A failure that may be gone the next time is not kept. */
function isPassing(entry: Entry): boolean {
  return !entry.result.ok && entry.result.error.some((found) => found.retryable === true);
}

function outcome(entry: Entry, fresh: boolean): RenderOutcome {
  return entry.result.ok ? ok({ rendering: entry.result.value, fresh }) : entry.result;
}

function sizeOf(variants: readonly Entry[]): number {
  // Problems count too, or failures without end would be kept.
  return variants.reduce(
    (sum, { result }) => sum + (result.ok ? result.value.manifests.length : result.error.length),
    0,
  );
}

/** Applications that render the same folder in the same way share the result, unless a file or a template names one of them. */
async function keyOf(snapshot: Snapshot, path: string, request: RenderOptions): Promise<string> {
  const { appName, context: _1, elsewhere: _2, charts: _3, remote: _4, ...rest } = request;
  const own = overrideNames(appName)[1];
  const normal = normalizePath(path);
  const isNamed =
    own !== undefined && normal.ok && (await snapshot.tree.stat(joinPath(normal.value, own))) !== undefined;
  return `${snapshot.source}\n${normal.ok ? normal.value : path}\n${isNamed ? appName : ''}\n${canonicalJson(rest)}`;
}
