import { err, isRecord, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';

/** One version of a chart as an index names it. */
export interface ChartEntry {
  readonly version: string;
  readonly urls: readonly string[];
  /** Hex SHA-256 of the archive; '' where the index does not say. */
  readonly digest: string;
}

/** The entries of one chart. Those without a version or an address are left out, as Helm leaves them out. */
export function readEntries(text: string, file: string): Result<readonly ChartEntry[]> {
  const read = readYaml(text, { file, duplicateKeys: 'last' });
  if (!read.ok) return read;
  const list = read.value[0]?.value;
  if (!Array.isArray(list))
    return err(problem('chart-index', `${file}: the entries of the chart are no list`));
  return ok(list.flatMap((item: unknown) => entryOf(item)));
}

/** JSON is YAML too, and comes as one line, so it cannot be scanned by lines. */
export function readJsonIndex(
  text: string,
  chart: string,
  file: string,
): Result<readonly ChartEntry[] | undefined> {
  let index: unknown;
  try {
    index = JSON.parse(text);
  } catch {
    return err(problem('chart-index', `${file} is neither YAML nor JSON`));
  }
  const entries = isRecord(index) ? index['entries'] : undefined;
  const list = isRecord(entries) && Object.hasOwn(entries, chart) ? entries[chart] : undefined;
  return ok(Array.isArray(list) ? list.flatMap((item: unknown) => entryOf(item)) : undefined);
}

function entryOf(item: unknown): ChartEntry[] {
  if (!isRecord(item)) return [];
  const { version, urls, digest } = item;
  if (
    (typeof version !== 'string' && typeof version !== 'number') ||
    !Array.isArray(urls) ||
    urls.length === 0
  )
    return [];
  return [
    {
      version: String(version),
      urls: urls.map(String),
      digest: typeof digest === 'string' ? digest.replace(/^sha256:/, '').toLowerCase() : '',
    },
  ];
}
