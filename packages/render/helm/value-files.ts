import type { Read, Tree } from '@plumbline/api';
import { compileGlob, fromBytes, GoError } from '@plumbline/languages';
import { remoteRead } from '../hashes.ts';
import { follow, joinPath } from '../paths.ts';
import type { WebPort } from './schema/outside.ts';
import type { ValuesText } from './values/compose.ts';

/** Where files that parameters name are looked for. */
export interface FileSearch {
  readonly tree: Tree;
  /** The chart's folder; of an archive, the folder that it lies in. */
  readonly folder: string;
  /** The files of an archive, for names that are relative to the chart. */
  readonly archived?: ReadonlyMap<string, Uint8Array>;
  readonly reads: Read[];
  /** Brings files of values that lie on the web, within what the operator allows; without it there are none. */
  readonly web?: WebPort | undefined;
}

/** As much as one file of values may hold. */
const bytesMax = 16 * 1024 * 1024;
/** A pattern that matches more is a mistake. */
const matchesMax = 1000;

/** The values of `valueFiles`: relative to the chart, from the root with `/`, of another source with `$name/`. Rejects with `GoError`. */
export async function readValueFiles(
  search: FileSearch,
  files: readonly string[],
  ignoreMissing: boolean,
): Promise<ValuesText[]> {
  const texts: ValuesText[] = [];
  for (const file of files) {
    const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\//.exec(file)?.[1];
    if (scheme !== undefined) {
      texts.push({ name: file, text: fromBytes(await fromWeb(search, file, scheme)) });
      continue;
    }
    const paths = isGlob(file) ? await expand(search, file) : [file];
    if (paths.length === 0 && !ignoreMissing) throw new GoError(`no values file matches ${file}`);
    for (const path of paths) {
      const bytes = await readNamed(search, path);
      if (bytes !== undefined) texts.push({ name: path, text: fromBytes(bytes) });
      else if (!ignoreMissing) throw new GoError(`open ${path}: no such file or directory`);
    }
  }
  return texts;
}

/** Argo CD reads values over HTTP and HTTPS unless it is told otherwise, and names the schemes that it takes. */
async function fromWeb(search: FileSearch, file: string, scheme: string): Promise<Uint8Array> {
  if (!/^https?$/i.test(scheme)) throw new GoError(`the URL scheme '${scheme}' is not allowed`);
  if (search.web === undefined) throw new GoError(`values file ${file}: files on the web cannot be had here`);
  const got = await search.web(file);
  if (!got.ok) throw new GoError(`values file ${file}: ${got.error.message}`);
  search.reads.push({ path: remoteRead(file), hash: got.value.revision });
  return got.value.bytes;
}

/** A file by its name in a parameter; undefined when there is none. Rejects with `GoError` when it leads out of the tree. */
export async function readNamed(search: FileSearch, name: string): Promise<Uint8Array | undefined> {
  const path = resolvePath(search, name);
  const archived = search.archived?.get(
    path.startsWith(`${search.folder}/`) ? path.slice(search.folder.length + 1) : path,
  );
  if (archived !== undefined && !name.startsWith('/') && !name.startsWith('$')) return archived;
  const found = await follow(search.tree, path, search.reads);
  if (found.type === 'outside') throw new GoError(`value file ${name} leads out of the repository`);
  if (found.type !== 'found' || found.entry.kind !== 'file') {
    if (found.type === 'found') search.reads.push({ path: found.path, hash: found.entry.hash });
    return undefined;
  }
  search.reads.push({ path: found.path, hash: found.entry.hash });
  return search.tree.read(found.path, bytesMax);
}

function resolvePath(search: FileSearch, name: string): string {
  const start = name.startsWith('/') || name.startsWith('$') ? '' : search.folder;
  const kept: string[] = [];
  for (const part of [...start.split('/'), ...name.split('/')]) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.pop() === undefined) {
      throw new GoError(`value file ${name} leads out of the repository`);
    }
  }
  return kept.join('/');
}

function isGlob(name: string): boolean {
  return /[*?[{]/.test(name);
}

/** The files that a pattern matches, by name; each folder that was looked into is noted. */
async function expand(search: FileSearch, name: string): Promise<string[]> {
  const pattern = resolvePath(search, name);
  const compiled = compileGlob(pattern, '/');
  if (!compiled.ok) throw new GoError(`values file ${name}: ${compiled.error.message}`);
  const parts = pattern.split('/');
  const fixed = parts
    .slice(
      0,
      Math.max(
        0,
        parts.findIndex((part) => isGlob(part)),
      ),
    )
    .join('/');
  const found: string[] = [];
  const depth = pattern.includes('**') ? Infinity : parts.length;
  await collect(search, fixed, compiled.value, depth, found);
  return found.toSorted().map((path) => (path.startsWith('$') ? path : `/${path}`));
}

async function collect(
  search: FileSearch,
  folder: string,
  matches: (path: string) => boolean,
  depth: number,
  found: string[],
): Promise<void> {
  const entry = await search.tree.stat(folder);
  search.reads.push({ path: folder, hash: entry?.hash });
  for (const { name, kind } of (await search.tree.list(folder)) ?? []) {
    const path = joinPath(folder, name);
    if (kind === 'folder') {
      if (path.split('/').length < depth) await collect(search, path, matches, depth, found);
    } else if (matches(path)) found.push(path);
    if (found.length > matchesMax) throw new GoError(`more than ${matchesMax} values files match`);
  }
}
