export { releaseTime } from './record.ts';
export type {
  HelmRelease,
  HookRun,
  ReleaseChart,
  ReleaseFile,
  ReleaseHook,
  ReleaseInfo,
  ReleaseMetadata,
  StoredRelease,
} from './record.ts';
export { decodeRelease, encodeRelease, recordLimits, writeRecord } from './codec.ts';
export type { RecordLimits } from './codec.ts';
export {
  byRevision,
  hasSystemLabels,
  readReleaseSecret,
  releaseSecret,
  releaseSecretName,
  releaseSecretType,
  releaseSystemLabels,
} from './secret.ts';
export { plainValues } from './plain-values.ts';
export { recordedDefaults, recordedText } from './chart-record.ts';
export { computedValues, createReleaseRenderer, overlayConfig } from './renderer.ts';
export type {
  RenderedRelease,
  ReleaseRenderer,
  ReleaseRendererPorts,
  ReleaseRenderRequest,
} from './renderer.ts';
export type { LoadedChart } from './loaded-chart.ts';
export { manifestDocuments } from './documents.ts';
export type { ManifestDocument } from './documents.ts';
export { compareKindsForRemoval } from './order.ts';
export { isCompiledInVersion } from './compiled-in.ts';
