import { err, ok, problem, type Result } from '@plumbline/base';
import { evaluatePath, printPieces, printValue } from './evaluate.ts';
import { JsonPathError, parsePath, parseTemplate } from './parse.ts';

/** A path that was read once and may be asked often. */
export interface JsonPath {
  /** All values at the path. A missing field is an error, or with `allowMissing` no value. */
  find(data: unknown, options?: { readonly allowMissing?: boolean }): Result<readonly unknown[]>;
}

/** Text with paths in braces, as `kubectl get -o jsonpath=...` takes it. */
export interface JsonPathTemplate {
  print(data: unknown, options?: { readonly allowMissing?: boolean }): Result<string>;
}

/** Reads `.spec.containers[?(@.name=="c")].image`, with or without braces around it. */
export function compileJsonPath(text: string): Result<JsonPath> {
  return attempt(() => {
    const bare = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1] ?? text;
    const path = parsePath(bare.trim());
    return {
      find: (data, options) =>
        attempt(() => evaluatePath(path, data, { root: data, allowMissing: options?.allowMissing === true })),
    };
  });
}

/** Reads a template with text, paths and `{range}...{end}`. */
export function compileJsonPathTemplate(text: string): Result<JsonPathTemplate> {
  return attempt(() => {
    const pieces = parseTemplate(text);
    return {
      print: (data, options) =>
        attempt(() =>
          printPieces(pieces, data, { root: data, allowMissing: options?.allowMissing === true }),
        ),
    };
  });
}

export { printValue as printJsonPathValue };

function attempt<T>(run: () => T): Result<T> {
  try {
    return ok(run());
  } catch (thrown) {
    if (thrown instanceof JsonPathError) return err(problem('jsonpath', thrown.message));
    throw thrown;
  }
}
