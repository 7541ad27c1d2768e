import { problem } from '@plumbline/base';
import type { Problem } from '@plumbline/base';

/** Where something is written: a file below the tree's root, and the line. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/**
 * What is wrong with a kustomization. Thrown below the door (a build is a deep recursion in which every layer puts its
 * words in front, as upstream does), and turned into a `Problem` at it.
 */
export class KustomizeError extends Error {
  readonly code: string;
  readonly where: Place | undefined;
  readonly hint: string | undefined;
  /** What upstream calls a malformed file: the words of the second attempt (as a folder) would only confuse. */
  readonly malformed: boolean;
  /** The same build may work later. */
  readonly retryable: boolean;

  constructor(
    message: string,
    options: {
      readonly code?: string;
      readonly where?: Place | undefined;
      readonly hint?: string | undefined;
      readonly malformed?: boolean;
      readonly retryable?: boolean | undefined;
    } = {},
  ) {
    super(message);
    this.name = 'KustomizeError';
    this.code = options.code ?? 'kustomize-build';
    this.where = options.where;
    this.hint = options.hint;
    this.malformed = options.malformed === true;
    this.retryable = options.retryable === true;
  }

  /** The same error with words in front; place and hint stay. */
  prefixed(prefix: string): KustomizeError {
    return this.reworded(`${prefix}: ${this.message}`);
  }

  /** The same error in other words. */
  reworded(message: string): KustomizeError {
    return new KustomizeError(message, {
      code: this.code,
      where: this.where,
      hint: this.hint,
      malformed: this.malformed,
      retryable: this.retryable,
    });
  }
}

/** Runs work and puts words in front of what goes wrong in it. Anything else that is thrown is a bug and passes. */
export function withPrefix<T>(prefix: () => string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw thrown instanceof KustomizeError ? thrown.prefixed(prefix()) : thrown;
  }
}

/** The error as the door gives it. */
export function toProblem(error: KustomizeError): Problem {
  const { where, hint, retryable } = error;
  return problem(error.code, error.message, {
    ...(retryable ? { retryable } : {}),
    ...(where === undefined ? {} : { where }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The same for work that waits. */
export async function withPrefixAsync<T>(prefix: () => string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof KustomizeError ? thrown.prefixed(prefix()) : thrown;
  }
}
