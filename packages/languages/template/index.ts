export { createTemplateCache } from './cache.ts';
export type { TemplateCache } from './cache.ts';
export { innermost, TemplateError } from './errors.ts';
export type { TemplateErrorKind, TemplateErrorParts } from './errors.ts';
export { templateLimits } from './run.ts';
export { createTemplates } from './set.ts';
export type { ExecuteOptions, Templates, TemplatesOptions, TraceOptions } from './set.ts';
export type { TraceCondition, TracedRendering, TraceInclude, TraceOrigin, TraceSpan } from './trace-run.ts';
export type { TracePlace } from './trace.ts';
export type {
  EvaluateOptions,
  Execution,
  MissingKey,
  TemplateFunction,
  TemplateFunctions,
  TemplateLimits,
} from './types.ts';
