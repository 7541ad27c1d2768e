import { isBuiltin } from './builtins.ts';
import { compileTree } from './compile.ts';
import { compileTraced } from './trace-compile.ts';
import { parseTemplate } from './parse.ts';
import type { Program } from './model.ts';
import type { TemplateFunctions } from './types.ts';

/** The templates of a text by name. */
type Programs = ReadonlyMap<string, Program>;

/** Texts that were read once, for all sets that use the same table of functions. */
export interface TemplateCache {
  read(name: string, text: string, functions: TemplateFunctions): Programs;
}

interface Entry {
  readonly functions: TemplateFunctions;
  readonly programs: Programs;
  readonly size: number;
}

/** A cache that forgets the oldest texts when it holds more than `characters`. */
export function createTemplateCache(options: { readonly characters?: number } = {}): TemplateCache {
  const sizeMax = options.characters ?? 32 * 1024 * 1024;
  const entries = new Map<string, Map<string, Entry>>();
  let size = 0;
  const forgetOldest = () => {
    const oldest = entries.keys().next().value;
    if (oldest === undefined) return;
    for (const entry of entries.get(oldest)?.values() ?? []) size -= entry.size;
    entries.delete(oldest);
  };
  return {
    read: (name, text, functions) => {
      const byText = entries.get(name);
      const known = byText?.get(text);
      if (known !== undefined && known.functions === functions) return known.programs;
      const programs = readTemplates(name, text, functions);
      while (size + text.length > sizeMax && entries.size > 0) forgetOldest();
      const kept = entries.get(name) ?? new Map<string, Entry>();
      entries.set(name, kept);
      if (known === undefined) size += text.length;
      kept.set(text, { functions, programs, size: text.length });
      return programs;
    },
  };
}

function readTemplates(name: string, text: string, functions: TemplateFunctions): Programs {
  const trees = parseTemplate(name, text, (word) => functions.has(word) || isBuiltin(word));
  return new Map(
    [...trees].map(([defined, tree]) => {
      let traced: Program | undefined;
      return [defined, compileTree(tree, functions, () => (traced ??= compileTraced(tree, functions)))];
    }),
  );
}
