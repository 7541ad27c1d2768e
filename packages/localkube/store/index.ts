export { openStore } from './store.ts';
export type { StoreOptions } from './store.ts';
export { makeTree } from './tree.ts';
export type { Tree, TreeView } from './tree.ts';
export type { Cursor, HistoryGap, Store, Table, TableView } from './types.ts';
