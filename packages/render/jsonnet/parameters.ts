import { isRecord } from '@plumbline/base';
import type { JsonnetVariable } from '@plumbline/languages';
import { expandVariables } from '../context.ts';
import type { RenderContext } from '../context.ts';

/** `spec.source.directory.jsonnet`. */
export interface JsonnetParameters {
  readonly extVars: Readonly<Record<string, JsonnetVariable>>;
  readonly tlas: Readonly<Record<string, JsonnetVariable>>;
  /** Where imports are looked for besides the importing file's folder, below the repository's root. */
  readonly libs: readonly string[];
}

/** What a source says of Jsonnet, with the build environment's variables in its values. */
export function readJsonnetParameters(source: unknown, context: RenderContext): JsonnetParameters {
  const block = isRecord(source) ? source : {};
  const libs = Array.isArray(block['libs']) ? (block['libs'] as readonly unknown[]) : [];
  return {
    extVars: readVariables(block['extVars'], context),
    tlas: readVariables(block['tlas'], context),
    libs: libs.filter((lib) => typeof lib === 'string'),
  };
}

/** The last of two variables of the same name counts. */
function readVariables(list: unknown, context: RenderContext): Record<string, JsonnetVariable> {
  const variables: [string, JsonnetVariable][] = [];
  for (const one of Array.isArray(list) ? (list as readonly unknown[]) : []) {
    if (!isRecord(one)) continue;
    const { name, value, code } = one;
    const text = expandVariables(typeof value === 'string' ? value : '', context);
    variables.push([typeof name === 'string' ? name : '', code === true ? { code: text } : { text }]);
  }
  return Object.fromEntries(variables);
}
