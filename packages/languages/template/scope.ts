import { quoteString } from '../go/index.ts';
import { isEmptyTree } from './nodes.ts';
import type { TemplateCache } from './cache.ts';
import type { Program } from './run.ts';
import type { TemplateFunctions } from './types.ts';

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

export interface ScopeOptions {
  /** The name of Go's set, which only errors show. */
  readonly setName: string;
  readonly functions: TemplateFunctions;
  readonly cache: TemplateCache;
}

export function createScope(options: ScopeOptions, parent?: Scope): Scope {
  const programs = new Map<string, Program>();
  const scope: Scope = {
    lookup: (name) => programs.get(name) ?? parent?.lookup(name),
    parse: (name, text) => {
      const parsed = options.cache.read(name, text, options.functions);
      for (const [defined, program] of parsed) define(defined, program);
      const own = parsed.get(name);
      if (own === undefined) throw new Error(`the text of ${name} has no program`);
      return own;
    },
    child: () => createScope(options, scope),
    names: () => [...new Set([...(parent?.names() ?? []), ...programs.keys()])],
    missing: (name) =>
      `template: no template ${quoteString(name)} associated with template ${quoteString(options.setName)}`,
  };
  /** What is only white space never replaces anything. */
  function define(name: string, program: Program): void {
    if (isEmptyTree(program.tree) && scope.lookup(name) !== undefined) return;
    programs.set(name, program);
  }
  return scope;
}
