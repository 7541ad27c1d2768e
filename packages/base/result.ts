/** An expected outcome as a value: what can go wrong in ordinary use is returned, never thrown. */
export type Result<T, E = Problem> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/**
 * An expected failure, made for the person who has to mend it: what is wrong, where, and what to do.
 * `code` is stable and machine-readable (kebab-case); `retryable` says that the same call may work later.
 */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly where?: Position;
  readonly hint?: string;
  readonly retryable?: boolean;
}

/** A place in a source: path below the root of its tree, line and column counted from 1. */
export interface Position {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** The outcome that all went well. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** The outcome that it did not, and why. */
export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}

/**
 * A problem with its stable code (kebab-case) and its message; `more` says where, what to do, and whether to try
 * again.
 */
export function problem(
  code: string,
  message: string,
  more: Omit<Problem, 'code' | 'message'> = {},
): Problem {
  return { code, message, ...more };
}

/** `file:line:column` as far as known. */
function formatPosition(where: Position): string {
  return [where.file, where.line, where.column].filter((part) => part !== undefined).join(':');
}

/** One line for people: the message with its place, and the way out. */
export function formatProblem(p: Problem): string {
  const place = p.where === undefined ? '' : `${formatPosition(p.where)}: `;
  return `${place}${p.message}${p.hint === undefined ? '' : ` (${p.hint})`}`;
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
