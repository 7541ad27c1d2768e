import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Logger } from '@plumbline/base';
import { createGitServer, type Git, type GitServer, type GitSources } from '@plumbline/sources';
import { embeddedRepositoryPath } from './addresses.ts';

export interface HostedGitOptions {
  readonly git: Git;
  /** The folder of the bare repositories that the embedded Git server serves. */
  readonly root: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Repositories on this machine that are read in place: those of the embedded Git server and one that a person named. */
export interface HostedGit {
  readonly handle: GitServer['handle'];
  /** The repository folder behind an address, if it is one of ours. */
  folderOf(repoURL: string): string | undefined;
  /** Also reads this folder (`.git` of a clone, or a bare repository) in place, under this address. */
  addFolder(repoURL: string, gitDir: string): void;
  /** The address that people use; known once the port is. */
  setAddress(address: string): void;
  /** Whom to tell when a repository moved. */
  setSources(sources: Pick<GitSources, 'notifyLocal'>): void;
  close(): void;
}

export function createHostedGit(options: HostedGitOptions): HostedGit {
  let address: string | undefined;
  let sources: Pick<GitSources, 'notifyLocal'> | undefined;
  const folders = new Map<string, string>();
  const watchers: FSWatcher[] = [];

  const server = createGitServer({
    ...options,
    basePath: '/git',
    // Only loopback is served: whoever reaches this address reaches the cluster beside it, too.
    authorize: () => true,
    onPush: ({ repository }) => sources?.notifyLocal(join(options.root, `${repository}.git`)),
  });

  return {
    handle: (request, response) => server.handle(request, response),
    folderOf(repoURL) {
      const folder = folders.get(repoURL);
      if (folder !== undefined) return folder;
      const path = embeddedRepositoryPath(repoURL, () => address);
      return path === undefined ? undefined : server.repositoryDir(path);
    },
    addFolder(repoURL, gitDir) {
      folders.set(repoURL, gitDir);
      // A commit moves a ref and appends to the log of HEAD; whatever is touched, asking is one cheap read.
      for (const place of ['', 'refs/heads', 'logs']) {
        try {
          const watcher = watch(join(gitDir, place), () => sources?.notifyLocal(gitDir));
          watcher.on('error', () => watcher.close());
          watchers.push(watcher);
        } catch {
          // Not every repository has every one of these folders.
        }
      }
    },
    setAddress(value) {
      address = value;
    },
    setSources(value) {
      sources = value;
    },
    close() {
      for (const watcher of watchers) watcher.close();
      server.close();
    },
  };
}
