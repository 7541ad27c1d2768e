import { quoteString } from '../go/index.ts';
import { createTemplateCache } from './cache.ts';
import { TemplateError } from './errors.ts';
import { createRun, errorAt, mostIncluded, plainRenderer } from './run.ts';
import { createTracedRenderer, renderTraced } from './trace-run.ts';
import { createScope } from './scope.ts';
import type { Clock } from '@plumbline/base';
import type { Value } from '../go/index.ts';
import type { TemplateCache } from './cache.ts';
import type { Program, Renderer, Run } from './model.ts';
import type { TracedRenderer, TracedRendering } from './trace-run.ts';
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
  /** The same text, with who wrote which part of it and what from. */
  trace<K>(name: string, data: Value, options: TraceOptions<K>): TracedRendering<K>;
}

export interface TraceOptions<K> extends ExecuteOptions {
  /**
   * The place where the value in a slot of a table or list was set. Asked once per slot; the same place must be the same
   * (or an equal simple) value. What has no place of its own has that of the nearest slot around it.
   */
  readonly originOf: (container: object, key: string | number) => K | undefined;
}

/** An empty set. */
export function createTemplates(options: TemplatesOptions): Templates {
  const { functions, limits, clock, name: setName = 'gotpl', cache = createTemplateCache() } = options;
  const scope = createScope({ setName, functions, cache });
  let tracing: TracedRenderer | undefined;
  const start = <T>(
    name: string,
    how: ExecuteOptions,
    renderer: Renderer,
    render: (run: Run, program: Program) => T,
  ): T => {
    const program = scope.lookup(name);
    if (program === undefined) throw unknownTemplate(name, scope.missing(name));
    const { context } = how;
    const run = createRun({ context, renderer, missingKey: options.missingKey ?? 'default', limits, clock });
    return guarded(run, () => render(run, program));
  };
  return {
    parse: (name, text) => {
      scope.parse(name, text);
    },
    has: (name) => scope.lookup(name) !== undefined,
    names: () => scope.names(),
    execute: (name, data, how = {}) =>
      start(name, how, plainRenderer, (run, program) =>
        plainRenderer.render(run, scope, program, data, { name, dropNoValue: how.dropNoValue === true }),
      ),
    trace: <K>(name: string, data: Value, how: TraceOptions<K>) => {
      const renderer = tracing?.originOf === how.originOf ? tracing : createTracedRenderer(how.originOf);
      tracing = renderer;
      // The keys of the answer are those that `originOf` gave.
      return start(name, how, renderer, (run, program) =>
        renderTraced(renderer, run, scope, program, data ?? undefined, how.dropNoValue === true),
      ) as TracedRendering<K>;
    },
  };
}

function unknownTemplate(name: string, message: string): TemplateError {
  const detail = `no template ${quoteString(name)}`;
  return new TemplateError(message, { kind: 'execute', template: '', line: 0, detail });
}

/** Runs; what the machine refuses (its stack is full, a text grew too long) becomes an error of the innermost template. */
function guarded<T>(run: Run, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError) || run.frame === undefined) throw error;
    if (error.message.includes('string length'))
      throw errorAt(run.frame, 'limit', 'the template makes a text that is too long');
    const detail = `the templates call each other too deeply${mostIncluded(run)}`;
    throw errorAt(run.frame, 'limit', detail, { stackFull: true });
  }
}
