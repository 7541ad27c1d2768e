export { makeRepository, testGit } from './repository.ts';
export type { TestRepository } from './repository.ts';
export { memorySnapshot, memoryTree } from './memory-tree.ts';
