import type { Result } from '@plumbline/base';
import type { Prepared } from './render-file.ts';
import type { JsonnetEvaluator, JsonnetFolder } from './types.ts';

/** An evaluator; nothing is read before the first file, and most folders have none, so the language is loaded with it. */
export function createJsonnetEvaluator(folder: JsonnetFolder): JsonnetEvaluator {
  let preparing: Promise<Result<Prepared>> | undefined;
  return {
    async evaluate(file) {
      const { evaluateFile, prepare } = await import('./render-file.ts');
      preparing ??= prepare(folder);
      const prepared = await preparing;
      return prepared.ok ? evaluateFile(file, prepared.value) : prepared;
    },
  };
}
