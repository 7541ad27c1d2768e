import { quoteString } from '../go/index.ts';
import { isEmptyTree } from './nodes.ts';
import type { TemplateCache } from './cache.ts';
import type { Program, Scope } from './model.ts';
import type { TemplateFunctions } from './types.ts';

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
