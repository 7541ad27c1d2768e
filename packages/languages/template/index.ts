export { innermost, TemplateError } from './errors.ts';
export type { TemplateErrorKind, TemplateErrorParts } from './errors.ts';
export type {
  EvaluateOptions,
  Execution,
  MissingKey,
  TemplateFunction,
  TemplateFunctions,
  TemplateLimits,
} from './types.ts';
