import type { Loader } from '../load/loader.ts';
import { KustomizeError } from '../problem.ts';
import type { GeneratorArgs } from '../kustomization/types.ts';

/** A key and the bytes below it, and where they came from. */
export interface SourcedPair {
  readonly key: string;
  readonly value: Uint8Array;
  /** For origins: the file below the tree's root, with the line in files of variables; undefined for literals. */
  readonly from?: { readonly file: string; readonly line?: number };
}

const encoder = new TextEncoder();

/** The pairs of a generator in upstream's order: files of variables, literals, files. */
export async function loadPairs(loader: Loader, args: GeneratorArgs): Promise<SourcedPair[]> {
  const pairs: SourcedPair[] = [];
  const { envs = [], literals = [], files = [] } = args;
  await prefixed(
    () => `env source files: ${goList(envs)}`,
    async () => {
      for (const path of envs) pairs.push(...(await variablesOf(loader, path)));
    },
  );
  await prefixed(
    () => `literal sources ${goList(literals)}`,
    async () => {
      for (const literal of literals) pairs.push(parseLiteral(literal));
    },
  );
  await prefixed(
    () => `file sources: ${goList(files)}`,
    async () => {
      for (const source of files) pairs.push(await fileOf(loader, source));
    },
  );
  return pairs;
}

async function prefixed(prefix: () => string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    throw thrown instanceof KustomizeError ? thrown.prefixed(prefix()) : thrown;
  }
}

/** A list as Go's `%v` prints it. */
function goList(items: readonly string[]): string {
  return `[${items.join(' ')}]`;
}

function parseLiteral(source: string): SourcedPair {
  const cut = source.indexOf('=');
  if (cut <= 0) throw new KustomizeError(`invalid literal source ${source}, expected key=value`);
  return { key: source.slice(0, cut), value: encoder.encode(withoutQuotes(source.slice(cut + 1))) };
}

/** Takes one pair of equal quotes off. */
function withoutQuotes(text: string): string {
  const first = text.at(0);
  return text.length >= 2 && first === text.at(-1) && (first === '"' || first === "'")
    ? text.slice(1, -1)
    : text;
}

async function fileOf(loader: Loader, source: string): Promise<SourcedPair> {
  const { key, path } = parseFileSource(source);
  const loaded = await loader.load(path);
  return { key, value: loaded.bytes, from: { file: loaded.file } };
}

function parseFileSource(source: string): { readonly key: string; readonly path: string } {
  const parts = source.split('=');
  const [first = '', second = ''] = parts;
  if (parts.length === 1) return { key: baseName(source), path: source };
  if (parts.length > 2) throw new KustomizeError(`source "${source}" key name or file path contains '='`);
  if (first === '')
    throw new KustomizeError(`missing key name for file path "${second}" in source "${source}"`);
  if (second === '')
    throw new KustomizeError(`missing file path for key name "${first}" in source "${source}"`);
  return { key: first, path: second };
}

function baseName(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) ?? path;
}

/** White space as Go's unicode.IsSpace knows it. */
const leadingSpace = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** The keys in a file of variables. Throws what is wrong with its lines. */
export function variableKeys(bytes: Uint8Array): readonly string[] {
  const pairs = linesOf(bytes).map((line, i) => parseVariable(line, i === 0));
  return pairs.filter((pair) => pair !== undefined).map(({ key }) => key);
}

async function variablesOf(loader: Loader, path: string): Promise<SourcedPair[]> {
  const loaded = await loader.load(path);
  const pairs: SourcedPair[] = [];
  for (const [i, line] of linesOf(loaded.bytes).entries()) {
    const pair = parseVariable(line, i === 0);
    if (pair !== undefined) pairs.push({ ...pair, from: { file: loaded.file, line: i + 1 } });
  }
  return pairs;
}

/** Lines as Go's scanner finds them: without their ends, and without an empty one at the end. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let from = 0;
  while (from < bytes.length) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    lines.push(bytes.subarray(from, to > from && bytes[to - 1] === 13 ? to - 1 : to));
    from = to + 1;
  }
  return lines;
}

function parseVariable(line: Uint8Array, isFirst: boolean): SourcedPair | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
  } catch {
    const shown = new TextDecoder().decode(line);
    throw new KustomizeError(`line [${line.join(' ')}] has invalid utf8 bytes : ${shown}`);
  }
  if (isFirst && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  text = text.replace(leadingSpace, '');
  if (text === '' || text.startsWith('#')) return undefined;
  const cut = text.indexOf('=');
  const key = cut < 0 ? text : text.slice(0, cut);
  // A line that starts with `=` has no key and counts as empty.
  if (key === '') return undefined;
  return { key, value: encoder.encode(cut < 0 ? '' : text.slice(cut + 1)) };
}
