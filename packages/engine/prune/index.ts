export { consentMissing, pruneVerdict, type PruneVerdict } from './prune.ts';
