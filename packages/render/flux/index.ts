export { renderFluxKustomization } from './render.ts';
export type { FluxRenderRequest } from './render.ts';
export { withSourceIgnore } from './source-ignore.ts';
export { compileIgnore } from './ignore.ts';
export type { IgnoreLines, IgnoreMatcher } from './ignore.ts';
export { generateKustomization, isLocalRelativePath } from './generate.ts';
export type { GenerateOptions, RootKustomization } from './generate.ts';
export { prepareSubstitution } from './substitute.ts';
export type {
  CommonMetadata,
  FluxImage,
  FluxPatch,
  FluxSelector,
  FluxSpec,
  PostBuild,
  SubstituteReference,
  VariablesPort,
} from './types.ts';
