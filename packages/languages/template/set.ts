import { quoteString } from '../go/index.ts';
import { createTemplateCache } from './cache.ts';
import { TemplateError } from './errors.ts';
import { createFrame, createRun, errorAt, runProgram } from './run.ts';
import { createScope } from './scope.ts';
import type { Clock } from '@plumbline/base';
import type { Value } from '../go/index.ts';
import type { TemplateCache } from './cache.ts';
import type { Output, Run } from './run.ts';
import type { MissingKey, TemplateFunctions, TemplateLimits } from './types.ts';

export interface TemplatesOptions {
  readonly functions: TemplateFunctions;
  /** What a map without the key gives; default: `default`. */
  readonly missingKey?: MissingKey;
  readonly limits?: TemplateLimits;
  /** Needed for the bound of time. */
  readonly clock?: Clock;
  /** Texts that were read before, shared with other sets that have the same `functions`. */
  readonly cache?: TemplateCache;
  /** The name of the set, which errors about missing templates show; default: `gotpl`, as Helm names it. */
  readonly name?: string;
}

export interface ExecuteOptions {
  /** Given to functions as `execution.context`. */
  readonly context?: unknown;
  /** Removes the words `<no value>` from the text. */
  readonly dropNoValue?: boolean;
}

/** A set of templates that know each other by name. */
export interface Templates {
  /** Reads a text under a name, and what it defines. Throws a `TemplateError`. */
  parse(name: string, text: string): void;
  has(name: string): boolean;
  names(): string[];
  /** The text that a template makes of data. Throws a `TemplateError`. */
  execute(name: string, data: Value, options?: ExecuteOptions): string;
}

/** An empty set. */
export function createTemplates(options: TemplatesOptions): Templates {
  const { functions, limits, clock, name: setName = 'gotpl', cache = createTemplateCache() } = options;
  const scope = createScope({ setName, functions, cache });
  return {
    parse: (name, text) => {
      scope.parse(name, text);
    },
    has: (name) => scope.lookup(name) !== undefined,
    names: () => scope.names(),
    execute: (name, data, how = {}) => {
      const program = scope.lookup(name);
      if (program === undefined) throw unknownTemplate(name, scope.missing(name));
      const run = createRun({
        context: how.context,
        missingKey: options.missingKey ?? 'default',
        limits,
        clock,
      });
      const output: Output = { text: '' };
      const dot = data ?? undefined;
      guarded(run, () => runProgram(createFrame(run, scope, program, output, dot), program, dot));
      return how.dropNoValue === true ? output.text.replaceAll('<no value>', '') : output.text;
    },
  };
}

function unknownTemplate(name: string, message: string): TemplateError {
  const detail = `no template ${quoteString(name)}`;
  return new TemplateError(message, { kind: 'execute', template: '', line: 0, detail });
}

/** The name in a recursion without end, to say it in the error. */
function mostIncluded(run: Run): string {
  const [name, count] = [...run.including].reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0]);
  return count > 1 ? `: ${quoteString(name)} is included ${count} times in itself` : '';
}

/** Runs; what the machine refuses (its stack is full, a text grew too long) becomes an error of the innermost template. */
export function guarded(run: Run, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof RangeError) || run.frame === undefined) throw error;
    const detail = error.message.includes('string length')
      ? 'the template makes a text that is too long'
      : `the templates call each other too deeply${mostIncluded(run)}`;
    throw errorAt(run.frame, 'limit', detail);
  }
}
