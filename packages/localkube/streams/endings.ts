import { messageOf } from '@plumbline/base';
import type { Status } from '@plumbline/api';
import { errors, StatusError } from '../registry/index.ts';
import type { CommandEnding, CommandOptions, CommandSession, StreamRequest } from './types.ts';

/** What the error channel says in the end. Clients read the exit code out of the cause. */
export function statusOf(ending: CommandEnding, options: CommandOptions): unknown {
  if ('failure' in ending) return errors.internalError(ending.failure).status;
  if (ending.exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: textOf(ending, options),
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(ending.exitCode) }] },
  };
}

/** The same for protocols that know only text; '' when all went well. */
export function textOf(ending: CommandEnding, options: CommandOptions): string {
  if ('failure' in ending) return ending.failure;
  if (ending.exitCode === 0) return '';
  return `command terminated with non-zero exit code: error executing command [${options.command.join(' ')}], exit code ${ending.exitCode}`;
}

/** Opens a session; what refuses it is its ending. */
export function openSession(
  request: Extract<StreamRequest, { type: 'command' }>,
): { readonly session: CommandSession } | { readonly refusal: Status } {
  try {
    return { session: request.open() };
  } catch (thrown) {
    if (thrown instanceof StatusError) return { refusal: thrown.status };
    return { refusal: errors.internalError(messageOf(thrown)).status };
  }
}
