import type { Tree, TreeEntry } from '@plumbline/api';
import { isRecord, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { err, ok } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';
import { joinPath, normalizePath } from '../paths.ts';

/** A chart that another one needs. */
export interface ChartWanted {
  /** `https://...`, `oci://...`, or `@name` of a repository that is set up. */
  readonly repository: string;
  readonly name: string;
  /** A version (from the lock file) or a range. */
  readonly version: string;
}

/** Brings the archive of a chart; `digest` names its content. */
export type ChartPort = (
  wanted: ChartWanted,
) => Promise<Result<{ readonly digest: string; readonly archive: Uint8Array }>>;

/** A `Chart.yaml` or a lock file. */
const metadataBytesMax = 1 << 20;
const dependenciesMax = 200;

/**
 * The tree with what the chart at `path` needs and does not have below `charts/`, as `helm dependency build` would put it
 * there: archives from repositories (in the locked version where there is a lock file), folders for `file://`. A chart
 * that lacks nothing keeps its tree.
 */
export async function withDependencies(
  tree: Tree,
  path: string,
  fetch: ChartPort,
): Promise<Result<Tree, Problem>> {
  const listed = await dependenciesOf(tree, path);
  if (!listed.ok) return listed;
  const missing = await missingOf(tree, path, listed.value);
  if (missing.length === 0) return ok(tree);
  if (missing.length > dependenciesMax)
    return err(problem('helm-dependencies', `${path || '.'}: more than ${dependenciesMax} dependencies`));
  const locked = await lockedVersions(tree, path);
  const added: Added[] = [];
  for (const one of missing) {
    if (one.repository.startsWith('file://')) {
      const folder = normalizePath(joinPath(path, one.repository.slice('file://'.length)));
      const entry = folder.ok ? await tree.stat(folder.value) : undefined;
      if (!folder.ok || entry?.kind !== 'folder')
        return err(problem('helm-dependencies', `directory ${one.repository} of ${one.name} not found`));
      added.push({ entry: { ...entry, name: one.name }, folder: folder.value });
      continue;
    }
    // Without a repository the chart has to lie in charts/; Helm then says what is missing.
    if (one.repository === '') continue;
    const version = locked.get(one.name) ?? one.version;
    const found = await fetch({ repository: one.repository, name: one.name, version });
    if (!found.ok) return found;
    const { digest, archive } = found.value;
    added.push({
      entry: { name: `${one.name}-${digest.slice(0, 12)}.tgz`, kind: 'file', hash: digest },
      archive,
    });
  }
  return ok(added.length === 0 ? tree : overlay(tree, joinPath(path, 'charts'), path, added));
}

interface Added {
  readonly entry: TreeEntry;
  readonly archive?: Uint8Array;
  /** Where the folder really lies. */
  readonly folder?: string;
}

async function dependenciesOf(tree: Tree, path: string): Promise<Result<readonly ChartWanted[], Problem>> {
  const wanted: ChartWanted[] = [];
  for (const name of ['Chart.yaml', 'requirements.yaml']) {
    const text = await tree.read(joinPath(path, name), metadataBytesMax);
    if (text === undefined) continue;
    const read = readYaml(text, { file: joinPath(path, name), duplicateKeys: 'last' });
    // What is wrong with the file is said when the chart is loaded.
    if (!read.ok) return ok([]);
    wanted.push(...entriesOf(read.value[0]?.value));
  }
  return ok(wanted);
}

function entriesOf(document: unknown): ChartWanted[] {
  const list = isRecord(document) ? document['dependencies'] : undefined;
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord).map(({ name, version, repository }) => ({
    name: typeof name === 'string' ? name : '',
    version: typeof version === 'string' || typeof version === 'number' ? String(version) : '',
    repository: typeof repository === 'string' ? repository : '',
  }));
}

/** A chart counts as there when `charts/` holds its folder, or an archive whose name begins with its name and a version. */
async function missingOf(
  tree: Tree,
  path: string,
  wanted: readonly ChartWanted[],
): Promise<readonly ChartWanted[]> {
  if (wanted.length === 0) return [];
  const present = (await tree.list(joinPath(path, 'charts'))) ?? [];
  const seen = new Set<string>();
  return wanted.filter(({ name, version }) => {
    const key = `${name} ${version}`;
    if (name === '' || seen.has(key)) return false;
    seen.add(key);
    return !present.some((entry) => entry.name === name || isArchiveOf(entry.name, name));
  });
}

function isArchiveOf(file: string, name: string): boolean {
  return file.startsWith(`${name}-`) && file.endsWith('.tgz') && /^v?\d/.test(file.slice(name.length + 1));
}

async function lockedVersions(tree: Tree, path: string): Promise<ReadonlyMap<string, string>> {
  for (const name of ['Chart.lock', 'requirements.lock']) {
    const text = await tree.read(joinPath(path, name), metadataBytesMax);
    const read = text === undefined ? undefined : readYaml(text, { file: name, duplicateKeys: 'last' });
    if (read?.ok === true)
      return new Map(entriesOf(read.value[0]?.value).map((entry) => [entry.name, entry.version]));
  }
  return new Map();
}

/** The tree with further entries in one folder, which may not be there yet. Folders above it get other hashes. */
function overlay(tree: Tree, folder: string, chart: string, added: readonly Added[]): Tree {
  const mark = added.map(({ entry }) => `${entry.name}=${entry.hash}`).join(' ');
  const byName = new Map(added.map((one) => [one.entry.name, one]));
  const folderEntry = async (): Promise<TreeEntry> => {
    const there = await tree.stat(folder);
    return { name: 'charts', kind: 'folder', hash: `${there?.hash ?? ''} + ${mark}` };
  };
  const isAbove = (path: string): boolean => path === chart || path === '' || chart.startsWith(`${path}/`);
  const inside = (path: string): { readonly one: Added; readonly rest: string } | undefined => {
    if (!path.startsWith(`${folder}/`)) return undefined;
    const [name = '', ...rest] = path.slice(folder.length + 1).split('/');
    const one = byName.get(name);
    return one === undefined ? undefined : { one, rest: rest.join('/') };
  };
  const target = (found: { readonly one: Added; readonly rest: string }): string | undefined =>
    found.one.folder === undefined || found.rest === ''
      ? found.one.folder
      : joinPath(found.one.folder, found.rest);
  return {
    async stat(path) {
      if (path === folder) return folderEntry();
      const found = inside(path);
      if (found !== undefined) {
        const real = target(found);
        if (found.rest === '') return found.one.entry;
        return real === undefined ? undefined : tree.stat(real);
      }
      const entry = await tree.stat(path);
      return entry !== undefined && isAbove(path) ? { ...entry, hash: `${entry.hash} + ${mark}` } : entry;
    },
    async list(path) {
      if (path === folder) {
        const present = (await tree.list(folder)) ?? [];
        const all = [...present.filter(({ name }) => !byName.has(name)), ...added.map(({ entry }) => entry)];
        return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      }
      const found = inside(path);
      const real = found === undefined ? path : target(found);
      const entries = real === undefined ? undefined : await tree.list(real);
      if (path !== chart || entries === undefined) return entries;
      const charts = await folderEntry();
      return [...entries.filter(({ name }) => name !== 'charts'), charts].toSorted((a, b) =>
        a.name < b.name ? -1 : 1,
      );
    },
    async read(path, bytesMax) {
      const found = inside(path);
      if (found === undefined) return tree.read(path, bytesMax);
      const real = target(found);
      if (real !== undefined) return tree.read(real, bytesMax);
      if (found.rest !== '' || found.one.archive === undefined) return undefined;
      if (found.one.archive.length > bytesMax) throw new Error(`${path} is longer than ${bytesMax} bytes`);
      return found.one.archive;
    },
  };
}
