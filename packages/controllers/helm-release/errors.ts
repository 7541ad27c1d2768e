import { err, messageOf, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { isStatusError } from '@plumbline/kube';
import type { StoredRelease } from '@plumbline/render';

/** Why an action failed, with the release as far as it came. */
export interface ReleaseProblem extends Problem {
  readonly release?: StoredRelease;
}

/** What went wrong inside of an action, in Helm's words. */
export class HelmError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  /** The release as it was recorded when it failed. */
  readonly release: StoredRelease | undefined;

  constructor(
    code: string,
    message: string,
    more: { readonly hint?: string | undefined; readonly release?: StoredRelease | undefined } = {},
  ) {
    super(message);
    this.name = 'HelmError';
    this.code = code;
    this.hint = more.hint;
    this.release = more.release;
  }
}

/** What was thrown, as a failure of Helm's. */
export function asHelmError(thrown: unknown): HelmError {
  return thrown instanceof HelmError ? thrown : new HelmError(codeOf(thrown), messageOf(thrown));
}

/** Puts words before what went wrong; the code and the hint stay. */
export function prefixed(prefix: string, thrown: unknown): HelmError {
  const message = `${prefix}: ${messageOf(thrown)}`;
  if (thrown instanceof HelmError) return new HelmError(thrown.code, message, thrown);
  return new HelmError(codeOf(thrown), message);
}

/** The same failure with the release that it left behind. */
export function withRelease(thrown: unknown, release: StoredRelease): HelmError {
  const more = { hint: thrown instanceof HelmError ? thrown.hint : undefined, release };
  return new HelmError(codeOf(thrown), messageOf(thrown), more);
}

function codeOf(thrown: unknown): string {
  if (thrown instanceof HelmError) return thrown.code;
  return isStatusError(thrown) ? 'server-refused' : 'helm-failed';
}

/** Where many objects were written at once, what went wrong is told in the form of the library that Helm has for it. */
export function joined(failures: readonly unknown[], profile: 3 | 4): HelmError {
  const hints = failures.map((failure) => (failure instanceof HelmError ? failure.hint : undefined));
  const hint = hints.find((text) => text !== undefined);
  const code = codeOf(failures[0]);
  const messages = failures.map(messageOf);
  if (profile === 4) return new HelmError(code, messages.join('\n'), { hint });
  const head = failures.length === 1 ? '1 error occurred:' : `${failures.length} errors occurred:`;
  const points = messages.map((message) => `* ${message.replaceAll('\n', '\n\t  ')}`);
  return new HelmError(code, `${head}\n\t${points.join('\n\t')}\n\n`, { hint });
}

/** Runs an action and returns what went wrong instead of throwing it. */
export async function returned<T>(run: () => Promise<T>): Promise<Result<T, ReleaseProblem>> {
  try {
    return { ok: true, value: await run() };
  } catch (thrown) {
    const { hint, release } = thrown instanceof HelmError ? thrown : { hint: undefined, release: undefined };
    const found = problem(codeOf(thrown), messageOf(thrown), hint === undefined ? {} : { hint });
    return err(release === undefined ? found : { ...found, release });
  }
}

/** The value of a result, or its problem thrown. */
export function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new HelmError(result.error.code, result.error.message, { hint: result.error.hint });
}
