export { createHelmActions } from './actions.ts';
export type { HelmActions } from './actions.ts';
export { resourcesText } from './resources.ts';
export type { ReleaseResources } from './resources.ts';
export type { HelmPorts, HelmScope } from './ports.ts';
export type { ReleaseProblem } from './errors.ts';
export type { DefinitionPolicy } from './definitions.ts';
export type {
  InstallRequest,
  RenderOptions as ReleaseRenderOptions,
  RollbackRequest,
  TestedRelease,
  TestLog,
  TestRequest,
  UninstallRequest,
  Uninstalled,
  UpgradeRequest,
  WriteOptions as ReleaseWriteOptions,
} from './requests.ts';
