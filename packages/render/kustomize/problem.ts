import { isRecord, problem } from '@plumbline/base';
import type { Problem } from '@plumbline/base';
import { writeYaml } from '@plumbline/languages';

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

/**
 * A text where something of another type has to stand. Upstream finds out only when it prints, so it stands in the field as it
 * is until everything else is done.
 */
export class TypeMismatch extends KustomizeError {
  readonly text: string;
  /** The type that has to stand there. */
  readonly tag: string;

  constructor(text: string, found: string, wanted: string) {
    super(`map[string]interface {}(nil): yaml: cannot decode ${found} \`${text}\` as a ${wanted}`);
    this.text = text;
    this.tag = wanted;
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

/** Runs work that reads the configuration of a built-in plugin out of fields; what is wrong with it shows them. */
export async function configured<T>(kind: string, args: unknown, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw thrown.prefixed(
      `trouble configuring builtin ${kind} with config: \`\n${writeYaml(withoutEmpty(args))}\``,
    );
  }
}

/** Go leaves out what is empty. */
export function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value)
    .map(([key, child]) => [key, withoutEmpty(child)] as const)
    .filter(([, child]) => child !== undefined && child !== '' && child !== false && !isEmptyList(child));
  return Object.fromEntries(kept);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** A mistake in YAML as Go's library tells it. */
export function goYamlText(error: {
  readonly goText?: string;
  readonly documentLine?: number;
  readonly message: string;
}): string {
  return error.goText ?? `yaml: line ${error.documentLine ?? 1}: ${error.message}`;
}
