import { toGo, GoError, parseGoTime, writeGoYaml } from '@plumbline/languages';
import type { GoTime } from '@plumbline/languages';
import { writeRecord } from '@plumbline/render';
import type { HelmRelease } from '@plumbline/render';
import { CommandError, type Io } from '../../io.ts';

export type Format = 'table' | 'json' | 'yaml';

/** `-o` as Helm reads it. */
export function formatOf(text: string): Format {
  if (text === 'table' || text === 'json' || text === 'yaml') return text;
  throw new CommandError(`invalid argument "${text}" for "-o, --output" flag: invalid format type`, 2);
}

/** Columns as Helm prints them: each filled up to its widest cell, a tab between. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  return `${rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('\t')).join('\n')}\n`;
}

/** One line of JSON as encoding/json writes it. */
export function json(value: unknown): string {
  return `${writeRecord(value)}\n`;
}

/** YAML as Helm writes it: through JSON, keys in order. */
export function yaml(value: unknown): string {
  return writeGoYaml(toGo(JSON.parse(writeRecord(value))));
}

/** Writes data as JSON or YAML, or whatever the table is. */
export function write(io: Io, format: Format, data: unknown, asTable: () => string): void {
  io.stdout.write(format === 'json' ? json(data) : format === 'yaml' ? yaml(data) : asTable());
}

const rfc3339 = '2006-01-02T15:04:05.999999999Z07:00';
/** Go's time.ANSIC. */
export const ansic = 'Mon Jan _2 15:04:05 2006';

/** A time of a record; undefined where there is none. */
export function timeOf(text: string | undefined): GoTime | undefined {
  if (text === undefined || text === '' || text.startsWith('0001-01-01T00:00:00')) return undefined;
  try {
    return parseGoTime(text, rfc3339);
  } catch (thrown) {
    if (thrown instanceof GoError) return undefined;
    throw thrown;
  }
}

/** `web-1.0.0`, or `MISSING`. */
export function chartText({ chart }: HelmRelease): string {
  const metadata = chart?.metadata;
  if (metadata === undefined || metadata === null) return 'MISSING';
  return `${metadata.name ?? ''}-${metadata.version ?? ''}`;
}

export function appVersionText({ chart }: HelmRelease): string {
  const metadata = chart?.metadata;
  return metadata === undefined || metadata === null ? 'MISSING' : (metadata.appVersion ?? '');
}
