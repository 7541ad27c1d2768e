import type { GoType, Value } from '../go/index.ts';

/** A function that templates may call; `call` gets the arguments converted to `params`. */
export interface TemplateFunction {
  readonly params: readonly GoType[];
  readonly variadic?: boolean;
  readonly result: GoType;
  call(args: readonly Value[], execution: Execution): Value;
}

/** Functions by the names that templates know them by. */
export type TemplateFunctions = ReadonlyMap<string, TemplateFunction>;

export interface EvaluateOptions {
  /** Removes the words `<no value>`, as Helm does after it has rendered a file or a `tpl`. */
  readonly dropNoValue?: boolean;
}

/** The running execution, as a function sees it. */
export interface Execution {
  /** What the caller of `execute` gave along. */
  readonly context: unknown;
  /** The name of the template whose action calls. */
  readonly template: string;
  /** Whether the running scope has a template of that name. */
  has(name: string): boolean;
  /** Runs a template of the running scope and gives its text. */
  include(name: string, data: Value): string;
  /** Parses a text in a scope of its own below the running one, and runs it. Problems of parsing are `TemplateError`s of the kind `parse`. */
  evaluate(name: string, text: string, data: Value, options?: EvaluateOptions): string;
  /** How many `include`s of that name are under way. */
  depthOf(name: string): number;
}

/** What a map without the key gives: nothing that prints `<no value>` (`default`), the zero of its elements, or an error. */
export type MissingKey = 'default' | 'zero' | 'error';

/** Bounds of one execution with all that it includes. What is left out has the bound of `templateLimits`. */
export interface TemplateLimits {
  /** Nodes that are executed and functions that are called. */
  readonly steps?: number;
  /** UTF-16 units of text that are written, everything included counted again. */
  readonly output?: number;
  /** Templates that run inside one another. */
  readonly depth?: number;
  /** Milliseconds; asked of the clock every few thousand steps. */
  readonly milliseconds?: number;
}
