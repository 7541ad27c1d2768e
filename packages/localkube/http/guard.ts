import type { Status } from '@plumbline/api';
import { errors } from '../registry/index.ts';

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * A server that lets everybody in must not be reached by web pages: a page of a foreign origin is refused, and so is a
 * name that somebody's DNS makes point here.
 */
export function guard(headers: Readonly<Record<string, string | undefined>>): Status | undefined {
  const { host = '', origin } = headers;
  if (!loopback.test(host))
    return refuse(
      `requests to the host ${JSON.stringify(host)} are refused: without sign-in this server answers on loopback addresses only`,
    );
  if (origin === undefined || origin === 'null')
    return origin === undefined ? undefined : refuse('requests of web pages without an origin are refused');
  const from = /^https?:\/\/(.*)$/.exec(origin)?.[1] ?? '';
  return loopback.test(from)
    ? undefined
    : refuse(`requests of web pages of ${JSON.stringify(origin)} are refused`);
}

/**
 * A stream into a container is a way to run programs, and browsers let any page open one, so here even pages of other
 * servers of this machine are refused.
 */
export function guardUpgrade(headers: Readonly<Record<string, string | undefined>>): Status | undefined {
  const { host = '', origin } = headers;
  if (origin === undefined || origin === `http://${host}`) return undefined;
  return refuse(`streams for web pages of ${JSON.stringify(origin)} are refused`);
}

function refuse(why: string): Status {
  return errors.failure(403, 'Forbidden', why).status;
}
