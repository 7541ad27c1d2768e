export { startLocalKube } from './start.ts';
export { startSandbox } from './sandbox.ts';
export type { Sandbox, SandboxOptions, SettleOptions, Settled, Snapshot } from './sandbox.ts';
export type { Attributes, ListenOptions, LocalKube, LocalKubeOptions, Security, User } from './types.ts';
export type { CommandEnding, CommandOptions, CommandSession, PodStreams } from './streams/index.ts';
export { StatusError } from './registry/index.ts';
export type { Access, Column, DeleteOptions, Resource, StoreEvent } from './registry/index.ts';
export { adminKubeconfig, createSecurity } from './security/index.ts';
export type { Secured } from './security/index.ts';
