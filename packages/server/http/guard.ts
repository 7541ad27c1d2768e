import { HttpError } from './errors.ts';

/** What the guard looks at: the same from a Fetch request and from Node's. */
export interface GuardedRequest {
  readonly method: string;
  header(name: string): string | undefined;
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Whether a host (with or without a port) is this machine. */
export function isLoopback(host: string): boolean {
  return host === '::1' || LOOPBACK.test(host);
}

/**
 * Refuses what a foreign web page makes a browser send. A page that let its own name point here (DNS rebinding) shows
 * its name in `Host`, so a server on loopback answers to loopback names only. A page elsewhere shows in `Origin`.
 */
export function checkSender(request: GuardedRequest, loopbackOnly: boolean): HttpError | undefined {
  const host = request.header('host') ?? '';
  if (loopbackOnly && !isLoopback(host)) {
    return new HttpError(
      'PermissionDenied',
      `this server listens on loopback and is not known as "${host}"`,
      { status: 421 },
    );
  }
  if (READING.has(request.method)) return undefined;
  const origin = request.header('origin');
  const isForeign = origin !== undefined && hostOf(origin) !== host.toLowerCase();
  if (isForeign || request.header('sec-fetch-site') === 'cross-site') {
    return new HttpError('PermissionDenied', 'requests from other sites are refused');
  }
  return undefined;
}

/**
 * A form of a foreign page cannot send JSON, so that whoever changes something with nothing but a cookie has to.
 * A request without a body and with a token in its header is beyond a form's reach anyway.
 */
export function checkContentType(request: GuardedRequest): HttpError | undefined {
  if (READING.has(request.method)) return undefined;
  const type = request.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return undefined;
  const hasBody =
    Number(request.header('content-length') ?? '0') > 0 || request.header('transfer-encoding') !== undefined;
  if (type === undefined && !hasBody && request.header('authorization') !== undefined) return undefined;
  return new HttpError('InvalidArgument', 'the content type must be application/json', { status: 415 });
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host.toLowerCase();
  } catch {
    return undefined;
  }
}

/** Sent with every answer: no other page frames, sniffs or feeds ours. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};
