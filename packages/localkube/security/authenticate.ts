import { createHash, timingSafeEqual } from 'node:crypto';
import type { Security, User } from '../types.ts';

type Request = Parameters<Security['authenticate']>[0];

const authenticated = 'system:authenticated';
const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/**
 * Who sends a request: the holder of a client certificate (its common name, its organizations as groups), else of a known
 * bearer token, else nobody in particular. A token that is not known is refused rather than ignored.
 */
export function authenticator(tokens: ReadonlyMap<string, User>): (request: Request) => User | undefined {
  const known = [...tokens].map(([token, user]) => ({ digest: digestOf(token), user }));
  return (request) => {
    const user = identify(request, known);
    return user === undefined ? undefined : impersonated(request, user);
  };
}

function identify(
  request: Request,
  known: readonly { readonly digest: Buffer; readonly user: User }[],
): User | undefined {
  const { clientCertificate } = request;
  if (clientCertificate !== undefined) {
    return { name: clientCertificate.subject, groups: [...clientCertificate.groups, authenticated] };
  }
  const header = request.headers['authorization'];
  if (header === undefined) return anonymous;
  const token = /^Bearer (.+)$/i.exec(header)?.[1];
  if (token === undefined) return undefined;
  const digest = digestOf(token.trim());
  const found = known.find((candidate) => timingSafeEqual(candidate.digest, digest));
  return found === undefined ? undefined : { ...found.user, groups: [...found.user.groups, authenticated] };
}

/** Acting as somebody else is for administrators; for everybody else the request is refused as a whole. */
function impersonated(request: Request, user: User): User | undefined {
  const name = request.headers['impersonate-user'];
  const groups = request.headers['impersonate-group'];
  if (name === undefined) return groups === undefined ? user : undefined;
  if (!user.groups.includes('system:masters')) return undefined;
  return { name, groups: [...(groups === undefined ? [] : groups.split(/,\s*/)), ...implied(name)] };
}

/** Groups that come with a name: those of a service account, and that of everybody who is known. */
function implied(name: string): readonly string[] {
  if (name === anonymous.name) return anonymous.groups;
  const namespace = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name)?.[1];
  const account =
    namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  return [...account, authenticated];
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
