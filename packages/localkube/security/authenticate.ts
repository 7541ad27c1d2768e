import { createHash, timingSafeEqual } from 'node:crypto';
import type { Access } from '../registry/types.ts';
import type { Security, User } from '../types.ts';
import { issuer, type Tokens } from './tokens.ts';

type Request = Parameters<Security['authenticate']>[0];

const authenticated = 'system:authenticated';
/** Who sends nothing to be known by. */
export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** A user and whom the token was made for. */
export interface Identity {
  readonly user: User;
  readonly audiences: readonly string[];
}

/** Whose bearer token it is; undefined for a token that nobody knows. */
export function identifyToken(
  known: ReadonlyMap<string, User>,
  tokens: Tokens,
): (token: string, access: Access | undefined) => Identity | undefined {
  const digests = [...known].map(([token, user]) => ({ digest: digestOf(token), user }));
  return (token, access) => {
    const digest = digestOf(token);
    const found = digests.find((candidate) => timingSafeEqual(candidate.digest, digest));
    if (found !== undefined) return { user: signedIn(found.user), audiences: [issuer] };
    const owner = tokens.read(token, access);
    return owner === undefined ? undefined : { user: signedIn(owner.user), audiences: owner.audiences };
  };
}

/**
 * Who sends a request: the holder of a client certificate (its common name, its organizations as groups), else of a bearer
 * token, else nobody in particular. A token that is not known is refused rather than ignored.
 */
export function authenticator(
  identify: (token: string) => Identity | undefined,
): (request: Request) => User | undefined {
  return ({ headers, clientCertificate }) => {
    const held =
      clientCertificate === undefined
        ? undefined
        : signedIn({ name: clientCertificate.subject, groups: clientCertificate.groups });
    const header = headers['authorization'];
    if (header === undefined) return held ?? anonymous;
    const token = /^Bearer (.+)$/i.exec(header)?.[1];
    const found = token === undefined ? undefined : identify(token.trim());
    return found?.audiences.includes(issuer) === true ? (held ?? found.user) : undefined;
  };
}

function signedIn(user: User): User {
  return user.groups.includes(authenticated) ? user : { ...user, groups: [...user.groups, authenticated] };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
