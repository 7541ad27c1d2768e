export { openStore } from './store.ts';
export { makeTree } from './tree.ts';
export type { Store, StoreState, Table, TableView } from './types.ts';
