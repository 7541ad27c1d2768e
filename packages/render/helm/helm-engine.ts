import type { Read } from '@plumbline/api';
import { err, ok, problem } from '@plumbline/base';
import type { Clock, Problem, Random, Result } from '@plumbline/base';
import { createSprigCrypto } from '@plumbline/crypto';
import { createTemplateCache, GoError, printValue, sprigFunctions } from '@plumbline/languages';
import type {
  CryptoPort,
  GoFunctions,
  RandomSource,
  TemplateCache,
  TemplateFunctions,
} from '@plumbline/languages';
import { unpackChart } from './chart/archive.ts';
import { readChartFolder } from './chart/folder.ts';
import { loadChart } from './chart/load.ts';
import type { ChartFile, HelmChart, HelmProfile } from './chart/types.ts';
import { createTextCache } from './documents.ts';
import type { TextCache } from './documents.ts';
import { TooDeepError } from './errors.ts';
import { helmFunctions } from './functions.ts';
import type { ManifestHead } from './manifests.ts';
import type { RangesCache } from './origins/field-origins.ts';
import type { WrittenCache } from './origins/value-places.ts';
import { realRandom, releaseRandom } from './random.ts';
import type { ReleaseRandom } from './random.ts';
import { afterPostRender } from './post-render.ts';
import { renderRelease } from './release-render.ts';
import { bringSchemas } from './schema/bring.ts';
import type { HelmEngine, HelmRendering, HelmRequest } from './request.ts';

/** What an engine takes from outside. */
export interface HelmPorts {
  /** Without it seeded renders are those of one fixed year. */
  readonly clock?: Pick<Clock, 'now'>;
  /** Without it nothing can be rendered with fresh chance. */
  readonly random?: Random;
  readonly crypto?: CryptoPort;
  /**
   * Renders where there is more room on the stack: asked when the templates nest deeper than this thread bears. Undefined:
   * there is no such place for the request.
   */
  readonly deeper?: (request: HelmRequest) => Promise<Result<HelmRendering, readonly Problem[]> | undefined>;
}

/** How much an engine remembers. */
export interface HelmEngineOptions {
  /** Charts that stay loaded. */
  readonly chartsMax?: number;
}

/** Enough for the charts of a large installation; one of them takes some 200 KB. */
const chartsMaxDefault = 64;
const chartDepthMax = 20;
/** As many characters as definitions of resources have in charts with many of them; known, they take some five times as much. */
const originsCharactersMax = 6_000_000;

/** Everything about a profile that renders share. */
interface ProfileKit {
  readonly sprig: GoFunctions;
  readonly functions: TemplateFunctions;
  readonly cache: TemplateCache;
  readonly heads: TextCache<ManifestHead>;
  readonly ranges: RangesCache;
  readonly written: WrittenCache;
}

/** A loaded chart and what was read for it. */
interface LoadedChart {
  readonly chart: HelmChart;
  readonly reads: readonly Read[];
  readonly warnings: readonly string[];
}

/** Makes an engine. Renders of one engine share parsed charts and templates, so keep it. */
export function createHelmEngine(ports: HelmPorts = {}, options: HelmEngineOptions = {}): HelmEngine {
  const crypto = ports.crypto ?? createSprigCrypto();
  const chartsMax = options.chartsMax ?? chartsMaxDefault;
  const charts = new Map<string, Promise<LoadedChart>>();
  const kits = new Map<HelmProfile, ProfileKit>();
  // Functions are shared between renders; which release they work for is switched here, since a render never waits
  // while its templates run.
  const current: { source: ReleaseRandom; now: number } = { source: releaseRandom([]), now: 0 };
  const random: RandomSource = { stream: (use) => current.source.stream(use) };

  const kitOf = (profile: HelmProfile): ProfileKit => {
    const known = kits.get(profile);
    if (known !== undefined) return known;
    const sprig = sprigFunctions({ random, now: () => current.now, crypto });
    const functions = helmFunctions(sprig, profile);
    const kit: ProfileKit = {
      sprig,
      functions,
      cache: createTemplateCache(),
      heads: createTextCache(),
      ranges: createTextCache(originsCharactersMax),
      written: createTextCache(originsCharactersMax),
    };
    kits.set(profile, kit);
    return kit;
  };

  const remembered = (key: string, load: () => Promise<LoadedChart>): Promise<LoadedChart> => {
    const known = charts.get(key);
    charts.delete(key);
    const loading = known ?? load();
    charts.set(key, loading);
    if (known === undefined) loading.catch(() => charts.delete(key));
    const oldest = charts.keys().next().value;
    if (charts.size > chartsMax && oldest !== undefined) charts.delete(oldest);
    return loading;
  };

  const load = async (request: HelmRequest, profile: HelmProfile): Promise<LoadedChart> => {
    const { chart } = request;
    if ('archive' in chart) {
      const key = `${profile} ${crypto.digest('sha256', chart.archive)}`;
      return remembered(key, async () => loadFiles(await unpackChart(chart.archive), [], profile));
    }
    const entry = await chart.tree.stat(chart.path);
    const read = async () => {
      const folder = await readChartFolder(chart.tree, chart.path);
      return loadFiles(folder.files, folder.reads, profile);
    };
    // A folder without a hash of its own, or with links to elsewhere, is read each time.
    if (entry === undefined || entry.kind !== 'folder' || entry.hash === '') return read();
    const loaded = await remembered(`${profile} ${chart.path} ${entry.hash}`, read);
    return loaded.reads.length > 1 ? read() : loaded;
  };

  return {
    async render(request) {
      const profile = request.profile ?? 3;
      try {
        const loaded = await load(request, profile);
        const kit = kitOf(profile);
        const reads = [...loaded.reads];
        const outside =
          request.skipSchemaValidation === true
            ? undefined
            : await bringSchemas(loaded.chart, request.web, reads);
        const input = { ...loaded, reads, outside };
        const rendered = renderRelease(request, input, { ...kit, profile }, () => {
          current.source = randomOf(ports, request, loaded.chart);
          current.now = nowOf(ports, request);
          return current.source;
        });
        const { postRender } = request;
        return ok(postRender === undefined ? rendered : await afterPostRender(rendered, request, postRender));
      } catch (thrown) {
        const isTooDeep = thrown instanceof TooDeepError || thrown instanceof RangeError;
        return (isTooDeep ? await ports.deeper?.(request) : undefined) ?? failure(thrown, request);
      }
    },
  };
}

async function loadFiles(
  files: readonly ChartFile[],
  reads: readonly Read[],
  profile: HelmProfile,
): Promise<LoadedChart> {
  const warnings: string[] = [];
  const chart = await loadChart(files, {
    profile,
    unpack: unpackChart,
    warn: (message) => warnings.push(message),
    depthMax: chartDepthMax,
  });
  return { chart, reads, warnings };
}

function randomOf(ports: HelmPorts, request: HelmRequest, chart: HelmChart): ReleaseRandom {
  const { seed = '', releaseName, namespace } = request;
  if (request.random !== 'fresh') {
    return releaseRandom([seed, releaseName, namespace, chart.metadata.name]);
  }
  if (ports.random === undefined) throw new GoError('there is no source of fresh chance here');
  return realRandom(ports.random);
}

/** For engines without a clock. */
const yearFixed = Date.UTC(2026, 0, 1);

/** Seeded renders must not drift with the clock: they stand still for a year, and certificates stay valid as long. */
function nowOf(ports: HelmPorts, request: HelmRequest): number {
  if (request.now !== undefined) return request.now;
  const now = ports.clock?.now() ?? yearFixed;
  return request.random === 'fresh' ? now : Date.UTC(new Date(now).getUTCFullYear(), 0, 1);
}

function failure(thrown: unknown, request: HelmRequest): Result<HelmRendering, readonly Problem[]> {
  const where = 'archive' in request.chart ? {} : { where: { file: request.chart.path || '.' } };
  if (thrown instanceof GoError) return err([problem('helm-failed', thrown.message, where)]);
  if (thrown instanceof RangeError) {
    return err([problem('helm-failed', 'rendering template failed: the templates nest too deeply', where)]);
  }
  const message = thrown instanceof Error ? thrown.message : printValue(null);
  return err([problem('source-unreadable', message, { ...where, retryable: true })]);
}
