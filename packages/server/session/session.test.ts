import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SignJWT } from 'jose';
import { startHarness } from '../test/harness.ts';
import type { Harness } from '../test/harness.ts';

const SECRET = { group: '', version: 'v1', kind: 'Secret', namespace: 'argocd', name: 'argocd-secret' };
const DAY_MS = 24 * 60 * 60 * 1000;

let harness: Harness;
let password: string;

beforeEach(async () => {
  harness = await startHarness();
  password = (await harness.server.initialPassword()) ?? '';
  harness.token = '';
});

afterEach(() => harness.stop());

async function signIn(username = 'admin', given = password): Promise<Response> {
  return harness.call('POST', '/api/v1/session', { username, password: given });
}

async function isSignedIn(headers: Readonly<Record<string, string>>): Promise<boolean> {
  const response = await harness.call('GET', '/api/v1/session/userinfo', undefined, headers);
  const { loggedIn } = (await response.json()) as { loggedIn: boolean };
  const list = await harness.call('GET', '/api/v1/applications', undefined, headers);
  expect(list.status).toBe(loggedIn ? 200 : 401);
  return loggedIn;
}

async function data(): Promise<Record<string, string>> {
  const secret = await harness.cluster.get(SECRET);
  const entries = Object.entries(secret?.['data'] as Record<string, string>);
  return Object.fromEntries(entries.map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]));
}

describe('the first start', () => {
  it('makes a password, stored as its hash, and a key', async () => {
    expect(password).toMatch(/^[A-Za-z0-9]{16}$/);
    const stored = await data();
    expect(stored['admin.password']).toMatch(/^\$2[aby]\$10\$/);
    expect(stored['server.secretkey']?.length).toBeGreaterThan(40);
    expect(Date.parse(stored['admin.passwordMtime'] ?? '')).toBeGreaterThan(0);
    expect(JSON.stringify(stored)).not.toContain(password);
  });
});

describe('signing in', () => {
  it('gives a token, in the answer and in a cookie that scripts and other sites cannot use', async () => {
    const response = await signIn();
    expect(response.status).toBe(200);
    const { token } = (await response.json()) as { token: string };
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toContain(`argocd.token=${token}`);
    expect(cookie).toContain('HttpOnly; SameSite=Strict');
    expect(await isSignedIn({ authorization: `Bearer ${token}` })).toBe(true);
    expect(await isSignedIn({ cookie: `other=1; argocd.token=${token}` })).toBe(true);
  });

  it.each([
    ['a wrong password', 'admin', 'wrong', 401, 'invalid username or password'],
    ['an unknown name', 'nobody', 'wrong', 401, 'invalid username or password'],
    ['no name', '', 'x', 400, 'username: must have 1 to 32 bytes'],
    ['no password', 'admin', '', 400, 'password: is missing'],
    ['a password longer than hashes can tell', 'admin', 'x'.repeat(100), 401, 'invalid username or password'],
  ])('refuses %s', async (_what, username, given, status, message) => {
    const response = await signIn(username, given);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { message: string }).message).toBe(message);
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  it('stops guessing after five failures, also with the right password, until the window is over', async () => {
    for (let i = 0; i < 5; i++) expect((await signIn('admin', `guess ${i}`)).status).toBe(401);
    const limited = await signIn();
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(200);
    harness.clock.advance(301_000);
    expect((await signIn()).status).toBe(200);
  });

  it('counts guesses that are sent at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => signIn('admin', `guess ${i}`)));
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(5);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(7);
  });
});

describe('a token', () => {
  async function tokenOf(): Promise<string> {
    return ((await (await signIn()).json()) as { token: string }).token;
  }

  it('ends after a day', async () => {
    const authorization = `Bearer ${await tokenOf()}`;
    harness.clock.advance(DAY_MS - 60_000);
    expect(await isSignedIn({ authorization })).toBe(true);
    harness.clock.advance(120_000);
    expect(await isSignedIn({ authorization })).toBe(false);
  });

  it('ends with the session', async () => {
    const authorization = `Bearer ${await tokenOf()}`;
    const response = await harness.call('DELETE', '/api/v1/session', undefined, { authorization });
    expect(response.headers.get('set-cookie')).toContain('Max-Age=0');
    expect(await isSignedIn({ authorization })).toBe(false);
  });

  it('ends with the password, whose change needs the old one', async () => {
    const authorization = `Bearer ${await tokenOf()}`;
    harness.clock.advance(2_000);
    const change = (currentPassword: string, newPassword: string): Promise<Response> =>
      harness.call('PUT', '/api/v1/account/password', { currentPassword, newPassword }, { authorization });
    expect((await change('wrong', 'a new password')).status).toBe(401);
    expect((await change(password, 'short')).status).toBe(400);
    expect((await change(password, 'a new password')).status).toBe(200);
    harness.clock.advance(11_000);
    expect(await isSignedIn({ authorization })).toBe(false);
    expect((await signIn('admin', 'a new password')).status).toBe(200);
    expect(await harness.server.initialPassword()).toBeUndefined();
  });

  it('is good only when this server signed it for a login', async () => {
    const key = new TextEncoder().encode((await data())['server.secretkey']);
    const now = Math.floor(harness.clock.now() / 1000);
    const make = (sub: string, secret: Uint8Array, iss = 'argocd', exp?: number): Promise<string> => {
      const jwt = new SignJWT({})
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(sub)
        .setIssuer(iss)
        .setJti('x')
        .setIssuedAt(now);
      return (exp === undefined ? jwt : jwt.setExpirationTime(exp)).sign(secret);
    };
    const check = async (token: string): Promise<boolean> => isSignedIn({ authorization: `Bearer ${token}` });
    const later = now + 60;
    expect(await check(await make('admin:login', key, 'argocd', later))).toBe(true);
    expect(await check(await make('admin:login', new Uint8Array(32), 'argocd', later))).toBe(false);
    expect(await check(await make('admin:login', key, 'other', later))).toBe(false);
    expect(await check(await make('admin:apiKey', key, 'argocd', later))).toBe(false);
    expect(await check(await make('admin:login', key))).toBe(false);
    const none = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify({ sub: 'admin:login', iss: 'argocd', jti: 'x', iat: now, exp: later }))}.`;
    expect(await check(none.replaceAll('=', ''))).toBe(false);
  });

  it('for programs of this machine is good as long as this process lives', async () => {
    const authorization = `Bearer ${await harness.server.localToken()}`;
    harness.clock.advance(30 * DAY_MS);
    expect(await isSignedIn({ authorization })).toBe(true);
  });
});
