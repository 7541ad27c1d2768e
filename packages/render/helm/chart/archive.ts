import { fromBytes, GoError } from '@plumbline/languages';
import type { ChartFile } from './types.ts';

/** As much as Helm takes: all files together, and one of them. */
export interface ArchiveLimits {
  readonly chartBytesMax: number;
  readonly fileBytesMax: number;
  readonly filesMax: number;
}

/** Helm's own limits; the number of files is ours, so that a million empty ones do no harm. */
export const archiveLimits: ArchiveLimits = {
  chartBytesMax: 100 * 1024 * 1024,
  fileBytesMax: 5 * 1024 * 1024,
  filesMax: 20_000,
};

const blockSize = 512;
const gzipHeaderLength = 10;

/** The files of a packed chart, without the folder that all of them lie in. Rejects with `GoError`. */
export async function unpackChart(
  archive: Uint8Array,
  limits: ArchiveLimits = archiveLimits,
): Promise<ChartFile[]> {
  const tar = await inflate(archive, limits);
  const files: ChartFile[] = [];
  let left = limits.chartBytesMax;
  for (const entry of entriesOf(tar)) {
    const name = nameInChart(entry.name);
    if (entry.data.length > left) {
      throw new GoError(`decompressed chart is larger than the maximum size ${limits.chartBytesMax}`);
    }
    if (entry.data.length > limits.fileBytesMax) {
      throw new GoError(
        `decompressed chart file ${JSON.stringify(entry.name)} is larger than the maximum file size ${limits.fileBytesMax}`,
      );
    }
    left -= entry.data.length;
    if (files.length >= limits.filesMax)
      throw new GoError(`the chart has more than ${limits.filesMax} files`);
    files.push({ name, data: withoutMark(entry.data) });
  }
  if (files.length === 0) throw new GoError('no files in chart archive');
  return files;
}

async function inflate(archive: Uint8Array, limits: ArchiveLimits): Promise<Uint8Array> {
  // Headers and padding come on top of the files themselves.
  const bytesMax = limits.chartBytesMax + limits.filesMax * 2 * blockSize;
  const stream = new Blob([new Uint8Array(archive)]).stream().pipeThrough(new DecompressionStream('gzip'));
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  try {
    for (;;) {
      const step = await reader.read();
      if (step.done) break;
      length += step.value.length;
      if (length > bytesMax) {
        throw new GoError(`decompressed chart is larger than the maximum size ${limits.chartBytesMax}`);
      }
      chunks.push(step.value);
    }
  } catch (thrown) {
    await reader.cancel().catch(() => undefined);
    if (thrown instanceof GoError) throw thrown;
    throw new GoError(
      length === 0 && archive.length >= gzipHeaderLength ? 'gzip: invalid header' : 'unexpected EOF',
    );
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

interface Entry {
  readonly name: string;
  readonly data: Uint8Array;
}

/** The regular files of a tar. Long names come by GNU's `L` entries or by pax headers. */
function* entriesOf(tar: Uint8Array): Generator<Entry> {
  let longName: string | undefined;
  for (let at = 0; at + blockSize <= tar.length;) {
    const header = tar.subarray(at, at + blockSize);
    if (header.every((byte) => byte === 0)) return;
    if (!isHeader(header)) throw new GoError('archive/tar: invalid tar header');
    const size = numberAt(header, 124, 12);
    const type = String.fromCharCode(header[156] ?? 0);
    const start = at + blockSize;
    if (start + size > tar.length) throw new GoError('unexpected EOF');
    const data = tar.subarray(start, start + size);
    at = start + Math.ceil(size / blockSize) * blockSize;
    if (type === 'L') longName = textAt(data, 0, data.length);
    else if (type === 'x') longName = paxPath(data) ?? longName;
    else if (type === 'g' || type === 'K') continue;
    else {
      const name = longName ?? shortName(header);
      longName = undefined;
      if (type === '5' || name.endsWith('/')) continue;
      // Links carry no content of their own.
      yield { name, data: type === '1' || type === '2' ? new Uint8Array() : data };
    }
  }
}

function isHeader(header: Uint8Array): boolean {
  let sum = 0;
  for (let i = 0; i < blockSize; i++) sum += i >= 148 && i < 156 ? 32 : (header[i] ?? 0);
  return sum === numberAt(header, 148, 8);
}

function shortName(header: Uint8Array): string {
  const name = textAt(header, 0, 100);
  const isUstar = textAt(header, 257, 5) === 'ustar' && header[262] === 0;
  const prefix = isUstar ? textAt(header, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  const part = bytes.subarray(at, at + length);
  const end = part.indexOf(0);
  return fromBytes(end < 0 ? part : part.subarray(0, end));
}

function numberAt(header: Uint8Array, at: number, length: number): number {
  // A set high bit says that the number is binary.
  if (((header[at] ?? 0) & 0x80) !== 0) {
    let value = (header[at] ?? 0) & 0x7f;
    for (let i = 1; i < length; i++) value = value * 256 + (header[at + i] ?? 0);
    return value;
  }
  const digits = /[0-7]+/.exec(textAt(header, at, length))?.[0];
  return digits === undefined ? 0 : Number.parseInt(digits, 8);
}

function paxPath(data: Uint8Array): string | undefined {
  const match = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(fromBytes(data));
  return match?.[1];
}

/** The name below the chart's root, in Helm's words where it would lead elsewhere. */
function nameInChart(path: string): string {
  const separator = path.includes('\\') ? '\\' : '/';
  const [first, ...below] = path.split(separator);
  const joined = below.join('/');
  if (joined.startsWith('/')) throw new GoError('chart illegally contains absolute paths');
  const name = cleanPath(joined);
  if (name === '.') {
    throw new GoError(`chart illegally contains content outside the base directory: ${JSON.stringify(path)}`);
  }
  if (name.startsWith('..')) throw new GoError('chart illegally references parent directory');
  if (/^[a-zA-Z]:\//.test(name)) throw new GoError('chart contains illegally named files');
  if (first === 'Chart.yaml') throw new GoError('chart yaml not in base directory');
  return name;
}

function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else kept.push(part);
  }
  return kept.length === 0 ? '.' : kept.join('/');
}

/** Without UTF-8's byte order mark. */
export function withoutMark(data: Uint8Array): Uint8Array {
  return data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? data.subarray(3) : data;
}
