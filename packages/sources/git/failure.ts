import { problem } from '@plumbline/base';
import type { Problem } from '@plumbline/base';
import type { GitOutcome } from './exec.ts';
import { withoutCredentials } from './exec.ts';

/** What a failed fetch means for the person who has to mend it. The words in front are those that Argo CD puts there. */
export function explainFailure(outcome: Extract<GitOutcome, { ok: false }>, url: string): Problem {
  const shown = withoutCredentials(url);
  const fail = (code: string, cause: string, hint: string, retryable: boolean): Problem =>
    problem(code, `failed to list refs: ${cause}`, { hint, retryable });
  if (outcome.reason === 'not-started') {
    return problem('git-missing', 'the program git was not found', {
      hint: 'install git and put it into PATH',
    });
  }
  if (outcome.reason === 'timeout') {
    return fail('git-timeout', `${shown} took too long to answer`, 'it is tried again', true);
  }
  if (outcome.reason === 'aborted')
    return fail('git-aborted', 'the fetch was stopped', 'it is tried again', true);
  const text = outcome.stderr;
  for (const { pattern, code, cause, hint, retryable } of patterns) {
    const match = pattern.exec(text);
    if (match !== null) return fail(code, cause ?? lastLine(text), hint.replace('URL', shown), retryable);
  }
  return fail('git-failed', lastLine(text), `git said this of ${shown}`, true);
}

interface Pattern {
  readonly pattern: RegExp;
  readonly code: string;
  /** Without one git's own last line is shown. */
  readonly cause?: string;
  readonly hint: string;
  readonly retryable: boolean;
}

const patterns: readonly Pattern[] = [
  {
    pattern:
      /authentication failed|could not read (?:username|password)|terminal prompts disabled|error: 40[13]|permission denied \(|host key verification failed/i,
    code: 'git-auth',
    cause: 'authentication required',
    hint: 'check the credentials of URL',
    retryable: false,
  },
  {
    pattern: /transport '.*' not allowed/i,
    code: 'git-protocol',
    hint: 'use https, ssh or git',
    retryable: false,
  },
  {
    pattern:
      /repository .* not found|does not appear to be a git repository|not a git repository|error: 404|does not exist/i,
    code: 'git-not-found',
    cause: 'repository not found',
    hint: 'check the address URL',
    retryable: false,
  },
  {
    pattern:
      /could not resolve host|failed to connect|connection (?:refused|timed out|reset)|no route to host|network is unreachable|early eof|hung up|rpc failed|empty reply|transfer closed|unexpected disconnect|error: 5\d\d|operation too slow|ssl|tls/i,
    code: 'git-unreachable',
    hint: 'URL could not be reached; it is tried again',
    retryable: true,
  },
  {
    pattern: /no space left|disk quota/i,
    code: 'git-disk-full',
    hint: 'make room in the data folder',
    retryable: true,
  },
];

function lastLine(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling =
    lines.findLast((line) => /^(?:fatal|error):/.test(line)) ?? lines.at(-1) ?? 'git failed without a word';
  return telling.replace(/^(?:fatal|error): /, '');
}
