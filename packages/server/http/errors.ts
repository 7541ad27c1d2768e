import { isStatusError } from '@plumbline/kube';
import type { ApiError } from '@plumbline/api';

/** gRPC's names for what went wrong, with the number and the HTTP status that Argo CD's gateway sends for them. */
const CODES = {
  InvalidArgument: [3, 400],
  NotFound: [5, 404],
  AlreadyExists: [6, 409],
  PermissionDenied: [7, 403],
  ResourceExhausted: [8, 429],
  FailedPrecondition: [9, 400],
  Aborted: [10, 409],
  Unimplemented: [12, 501],
  Internal: [13, 500],
  Unavailable: [14, 503],
  Unauthenticated: [16, 401],
} as const;

/** gRPC's names of errors, as far as they are used. */
export type ErrorCode = keyof typeof CODES;

/** A failure that its cause may know: the message is written for whoever sent the request. */
export class HttpError extends Error {
  readonly code: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string,
    more: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.name = 'HttpError';
    this.code = CODES[code][0];
    this.status = more.status ?? CODES[code][1];
    this.headers = more.headers ?? {};
  }
}

/** Bad input: what is wrong, and where in the request. */
export function badRequest(where: string, what: string): HttpError {
  return new HttpError('InvalidArgument', where === '' ? what : `${where}: ${what}`);
}

/** What of a thrown thing may leave. Undefined: nothing, because it is a bug of ours. */
export function asHttpError(thrown: unknown): HttpError | undefined {
  if (thrown instanceof HttpError) return thrown;
  if (!isStatusError(thrown)) return undefined;
  const code = CLUSTER_CODES[thrown.code];
  if (thrown.reason === 'AlreadyExists') return new HttpError('AlreadyExists', thrown.message);
  return code === undefined ? undefined : new HttpError(code, thrown.message);
}

const CLUSTER_CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'InvalidArgument',
  403: 'PermissionDenied',
  404: 'NotFound',
  409: 'Aborted',
  413: 'InvalidArgument',
  422: 'InvalidArgument',
  429: 'ResourceExhausted',
  503: 'Unavailable',
};

/** The answer that tells of an error, as Argo CD's gateway sends it. */
export function errorResponse(error: HttpError): Response {
  const body: ApiError = { error: error.message, message: error.message, code: error.code };
  return Response.json(body, { status: error.status, headers: error.headers });
}
