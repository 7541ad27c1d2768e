export { createGit } from './git/exec.ts';
export type { Git, GitOptions, GitProtocol } from './git/exec.ts';
export { createGitSources } from './git/snapshots.ts';
export type { GitSources, GitSourcesOptions } from './git/snapshots.ts';
export type { BlamedLine } from './git/blame.ts';
export type { GitCredentials } from './git/mirror.ts';
export { repositoryKey, sameRepository } from './git/url.ts';
export { commitFiles, initRepository } from './git/commit-files.ts';
export type { CommitRequest, FileChange } from './git/commit-files.ts';
export { createGitServer } from './git-server/server.ts';
export type { GitAccess, GitServer, GitServerOptions, PushEvent } from './git-server/server.ts';
export { seedRepository } from './git-server/seed.ts';
export { createChartSources } from './charts/sources.ts';
export type {
  ArchiveOptions,
  ArchiveVerifier,
  ChartArchive,
  ChartSources,
  ChartSourcesOptions,
} from './charts/sources.ts';
export type { ChartAccess } from './charts/types.ts';
export { changedPaths } from './changed-paths.ts';
export { createRemoteBases } from './remote/index.ts';
export type {
  RemoteBases,
  RemoteBasesOptions,
  RemotePolicy,
  RemoteReader,
  RemoteRepository,
  RemoteScheme,
} from './remote/index.ts';
export { folderTree } from './folder/tree.ts';
