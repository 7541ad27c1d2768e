import type { Snapshot } from '@plumbline/api';
import { err, ok, problem } from '@plumbline/base';
import type { Clock, Result } from '@plumbline/base';
import { compareVersions, parseConstraints, parseVersion, satisfies } from '@plumbline/languages';
import type { Version } from '@plumbline/languages';
import { createHttpClient } from '../http/client.ts';
import { createOciClient } from '../oci/client.ts';
import { createArchiveStore } from './archive-store.ts';
import { chartTree } from './chart-tree.ts';
import { createHttpChartRepository } from './http-repository.ts';
import { createOciChartRepository } from './oci-repository.ts';
import type { ChartAccess } from './types.ts';

/** Repositories of Helm charts (HTTP and OCI) as sources of snapshots. */
export interface ChartSources {
  /** The chart's version that a `targetRevision` (a version or a range) names now. `cached` answers from memory. */
  resolve(
    repoURL: string,
    chart: string,
    targetRevision: string,
    options?: { readonly refresh?: 'cached' | 'fetch' },
  ): Promise<Result<Snapshot>>;
  /** The archive of a chart and the SHA-256 of its content. */
  archive(
    repoURL: string,
    chart: string,
    version: string,
  ): Promise<Result<{ readonly digest: string; readonly archive: Uint8Array }>>;
  counts(): { readonly downloads: number; readonly lists: number };
  close(): Promise<void>;
}

export interface ChartSourcesOptions {
  /** Archives live below it. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly access?: (repoURL: string) => ChartAccess | undefined;
}

/** A thousand applications of a repository that does not answer make one attempt in this time. */
const failureMemoryMs = 5_000;
const answersMax = 5_000;

interface Picked {
  readonly version: string;
  fetch(): Promise<Result<Uint8Array>>;
}

export function createChartSources(options: ChartSourcesOptions): ChartSources {
  const { clock } = options;
  const http = createHttpClient();
  const web = createHttpChartRepository(http);
  const registry = createOciChartRepository(createOciClient(http));
  const store = createArchiveStore(options.dataDir);
  const answers = new Map<string, { readonly at: number; readonly result: Promise<Result<Snapshot>> }>();
  /** The digest of a chart's version, so that it is downloaded once. A version does not change. */
  const digests = new Map<string, string>();
  let downloads = 0;
  let lists = 0;

  async function pick(
    repoURL: string,
    chart: string,
    wanted: string,
    access: ChartAccess,
  ): Promise<Result<Picked>> {
    const fromRegistry = access.oci === true || repoURL.startsWith('oci://');
    if (fromRegistry) {
      // A whole version is a tag; there is no need to list them all.
      if (parseVersion(wanted).ok && /^v?\d+\.\d+\.\d+/.test(wanted))
        return ok({ version: wanted, fetch: () => registry.archive(repoURL, chart, wanted, access) });
      lists++;
      const tags = await registry.versions(repoURL, chart, access);
      if (!tags.ok) return tags;
      const version = newest(tags.value, wanted);
      if (version === undefined) return err(unknownVersion(repoURL, chart, wanted));
      return ok({ version, fetch: () => registry.archive(repoURL, chart, version, access) });
    }
    lists++;
    const entries = await web.versions(repoURL, chart, access);
    if (!entries.ok) return entries;
    const version = newest(
      entries.value.map((entry) => entry.version),
      wanted,
    );
    const entry = entries.value.find((one) => one.version === version);
    if (entry === undefined) return err(unknownVersion(repoURL, chart, wanted));
    return ok({ version: entry.version, fetch: () => web.archive(repoURL, chart, entry, access) });
  }

  interface Kept {
    readonly version: string;
    readonly digest: string;
  }

  async function keep(repoURL: string, chart: string, wanted: string): Promise<Result<Kept>> {
    const access = options.access?.(repoURL) ?? {};
    const picked = await pick(repoURL, chart, wanted, access);
    if (!picked.ok) return picked;
    const { version } = picked.value;
    const name = `${repoURL}\n${chart}\n${version}`;
    const known = digests.get(name);
    let digest = known !== undefined && (await store.has(known)) ? known : undefined;
    if (digest === undefined) {
      downloads++;
      const bytes = await picked.value.fetch();
      if (!bytes.ok) return bytes;
      digest = await store.put(bytes.value);
      digests.set(name, digest);
    }
    return ok({ version, digest });
  }

  async function load(repoURL: string, chart: string, wanted: string): Promise<Result<Snapshot>> {
    const kept = await keep(repoURL, chart, wanted);
    if (!kept.ok) return kept;
    const { version, digest } = kept.value;
    return ok({
      source: `${repoURL}#${chart}`,
      revision: version,
      tree: chartTree(`${chart.replace(/^.*\//, '')}-${version}.tgz`, digest, () => store.read(digest)),
      verification: { state: 'unchecked' },
    });
  }

  return {
    async resolve(repoURL, chart, targetRevision, { refresh = 'cached' } = {}) {
      const wanted = targetRevision.trim();
      const key = `${repoURL}\n${chart}\n${wanted}`;
      const known = answers.get(key);
      if (known !== undefined && (refresh === 'cached' || clock.now() - known.at < 1_000)) {
        const result = await known.result;
        if (result.ok || clock.now() - known.at < failureMemoryMs) return result;
      }
      const answer = { at: clock.now(), result: load(repoURL, chart, wanted) };
      answers.delete(key);
      answers.set(key, answer);
      for (const oldest of answers.keys()) {
        if (answers.size <= answersMax) break;
        answers.delete(oldest);
      }
      return answer.result;
    },
    async archive(repoURL, chart, version) {
      const kept = await keep(repoURL, chart, version);
      if (!kept.ok) return kept;
      const bytes = await store.read(kept.value.digest);
      if (bytes === undefined)
        return err(problem('chart-gone', `${chart} ${version} is no longer here`, { retryable: true }));
      return ok({ digest: kept.value.digest, archive: bytes });
    },
    counts: () => ({ downloads, lists }),
    close: () => http.close(),
  };
}

/** The version itself where it is there, else the newest in the range; as Helm: `` is the newest that is no prerelease. */
function newest(versions: readonly string[], wanted: string): string | undefined {
  if (versions.includes(wanted)) return wanted;
  const range = parseConstraints(wanted === '' ? '*' : wanted);
  if (!range.ok) return undefined;
  let best: { readonly text: string; readonly version: Version } | undefined;
  for (const text of versions) {
    const version = parseVersion(text);
    if (!version.ok || !satisfies(version.value, range.value)) continue;
    if (best === undefined || compareVersions(version.value, best.version) > 0)
      best = { text, version: version.value };
  }
  return best?.text;
}

const unknownVersion = (repoURL: string, chart: string, wanted: string) =>
  problem('revision-unknown', `chart "${chart}" version "${wanted}" not found in ${repoURL} repository`, {
    hint: 'targetRevision is a version of the chart or a range such as 1.x',
  });
