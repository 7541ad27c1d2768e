export { makeDiscovery } from './discovery.ts';
export { listen } from './server.ts';
export type { Surroundings } from './surroundings.ts';
export { makeTransport } from './transport.ts';
