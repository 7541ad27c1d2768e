import type { ApiError } from '@plumbline/api';

/** A request that the server answered with an error, or did not answer at all (`status` 0). */
export class RequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'RequestError';
    this.status = status;
  }
}

function isApiError(value: unknown): value is ApiError {
  return typeof value === 'object' && value !== null && typeof (value as ApiError).message === 'string';
}

/** The server's own words where it sent any. */
export function messageOf(status: number, body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    if (isApiError(value)) return value.message;
  } catch {
    // Not ours, perhaps a proxy's page.
  }
  return body.length > 0 && body.length < 300 && !body.startsWith('<') ? body : `HTTP ${status}`;
}

export function isStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof RequestError && statuses.includes(error.status);
}
