import type { Clock, Random } from '@plumbline/base';
import { SignJWT, jwtVerify } from 'jose';
import type { Subject } from '../gate/types.ts';
import type { CredentialStore } from './credentials.ts';

/** Tokens in the form of Argo CD's: HS256, `iss` argocd, `sub` `<account>:login`. */
export interface Tokens {
  issue(username: string): Promise<string>;
  /** A token without an end that is good only while this process lives. */
  issueLocal(): Promise<string>;
  verify(token: string): Promise<Subject | undefined>;
  /** Makes a token void before its end. */
  revoke(token: string): Promise<void>;
}

/** How long a sign-in is good: a day, as in Argo CD. */
export const SESSION_SECONDS = 24 * 60 * 60;
const ISSUER = 'argocd';
/** A signed token of ours is much shorter; longer ones are not even looked at. */
const TOKEN_LENGTH_MAX = 8_192;
const REVOKED_MAX = 10_000;

/** Tokens signed with the key of the credentials. */
export function createTokens(options: {
  readonly credentials: CredentialStore;
  readonly clock: Clock;
  readonly random: Random;
}): Tokens {
  const { credentials, clock, random } = options;
  const instance = random.uuid();
  /** Token id to the end of its life: revocations live as long as this process, which Argo CD keeps in redis. */
  const revoked = new Map<string, number>();

  async function sign(
    username: string,
    more: Readonly<Record<string, unknown>>,
    seconds?: number,
  ): Promise<string> {
    const { signingKey } = await credentials.read();
    const now = Math.floor(clock.now() / 1000);
    const token = new SignJWT({ ...more })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(ISSUER)
      .setSubject(`${username}:login`)
      .setJti(random.uuid())
      .setIssuedAt(now)
      .setNotBefore(now);
    if (seconds !== undefined) token.setExpirationTime(now + seconds);
    return token.sign(signingKey);
  }

  async function claimsOf(
    token: string,
  ): Promise<{ readonly account: string; readonly id: string; readonly end: number } | undefined> {
    if (token.length > TOKEN_LENGTH_MAX) return undefined;
    const { signingKey, passwordTime } = await credentials.read();
    try {
      const { payload } = await jwtVerify(token, signingKey, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        currentDate: new Date(clock.now()),
        requiredClaims: ['sub', 'jti', 'iat'],
      });
      const { sub = '', jti = '', iat = 0, exp } = payload;
      const [account = '', capability] = sub.split(':');
      const isLocal = payload['instance'] === instance;
      // A new password ends all sessions, but not what the owner of this process holds.
      const isAlive = isLocal || (exp !== undefined && iat >= passwordTime);
      if (capability !== 'login' || !isAlive) return undefined;
      return { account, id: jti, end: exp ?? Number.POSITIVE_INFINITY };
    } catch {
      return undefined;
    }
  }

  return {
    issue: (username) => sign(username, {}, SESSION_SECONDS),
    issueLocal: () => sign('admin', { instance }),
    async verify(token) {
      const claims = await claimsOf(token);
      if (claims === undefined || revoked.has(claims.id)) return undefined;
      return { username: claims.account, groups: [], issuer: ISSUER };
    },
    async revoke(token) {
      const claims = await claimsOf(token);
      if (claims === undefined) return;
      const now = clock.now() / 1000;
      for (const [id, end] of revoked) if (end < now || revoked.size > REVOKED_MAX) revoked.delete(id);
      revoked.set(claims.id, claims.end);
    },
  };
}
