import { SESSION_SECONDS } from './tokens.ts';

const NAME = 'argocd.token';

/** The token that a request carries: in the header of programs, or in the cookie of the pages. */
export function tokenOf(request: Request): string | undefined {
  const header = request.headers.get('authorization');
  if (header !== null) return /^bearer (.+)$/i.exec(header)?.[1]?.trim();
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (part.slice(0, equals).trim() === NAME) return part.slice(equals + 1).trim();
  }
  return undefined;
}

/** Scripts cannot read it, and no other site can make a browser send it. */
export function sessionCookie(token: string, secure: boolean): string {
  const age = token === '' ? 0 : SESSION_SECONDS;
  return `${NAME}=${token}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}
