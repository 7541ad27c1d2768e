import type { GoError } from '../go/index.ts';

/** `limit` is ours: a template that does not end, or writes too much, which Go would let run. */
export type TemplateErrorKind = 'parse' | 'execute' | 'limit';

export interface TemplateErrorParts {
  readonly kind: TemplateErrorKind;
  /** The text's name as it was given to `parse`; '' where no text is to blame. */
  readonly template: string;
  /** From 1; 0: no place. */
  readonly line: number;
  /** Bytes from 0, as Go counts; undefined where Go names only the line. */
  readonly column?: number | undefined;
  /** The template (file or definition) that was running. */
  readonly executing?: string | undefined;
  /** What was being evaluated, reprinted from the tree. */
  readonly context?: string | undefined;
  /** What is wrong, without the place. */
  readonly detail: string;
  /** The function that failed. */
  readonly calling?: string | undefined;
  /** What that function threw. */
  readonly cause?: GoError | TemplateError | undefined;
  /** The machine's stack was full; with a larger one it may go well. */
  readonly stackFull?: boolean;
}

/** What is wrong with a template, where, and on whose behalf; the message is Go's. */
export class TemplateError extends Error {
  readonly kind: TemplateErrorKind;
  readonly template: string;
  readonly line: number;
  readonly column: number | undefined;
  readonly executing: string | undefined;
  readonly context: string | undefined;
  readonly detail: string;
  readonly calling: string | undefined;
  override readonly cause: GoError | TemplateError | undefined;
  readonly stackFull: boolean;

  constructor(message: string, parts: TemplateErrorParts) {
    super(message);
    this.name = 'TemplateError';
    this.kind = parts.kind;
    this.template = parts.template;
    this.line = parts.line;
    this.column = parts.column;
    this.executing = parts.executing;
    this.context = parts.context;
    this.detail = parts.detail;
    this.calling = parts.calling;
    this.cause = parts.cause;
    this.stackFull = parts.stackFull === true;
  }
}

/** The error at the end of the causes: what the innermost include or function said. */
export function innermost(error: TemplateError): TemplateError | GoError {
  let inner: TemplateError | GoError = error;
  while (inner instanceof TemplateError && inner.cause !== undefined) inner = inner.cause;
  return inner;
}
