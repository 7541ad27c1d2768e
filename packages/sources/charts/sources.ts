import type { Snapshot } from '@plumbline/api';
import { err, ok, problem } from '@plumbline/base';
import type { Clock, Result } from '@plumbline/base';
import { compareVersions, parseConstraints, parseVersion, satisfies } from '@plumbline/languages';
import type { Version } from '@plumbline/languages';
import { parseAddress } from '../http/address.ts';
import { createHttpClient } from '../http/client.ts';
import { createOciClient } from '../oci/client.ts';
import { createArchiveStore } from './archive-store.ts';
import { chartTree } from './chart-tree.ts';
import {
  archiveBytesMax,
  createHttpChartRepository,
  fetchProvenance,
  provenanceBytesMax,
} from './http-repository.ts';
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
  /** The archive of a chart, once whoever is asked has found its provenance good. */
  archive(
    repoURL: string,
    chart: string,
    version: string,
    options?: ArchiveOptions,
  ): Promise<Result<ChartArchive>>;
  /** The archive at an address that no index names. */
  archiveAt(url: string, options?: ArchiveOptions): Promise<Result<ChartArchive>>;
  /** A file of values on the web; it is asked for without credentials, as Helm does. */
  file(url: string): Promise<Result<Uint8Array>>;
  counts(): { readonly downloads: number; readonly lists: number };
  close(): Promise<void>;
}

export interface ChartSourcesOptions {
  /** Archives live below it. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly access?: (repoURL: string) => ChartAccess | undefined;
}

/** A chart as it was downloaded. */
export interface ChartArchive {
  /** SHA-256 of the content. */
  readonly digest: string;
  readonly archive: Uint8Array;
}

/** Judges an archive by the provenance file beside it, whose text is given as it came. */
export type ArchiveVerifier = (
  archive: { readonly name: string; readonly content: Uint8Array },
  provenance: string,
) => Promise<Result<unknown>>;

export interface ArchiveOptions {
  /** With it an archive without provenance, or whose provenance is not found good, is refused (`helm --verify`). */
  readonly verify?: ArchiveVerifier;
}

/** A thousand applications of a repository that does not answer make one attempt in this time. */
const failureMemoryMs = 5_000;
const answersMax = 5_000;
/** As much as one file of values may hold. */
const valuesBytesMax = 16 * 1024 * 1024;

interface Picked {
  readonly version: string;
  /** As provenance files name the archive. */
  readonly file: string;
  fetch(): Promise<Result<Uint8Array>>;
  provenance(): Promise<Result<string>>;
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
    const tagged = (version: string): Picked => ({
      version,
      file: `${chart.replace(/^.*\//, '')}-${version}.tgz`,
      fetch: () => registry.archive(repoURL, chart, version, access),
      provenance: () => registry.provenance(repoURL, chart, version, access),
    });
    const fromRegistry = access.oci === true || repoURL.startsWith('oci://');
    if (fromRegistry) {
      // A whole version is a tag; there is no need to list them all.
      if (parseVersion(wanted).ok && /^v?\d+\.\d+\.\d+/.test(wanted)) return ok(tagged(wanted));
      lists++;
      const tags = await registry.versions(repoURL, chart, access);
      if (!tags.ok) return tags;
      const version = newest(tags.value, wanted);
      if (version === undefined) return err(unknownVersion(repoURL, chart, wanted));
      return ok(tagged(version));
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
    return ok({
      version: entry.version,
      file: fileNameOf(entry.urls[0] ?? ''),
      fetch: () => web.archive(repoURL, chart, entry, access),
      provenance: () => web.provenance(repoURL, chart, entry, access),
    });
  }

  interface Kept {
    readonly picked: Picked;
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
    return ok({ picked: picked.value, version, digest });
  }

  async function judge(
    found: ChartArchive,
    { file, provenance }: Pick<Picked, 'file' | 'provenance'>,
    verify: ArchiveVerifier | undefined,
  ): Promise<Result<ChartArchive>> {
    if (verify === undefined) return ok(found);
    const signed = await provenance();
    if (!signed.ok) return signed;
    const verified = await verify({ name: file, content: found.archive }, signed.value);
    return verified.ok ? ok(found) : verified;
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
    async archive(repoURL, chart, version, { verify } = {}) {
      const kept = await keep(repoURL, chart, version);
      if (!kept.ok) return kept;
      const { digest, picked } = kept.value;
      const archive = await store.read(digest);
      if (archive === undefined)
        return err(problem('chart-gone', `${chart} ${version} is no longer here`, { retryable: true }));
      return judge({ digest, archive }, picked, verify);
    },
    async archiveAt(url, { verify } = {}) {
      const access = options.access?.(url) ?? {};
      downloads++;
      const archive = await web.file(url, archiveBytesMax, access);
      if (!archive.ok) return archive;
      const digest = await store.put(archive.value);
      const provenance = () =>
        fetchProvenance((address) => web.file(address, provenanceBytesMax, access), url);
      return judge({ digest, archive: archive.value }, { file: fileNameOf(url), provenance }, verify);
    },
    file: (url) => web.file(url, valuesBytesMax, {}),
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

/** The last part of an address, without what is asked of it. */
function fileNameOf(address: string): string {
  const path = parseAddress(address, 'http://repository/')?.pathname ?? address;
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
}

const unknownVersion = (repoURL: string, chart: string, wanted: string) =>
  problem(
    'revision-unknown',
    `chart "${chart}"${wanted === '' ? '' : ` version "${wanted}"`} not found in ${repoURL} repository`,
    { hint: 'what is asked for is a version of the chart or a range such as 1.x' },
  );
