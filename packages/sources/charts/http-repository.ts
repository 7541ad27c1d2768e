import { createHash } from 'node:crypto';
import { err, messageOf, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { parseAddress } from '../http/address.ts';
import { collect } from '../http/client.ts';
import type { HttpClient } from '../http/client.ts';
import { readEntries, readJsonIndex } from './index-entries.ts';
import type { ChartEntry } from './index-entries.ts';
import { createIndexScanner } from './index-scanner.ts';
import type { ChartAccess } from './types.ts';

/** Charts in a repository with an `index.yaml`. */
export interface HttpChartRepository {
  /** All versions of a chart. */
  versions(repoURL: string, chart: string, access: ChartAccess): Promise<Result<readonly ChartEntry[]>>;
  /** The archive of one of them, checked against the index's digest. */
  archive(
    repoURL: string,
    chart: string,
    entry: ChartEntry,
    access: ChartAccess,
  ): Promise<Result<Uint8Array>>;
  /** The signed sums that lie beside the archive. */
  provenance(repoURL: string, chart: string, entry: ChartEntry, access: ChartAccess): Promise<Result<string>>;
  /** What lies at an address that no index names. */
  file(url: string, bytesMax: number, access: ChartAccess): Promise<Result<Uint8Array>>;
}

/** The largest public index is about 40 MB. */
const indexBytesMax = 256 * 1024 * 1024;
/** A JSON index cannot be read in pieces. */
const jsonIndexBytesMax = 64 * 1024 * 1024;
/** As Helm limits it. */
export const archiveBytesMax = 100 * 1024 * 1024;
/** A Chart.yaml, a sum and a signature. */
export const provenanceBytesMax = 4 * 1024 * 1024;
/** Indexes that did not change are not sent again; so many answers are remembered. */
const answersMax = 500;

interface Answer {
  readonly etag: string;
  readonly entries: readonly ChartEntry[];
}

export function createHttpChartRepository(http: HttpClient): HttpChartRepository {
  const answers = new Map<string, Answer>();

  async function file(url: string, bytesMax: number, access: ChartAccess): Promise<Result<Uint8Array>> {
    const answer = await http.get(url, {
      bytesMax,
      credentials: access.credentials && { type: 'basic', ...access.credentials },
      tls: access.tls,
    });
    if (!answer.ok) return answer;
    try {
      return ok(await collect(answer.value.body));
    } catch (thrown) {
      return err(problem('http-cut', messageOf(thrown), { retryable: true }));
    }
  }

  return {
    async versions(repoURL, chart, access) {
      const url = `${repoURL.replace(/\/+$/, '')}/index.yaml`;
      const key = `${url}\n${chart}\n${access.credentials?.username ?? ''}`;
      const known = answers.get(key);
      const answer = await http.get(url, {
        bytesMax: indexBytesMax,
        credentials: access.credentials && { type: 'basic', ...access.credentials },
        tls: access.tls,
        expected: [304],
        ...(known === undefined ? {} : { headers: { 'if-none-match': known.etag } }),
      });
      if (!answer.ok) return answer;
      if (answer.value.status === 304 && known !== undefined) {
        await collect(answer.value.body);
        return ok(known.entries);
      }
      const entries = await scan(answer.value.body, chart, url);
      if (!entries.ok) return entries;
      if (entries.value === undefined)
        return err(problem('chart-unknown', `chart "${chart}" not found in ${repoURL} repository`));
      const etag = answer.value.headers['etag'];
      if (etag !== undefined) {
        answers.set(key, { etag, entries: entries.value });
        for (const oldest of answers.keys()) {
          if (answers.size <= answersMax) break;
          answers.delete(oldest);
        }
      }
      return ok(entries.value);
    },

    async archive(repoURL, chart, entry, access) {
      const address = addressOf(repoURL, chart, entry);
      if (!address.ok) return address;
      const { href, origin, pathname } = address.value;
      const bytes = await file(href, archiveBytesMax, accessAt(repoURL, address.value, access));
      if (!bytes.ok) return bytes;
      const found = createHash('sha256').update(bytes.value).digest('hex');
      if (entry.digest === '' || found === entry.digest) return bytes;
      return err(
        problem(
          'chart-digest',
          `${origin}${pathname} has the digest ${found}, the index says ${entry.digest}`,
          { hint: 'the archive was replaced or damaged; the repository has to be indexed anew' },
        ),
      );
    },

    async provenance(repoURL, chart, entry, access) {
      const address = addressOf(repoURL, chart, entry);
      if (!address.ok) return address;
      const own = accessAt(repoURL, address.value, access);
      return fetchProvenance((url) => file(url, provenanceBytesMax, own), address.value.href);
    },

    file,
  };
}

/** The provenance file of an archive, in Helm's words where there is none. */
export async function fetchProvenance(
  fetch: (url: string) => Promise<Result<Uint8Array>>,
  archive: string,
): Promise<Result<string>> {
  const url = `${archive}.prov`;
  const bytes = await fetch(url);
  if (bytes.ok) return ok(new TextDecoder().decode(bytes.value));
  const { retryable } = bytes.error;
  return err(
    problem('chart-provenance', `failed to fetch provenance ${JSON.stringify(url)}`, {
      hint: bytes.error.message,
      ...(retryable === true ? { retryable } : {}),
    }),
  );
}

function addressOf(repoURL: string, chart: string, entry: ChartEntry): Result<URL> {
  const address = parseAddress(entry.urls[0] ?? '', withSlash(repoURL));
  if (address !== undefined) return ok(address);
  return err(
    problem('chart-address', `${chart} ${entry.version}: the index names no address that can be read`),
  );
}

/** Helm sends credentials to the repository's own host alone, unless it is told to pass them on. */
function accessAt(repoURL: string, address: URL, access: ChartAccess): ChartAccess {
  const own = address.origin === parseAddress(withSlash(repoURL))?.origin || access.passCredentials === true;
  if (own) return access;
  const { credentials: _kept, ...open } = access;
  return open;
}

const withSlash = (repoURL: string): string => (repoURL.endsWith('/') ? repoURL : `${repoURL}/`);

async function scan(
  body: AsyncIterable<Uint8Array>,
  chart: string,
  url: string,
): Promise<Result<readonly ChartEntry[] | undefined>> {
  const decoder = new TextDecoder();
  const scanner = createIndexScanner(chart);
  let json: string | undefined;
  let first = true;
  try {
    for await (const chunk of body) {
      const text = decoder.decode(chunk, { stream: true });
      if (first && text.trimStart() !== '') {
        first = false;
        if (text.trimStart().startsWith('{')) json = '';
      }
      if (json === undefined) scanner.push(text);
      else if ((json += text).length > jsonIndexBytesMax)
        return err(problem('chart-index', `${url} is longer than ${jsonIndexBytesMax} bytes of JSON`));
    }
    if (json !== undefined) return readJsonIndex(json, chart, url);
    const found = scanner.end();
    return found === undefined ? ok(undefined) : readEntries(found, url);
  } catch (thrown) {
    return err(problem('chart-index', messageOf(thrown), { retryable: true }));
  }
}
