import type { Clock } from '@plumbline/base';
import type { Value } from '../go/index.ts';
import type { Given } from './given.ts';
import type { Node, Tree } from './nodes.ts';
import type { Tracing } from './tracer.ts';
import type { Execution, MissingKey, TemplateLimits } from './types.ts';

/** The text that a template and what it calls by `template` write. */
export interface Output {
  text: string;
}

/** A definition that can run. */
export interface Program {
  readonly tree: Tree;
  /** How many variables it has, `$` included. */
  readonly slots: number;
  /** 0: went to the end, 1: broke a loop, 2: goes on with the next round. */
  readonly body: (frame: Frame, dot: Given) => 0 | 1 | 2;
  /** The same with the tracing backend. */
  readonly traced: () => Program;
}

/** Renders an include, or a text that a function evaluates. */
export interface Renderer {
  render(
    run: Run,
    scope: Scope,
    program: Program,
    data: Value,
    how: { readonly name: string; readonly dropNoValue: boolean },
  ): string;
}

/** All limits with a value. */
export type RunLimits = Required<TemplateLimits>;

/** One execution with everything that it includes. */
export interface Run {
  readonly context: unknown;
  readonly renderer: Renderer;
  readonly missingKey: MissingKey;
  readonly limits: RunLimits;
  readonly clock: Clock | undefined;
  readonly deadline: number;
  /** Steps until the clock is asked again. */
  fuel: number;
  stepsLeft: number;
  outputLeft: number;
  depth: number;
  /** The frame that runs; after an error: the innermost that ran. */
  frame: Frame | undefined;
  readonly including: Map<string, number>;
}

/** A running template: its variables, and the node that errors point to. */
export interface Frame {
  readonly run: Run;
  readonly scope: Scope;
  readonly tree: Tree;
  readonly output: Output;
  readonly variables: Given[];
  readonly execution: Execution;
  /** Only in traced executions. */
  readonly tracing: Tracing | undefined;
  at: Node;
}

/** A name space of templates. One below another sees all of it, and its own definitions first. */
export interface Scope {
  lookup(name: string): Program | undefined;
  /** Reads a text, defines what it defines, and gives the text's own program. */
  parse(name: string, text: string): Program;
  /** A scope below this one; nothing is copied. */
  child(): Scope;
  names(): string[];
  /** What ExecuteTemplate says of a name that nobody defined. */
  missing(name: string): string;
}
