export { createRemoteBases } from './remote.ts';
export type { RemoteBases, RemoteBasesOptions, RemoteReader, RemoteRepository } from './remote.ts';
export type { RemotePolicy, RemoteScheme } from './policy.ts';
