import { GoError, quoteString } from '../go/index.ts';
import { TemplateError } from './errors.ts';
import { placeOf } from './place.ts';
import { reprint } from './reprint.ts';
import type { Clock } from '@plumbline/base';
import type { Value } from '../go/index.ts';
import type { Given } from './given.ts';
import type { Frame, Output, Program, Renderer, Run, RunLimits, Scope } from './model.ts';
import type { Node } from './nodes.ts';
import type { Tracing } from './tracer.ts';
import type { EvaluateOptions, Execution, MissingKey, TemplateLimits } from './types.ts';

export const plainRenderer: Renderer = {
  render: (run, scope, program, data, how) => {
    const output: Output = { text: '' };
    const dot = data ?? undefined;
    runProgram(createFrame(run, scope, program, output, dot), program, dot);
    return how.dropNoValue ? output.text.replaceAll('<no value>', '') : output.text;
  },
};

/**
 * Generous: the largest public charts need a hundredth of it. The depth is Go's own; the stack of JavaScript is full
 * before, after some 300 to 700 includes on a usual one (1 MB), and that is a limit of its own.
 */
export const templateLimits: RunLimits = {
  steps: 50_000_000,
  output: 256 * 1024 * 1024,
  depth: 100_000,
  milliseconds: 60_000,
};

const fuelAtOnce = 4096;

export function createRun(options: {
  readonly context: unknown;
  readonly missingKey: MissingKey;
  readonly limits: TemplateLimits | undefined;
  readonly clock: Clock | undefined;
  readonly renderer: Renderer;
}): Run {
  const limits: RunLimits = { ...templateLimits, ...options.limits };
  return {
    context: options.context,
    renderer: options.renderer,
    missingKey: options.missingKey,
    limits,
    clock: options.clock,
    deadline: (options.clock?.now() ?? 0) + limits.milliseconds,
    fuel: 0,
    stepsLeft: limits.steps,
    outputLeft: limits.output,
    depth: 0,
    frame: undefined,
    including: new Map(),
  };
}

/** Counts a step; now and then looks whether the run may go on. */
export function step(frame: Frame): void {
  const { run } = frame;
  if (run.fuel > 0) {
    run.fuel -= 1;
    return;
  }
  if (run.stepsLeft <= 0) exceed(frame, `the template takes more than ${run.limits.steps} steps`);
  if (run.clock !== undefined && run.clock.now() > run.deadline)
    exceed(frame, `the template takes longer than ${run.limits.milliseconds} ms`);
  run.fuel = Math.min(fuelAtOnce, run.stepsLeft);
  run.stepsLeft -= run.fuel;
}

export function write(frame: Frame, text: string): void {
  frame.run.outputLeft -= text.length;
  if (frame.run.outputLeft < 0)
    exceed(frame, `the template writes more than ${frame.run.limits.output} characters`);
  frame.output.text += text;
}

/** Ends the run with an error at the node that is being evaluated. */
export function fail(frame: Frame, detail: string, because?: FailCause): never {
  throw errorAt(frame, 'execute', detail, because);
}

export function exceed(frame: Frame, detail: string): never {
  throw errorAt(frame, 'limit', detail);
}

interface FailCause {
  readonly calling?: string;
  readonly cause?: GoError | TemplateError;
  readonly stackFull?: boolean;
}

export function errorAt(
  frame: Frame,
  kind: 'execute' | 'limit',
  detail: string,
  because?: FailCause,
): TemplateError {
  const { name: executing, source } = frame.tree;
  const { line, column } = placeOf(source, frame.at.pos);
  const context = reprint(frame.at);
  const place = `${source.name}:${line}:${column}`;
  return new TemplateError(
    `template: ${place}: executing ${quoteString(executing)} at <${context}>: ${detail}`,
    { kind, template: source.name, line, column, executing, context, detail, ...because },
  );
}

/** The error that a function or method ended with, as an error of the template that called it. */
export function callFailed(frame: Frame, node: Node, name: string, error: unknown): Error {
  // Errors of the machine (its stack is full, a text grew too long) and limits end the whole run as what they are.
  if (error instanceof RangeError) return error;
  if (error instanceof TemplateError && error.kind === 'limit') return error;
  if (!(error instanceof GoError) && !(error instanceof TemplateError)) return error as Error;
  frame.at = node;
  return errorAt(frame, 'execute', `error calling ${name}: ${error.message}`, {
    calling: name,
    cause: error,
  });
}

/** The name in a recursion without end, to say it in the error. */
export function mostIncluded(run: Run): string {
  const [name, count] = [...run.including].reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0]);
  return count > 1 ? `: ${quoteString(name)} is included ${count} times in itself` : '';
}

/** Runs a template in a frame of its own. */
export function runProgram(frame: Frame, program: Program, dot: Given): void {
  const { run } = frame;
  run.depth += 1;
  if (run.depth > run.limits.depth)
    exceed(frame, `exceeded maximum template depth (${run.limits.depth})${mostIncluded(run)}`);
  const outer = run.frame;
  run.frame = frame;
  program.body(frame, dot);
  run.frame = outer;
  run.depth -= 1;
}

export function createFrame(
  run: Run,
  scope: Scope,
  program: Program,
  output: Output,
  dot: Given,
  tracing?: Tracing,
): Frame {
  return {
    run,
    scope,
    tree: program.tree,
    output,
    variables: [dot],
    execution: createExecution(run, scope, program.tree.name),
    tracing,
    at: program.tree.root,
  };
}

/** What a frame of a traced execution has; nobody else asks. */
export function tracingOf(frame: Frame): Tracing {
  if (frame.tracing === undefined) throw new Error('this execution is not traced');
  return frame.tracing;
}

function createExecution(run: Run, scope: Scope, template: string): Execution {
  return new FrameExecution(run, scope, template);
}

/** A class because one is made for every template that runs: its methods must not be. */
class FrameExecution implements Execution {
  readonly #run: Run;
  readonly #scope: Scope;
  readonly template: string;

  constructor(run: Run, scope: Scope, template: string) {
    this.#run = run;
    this.#scope = scope;
    this.template = template;
  }

  get context(): unknown {
    return this.#run.context;
  }

  has(name: string): boolean {
    return this.#scope.lookup(name) !== undefined;
  }

  depthOf(name: string): number {
    return this.#run.including.get(name) ?? 0;
  }

  include(name: string, data: Value): string {
    const program = this.#scope.lookup(name);
    if (program === undefined) throw new GoError(this.#scope.missing(name));
    const { including } = this.#run;
    const depth = including.get(name) ?? 0;
    including.set(name, depth + 1);
    const text = this.#render(this.#scope, program, data, { name, dropNoValue: false, included: true });
    including.set(name, depth);
    return text;
  }

  evaluate(name: string, text: string, data: Value, options?: EvaluateOptions): string {
    const scope = this.#scope.child();
    const dropNoValue = options?.dropNoValue === true;
    return this.#render(scope, scope.parse(name, text), data, { name, dropNoValue, included: false });
  }

  /** Errors leave `run` as it was, for functions that catch them. */
  #render(
    scope: Scope,
    program: Program,
    data: Value,
    how: { readonly name: string; readonly dropNoValue: boolean; readonly included: boolean },
  ): string {
    const run = this.#run;
    const { frame: outer, depth } = run;
    try {
      return run.renderer.render(run, scope, program, data, how);
    } catch (error) {
      if (error instanceof RangeError) throw error;
      if (error instanceof GoError || error instanceof TemplateError) {
        run.frame = outer;
        run.depth = depth;
        if (how.included) run.including.set(how.name, this.depthOf(how.name) - 1);
      }
      throw error;
    }
  }
}
