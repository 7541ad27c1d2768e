export { makeDiscovery } from './discovery.ts';
export { admin } from './handle.ts';
export { listen } from './server.ts';
export type { Listener } from './server.ts';
export type { LogOptions, PodStreams, Surroundings } from './surroundings.ts';
export { makeTransport } from './transport.ts';
