import { isStatusError } from '@plumbline/kube';
import { byRevision, readReleaseSecret, releaseSecret, releaseSecretName } from '@plumbline/render';
import type { StoredRelease } from '@plumbline/render';
import { HelmError, prefixed } from './errors.ts';
import type { Context } from './ports.ts';

const SECRET = { group: '', version: 'v1', kind: 'Secret' };

const notFound = (): HelmError => new HelmError('release-not-found', 'release: not found');

/** The records of releases, as Helm's driver for Secrets keeps them. */
export interface Storage {
  create(stored: StoredRelease, historyMax: number): Promise<void>;
  update(stored: StoredRelease): Promise<void>;
  remove(name: string, version: number): Promise<void>;
  get(name: string, version: number): Promise<StoredRelease>;
  /** From the oldest to the newest; rejects with `release-not-found` where there is none. */
  history(name: string): Promise<readonly StoredRelease[]>;
  last(name: string): Promise<StoredRelease>;
  /** Those that say that they are deployed; usually one. */
  deployed(name: string): Promise<readonly StoredRelease[]>;
  /** Everything in the namespace of the storage, or everywhere. */
  list(everywhere: boolean): Promise<readonly StoredRelease[]>;
}

/** Opens the storage of a scope. */
export function openStorage(context: Context): Storage {
  const { cluster, clock, logger, storageNamespace } = context;

  async function query(
    labelSelector: string,
    verb: string,
    namespace: string | undefined,
  ): Promise<readonly StoredRelease[]> {
    let items;
    try {
      ({ items } = await cluster.list(SECRET, {
        labelSelector,
        ...(namespace === undefined ? {} : { namespace }),
      }));
    } catch (thrown) {
      throw prefixed(verb, thrown);
    }
    const read = await Promise.all(items.map((item) => readReleaseSecret(item)));
    const found: StoredRelease[] = [];
    for (const result of read) {
      if (result.ok) found.push(result.value);
      else logger.warn('a record of a release cannot be read', { error: result.error.message });
    }
    return found.toSorted(byRevision);
  }

  async function history(name: string): Promise<readonly StoredRelease[]> {
    const found = await query(
      `name=${name},owner=helm`,
      'query: failed to query with labels',
      storageNamespace,
    );
    if (found.length === 0) throw notFound();
    return found;
  }

  const deployed = (name: string): Promise<readonly StoredRelease[]> =>
    query(`name=${name},owner=helm,status=deployed`, 'query: failed to query with labels', storageNamespace);

  async function remove(name: string, version: number): Promise<void> {
    try {
      await cluster.delete({
        ...SECRET,
        namespace: storageNamespace,
        name: releaseSecretName(name, version),
      });
    } catch (thrown) {
      if (isStatusError(thrown, 404)) throw notFound();
      throw thrown;
    }
  }

  /** Makes room for one more; what is deployed stays. */
  async function makeRoom(name: string, historyMax: number): Promise<void> {
    const kept = historyMax - 1;
    let all: readonly StoredRelease[];
    try {
      all = await history(name);
    } catch (thrown) {
      if (thrown instanceof HelmError && thrown.code === 'release-not-found') return;
      throw thrown;
    }
    if (all.length <= kept) return;
    const current = (await deployed(name)).at(-1)?.release.version;
    const old = all.filter(({ release }) => release.version !== current).slice(0, all.length - kept);
    const failures: unknown[] = [];
    for (const { release } of old) {
      try {
        await remove(name, release.version);
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1)
      throw prefixed(`encountered ${failures.length} deletion errors. First is`, failures[0]);
  }

  return {
    history,
    deployed,
    remove,
    async create(stored, historyMax) {
      const { name } = stored.release;
      if (historyMax > 0) await makeRoom(name, historyMax);
      const secret = await releaseSecret(stored, { name: 'createdAt', ms: clock.now() }, storageNamespace);
      try {
        await cluster.create(secret);
      } catch (thrown) {
        // Somebody else has begun the same revision: this is the lock.
        if (isStatusError(thrown, 409) && thrown.reason === 'AlreadyExists')
          throw new HelmError('release-exists', 'release: already exists');
        throw prefixed('create: failed to create', thrown);
      }
    },
    async update(stored) {
      const secret = await releaseSecret(stored, { name: 'modifiedAt', ms: clock.now() }, storageNamespace);
      try {
        await cluster.update(secret);
      } catch (thrown) {
        throw prefixed('update: failed to update', thrown);
      }
    },
    async get(name, version) {
      const key = releaseSecretName(name, version);
      const secret = await cluster.get({ ...SECRET, namespace: storageNamespace, name: key });
      if (secret === undefined) throw notFound();
      const read = await readReleaseSecret(secret);
      if (read.ok) return read.value;
      throw new HelmError(read.error.code, `get: failed to decode data "${key}": ${read.error.message}`);
    },
    async last(name) {
      const newest = (await history(name)).at(-1);
      if (newest === undefined) throw notFound();
      return newest;
    },
    list: (everywhere) =>
      query('owner=helm', 'list: failed to list', everywhere ? undefined : storageNamespace),
  };
}
