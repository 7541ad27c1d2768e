import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Archives on disk, named by the SHA-256 of their content, so that one is downloaded once. */
export interface ArchiveStore {
  put(bytes: Uint8Array): Promise<string>;
  has(digest: string): Promise<boolean>;
  /** The bytes, checked against their name; undefined when they are gone or were damaged. */
  read(digest: string): Promise<Uint8Array | undefined>;
}

/** A thousand charts of half a megabyte. What was used longest ago goes first; it can be downloaded again. */
const bytesMax = 512 * 1024 * 1024;

export function createArchiveStore(folder: string): ArchiveStore {
  const file = (digest: string): string => join(folder, `${digest}.tgz`);

  async function tidy(): Promise<void> {
    const files = await Promise.all(
      (await readdir(folder)).map(async (name) => {
        const path = join(folder, name);
        const { size, mtimeMs } = await stat(path);
        return { path, size, mtimeMs };
      }),
    );
    let bytes = files.reduce((sum, { size }) => sum + size, 0);
    for (const one of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (bytes <= bytesMax) break;
      bytes -= one.size;
      await rm(one.path, { force: true });
    }
  }

  return {
    async put(bytes) {
      const digest = createHash('sha256').update(bytes).digest('hex');
      await mkdir(folder, { recursive: true });
      const part = join(folder, `.${randomUUID()}`);
      await writeFile(part, bytes);
      await rename(part, file(digest));
      await tidy();
      return digest;
    },
    has: (digest) =>
      stat(file(digest)).then(
        () => true,
        () => false,
      ),
    async read(digest) {
      const bytes = await readFile(file(digest)).catch(() => undefined);
      if (bytes === undefined) return undefined;
      if (createHash('sha256').update(bytes).digest('hex') !== digest) {
        await rm(file(digest), { force: true });
        return undefined;
      }
      const now = new Date();
      await utimes(file(digest), now, now).catch(() => {});
      return bytes;
    },
  };
}
