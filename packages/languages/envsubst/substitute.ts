import { err, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { applyFunction } from './functions.ts';
import { EnvsubstError, parseTemplate } from './parse.ts';
import type { EnvsubstNode } from './parse.ts';

export interface SubstituteOptions {
  /** A variable that is not set and has no default is an error instead of an empty text. */
  readonly strict?: boolean;
}

/** The operators that say themselves what comes where a variable is not set. */
const defaults: ReadonlySet<string> = new Set(['-', '+', '=', '?', ':-', ':+', ':=', ':?']);

/** Reads a text into its pieces. The message of a problem (`envsubst`) is upstream's. */
export function parseEnvsubst(text: string): Result<EnvsubstNode[]> {
  return attempt(() => parseTemplate(text));
}

/**
 * Replaces `${var}` and its relatives in a text as Flux's post-build substitution does: `${var:=default}`,
 * `${var:position:length}`, `${var/old/new}`, `${var^^}`, `${#var}`, `${var##glob}`; `$${` stands for `${`, a `$` without a
 * brace for itself. Anything else in `${...}` is an error. Problems: `envsubst`.
 */
export function substitute(
  text: string,
  variable: (name: string) => string | undefined,
  options: SubstituteOptions = {},
): Result<string> {
  if (!text.includes('$')) return ok(text.includes('\0') ? text.slice(0, text.indexOf('\0')) : text);
  const evaluate = (nodes: readonly EnvsubstNode[]): string => {
    let out = '';
    for (const node of nodes) out += node.type === 'text' ? node.value : call(node);
    return out;
  };
  const call = (node: Extract<EnvsubstNode, { type: 'function' }>): string => {
    const args = node.args.map((argument) => evaluate([argument]));
    const value = variable(node.variable);
    if (value === undefined && options.strict === true && !defaults.has(node.name))
      throw new EnvsubstError(`variable not set (strict mode): ${JSON.stringify(node.variable)}`);
    return applyFunction(node.name, value ?? '', args);
  };
  return attempt(() => evaluate(parseTemplate(text)));
}

function attempt<T>(work: () => T): Result<T> {
  try {
    return ok(work());
  } catch (thrown) {
    if (thrown instanceof EnvsubstError) return err(problem('envsubst', thrown.message));
    throw thrown;
  }
}
