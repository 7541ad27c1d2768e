import { createSlots } from '@plumbline/base';
import type { Clock } from '@plumbline/base';
import bcrypt from 'bcryptjs';
import { HttpError, badRequest } from '../http/errors.ts';
import type { CredentialStore } from './credentials.ts';

const FAILURES_MAX = 5;
const WINDOW_MS = 300_000;
/** Names of accounts that are remembered; the oldest is forgotten first. */
const ACCOUNTS_MAX = 1_000;
/** Hashes computed at the same time, and callers that wait for one. */
const HASHING_MAX = 2;
const WAITING_MAX = 50;
/** bcrypt looks at no more than this. */
const PASSWORD_BYTES_MAX = 72;
/** A hash that no password has, of the same cost: an unknown name takes as long as a wrong password. */
const NOBODY = '$2b$10$CwTycUXWue0Thq9StjUM0uJ8hvP3Zq0Yc0K9Zc7V5lX0n1m9D0v1e';

/** Checks names and passwords, in the same time whatever is wrong, and not too often per account. */
export interface Login {
  /** Throws unless the password is right. */
  check(username: string, password: string): Promise<void>;
}

/** Five failures of an account within five minutes close it until the five minutes are over. */
export function createLogin(options: {
  readonly credentials: CredentialStore;
  readonly clock: Clock;
}): Login {
  const { credentials, clock } = options;
  const failures = new Map<string, { count: number; since: number }>();
  const hashings = createSlots(HASHING_MAX);

  async function compare(password: string, hash: string): Promise<boolean> {
    if (hashings.waiting >= WAITING_MAX)
      throw new HttpError('ResourceExhausted', 'too many sign-ins at the same time');
    return hashings.run(() => bcrypt.compare(password, hash));
  }

  function fail(username: string): void {
    const now = clock.now();
    const known = failures.get(username);
    failures.delete(username);
    const isRecent = known !== undefined && now - known.since < WINDOW_MS;
    failures.set(username, isRecent ? { ...known, count: known.count + 1 } : { count: 1, since: now });
    if (failures.size > ACCOUNTS_MAX) failures.delete(failures.keys().next().value ?? '');
  }

  function checkLimit(username: string): void {
    const known = failures.get(username);
    if (known === undefined || known.count < FAILURES_MAX) return;
    const left = known.since + WINDOW_MS - clock.now();
    if (left <= 0) return void failures.delete(username);
    throw new HttpError('ResourceExhausted', 'too many failed sign-ins: wait and try again', {
      headers: { 'retry-after': String(Math.ceil(left / 1000)) },
    });
  }

  return {
    async check(username, password) {
      if (username === '' || Buffer.byteLength(username) > 32)
        throw badRequest('username', 'must have 1 to 32 bytes');
      if (password === '') throw badRequest('password', 'is missing');
      checkLimit(username);
      // Counted before the hash is computed, so that many guesses at once count too.
      fail(username);
      const { passwordHash } = await credentials.read();
      const isKnown = username === 'admin' && passwordHash !== '';
      const isShort = Buffer.byteLength(password) <= PASSWORD_BYTES_MAX;
      const matches = await compare(isShort ? password : '', isKnown ? passwordHash : NOBODY);
      if (!matches || !isKnown || !isShort)
        throw new HttpError('Unauthenticated', 'invalid username or password');
      failures.delete(username);
    },
  };
}
