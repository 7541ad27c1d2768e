export { openStore } from './store.ts';
export { makeTree } from './tree.ts';
export type { Store, Table, TableView } from './types.ts';
