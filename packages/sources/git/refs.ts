import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A name in a repository and what it points to. `peeled` is the commit behind an annotated tag, where Git wrote it down. */
export interface Ref {
  readonly name: string;
  readonly hash: string;
  readonly peeled?: string;
}

/**
 * The refs of a bare repository, read from its files: no process is started. Git writes a ref's file before it removes
 * the old place, so looking at the loose file first and at `packed-refs` second always finds it.
 */
export interface RefStore {
  /** The ref of exactly this full name (`HEAD`, `refs/heads/main`), following symbolic refs. */
  find(name: string): Promise<Ref | undefined>;
  /** All refs below a prefix, sorted by name. */
  list(prefix: string): Promise<readonly Ref[]>;
}

/** HEAD → branch is one step; more than a few is a loop. */
const symbolicStepsMax = 5;
const hashPattern = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** The refs of the bare repository in this folder. */
export function refStore(gitDir: string): RefStore {
  let packed: { readonly stamp: string; readonly refs: ReadonlyMap<string, Ref> } | undefined;

  async function packedRefs(): Promise<ReadonlyMap<string, Ref>> {
    const file = join(gitDir, 'packed-refs');
    const info = await stat(file, { bigint: true }).catch(() => undefined);
    if (info === undefined) return new Map();
    const stamp = `${info.mtimeNs}/${info.size}/${info.ino}`;
    if (packed?.stamp !== stamp) packed = { stamp, refs: parsePackedRefs((await readText(file)) ?? '') };
    return packed.refs;
  }

  async function find(name: string, steps = 0): Promise<Ref | undefined> {
    if (!isRefName(name) || steps > symbolicStepsMax) return undefined;
    const text = (await readText(join(gitDir, name)))?.trim();
    if (text === undefined) return (await packedRefs()).get(name);
    if (text.startsWith('ref: ')) return find(text.slice(5).trim(), steps + 1);
    return hashPattern.test(text) ? { name, hash: text } : undefined;
  }

  async function list(prefix: string): Promise<readonly Ref[]> {
    const found = new Map<string, Ref>();
    // Loose first: what moves from loose to packed in between is then seen twice, not missed.
    const loose = await looseNames(gitDir, prefix.replace(/\/$/, ''));
    const looseRefs = await Promise.all(loose.map((name) => find(name)));
    for (const [name, ref] of await packedRefs()) if (name.startsWith(prefix)) found.set(name, ref);
    for (const ref of looseRefs)
      if (ref !== undefined && ref.name.startsWith(prefix)) found.set(ref.name, ref);
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  return { find: (name) => find(name), list };
}

async function looseNames(gitDir: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(gitDir, folder), { withFileTypes: true }).catch(() => []);
  const names: string[] = [];
  for (const entry of entries) {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) names.push(...(await looseNames(gitDir, name)));
    else if (!name.endsWith('.lock')) names.push(name);
  }
  return names;
}

function parsePackedRefs(text: string): Map<string, Ref> {
  const refs = new Map<string, Ref>();
  let last: Ref | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line === '') continue;
    if (line.startsWith('^')) {
      if (last !== undefined) refs.set(last.name, { ...last, peeled: line.slice(1).trim() });
      continue;
    }
    const space = line.indexOf(' ');
    last = { hash: line.slice(0, space), name: line.slice(space + 1).trim() };
    refs.set(last.name, last);
  }
  return refs;
}

/** The rules of git check-ref-format as far as they keep a name inside its folder. */
function isRefName(name: string): boolean {
  if (name === '' || name.length > 1_000 || name.startsWith('/') || name.endsWith('/') || name.endsWith('.'))
    return false;
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\//.test(name)) return false;
  return !name.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock'));
}

async function readText(file: string): Promise<string | undefined> {
  // Anything that is no readable file (absent, a folder of that name) means: no such ref.
  return readFile(file, 'utf8').catch(() => undefined);
}
