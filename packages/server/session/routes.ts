import type { SessionResponse, UserInfo } from '@plumbline/api';
import type { Router } from '../gate/route.ts';
import { HttpError, badRequest } from '../http/errors.ts';
import { sessionCookie, tokenOf } from './cookie.ts';
import type { CredentialStore } from './credentials.ts';
import type { Login } from './login.ts';
import type { Tokens } from './tokens.ts';

/** Argo CD's rule for passwords. */
const PASSWORD = /^.{8,32}$/;

/** Sign-in, sign-out, who is signed in, and the change of the password. */
export function sessionRoutes(
  router: Router,
  options: {
    readonly tokens: Tokens;
    readonly login: Login;
    readonly credentials: CredentialStore;
    readonly onLogin: () => void;
  },
): void {
  const { tokens, login, credentials } = options;

  router.route(
    { method: 'POST', path: '/api/v1/session', access: 'public', bodyMax: 16_384 },
    async (call) => {
      const { username, password } = await call.body();
      if (typeof username !== 'string') throw badRequest('username', 'is missing');
      if (typeof password !== 'string') throw badRequest('password', 'is missing');
      options.onLogin();
      await login.check(username, password);
      const token = await tokens.issue(username);
      const body: SessionResponse = { token };
      return Response.json(body, { headers: { 'set-cookie': sessionCookie(token, isSecure(call.request)) } });
    },
  );

  router.route({ method: 'DELETE', path: '/api/v1/session', access: 'public' }, async (call) => {
    const token = tokenOf(call.request);
    if (token !== undefined) await tokens.revoke(token);
    return Response.json({}, { headers: { 'set-cookie': sessionCookie('', isSecure(call.request)) } });
  });

  router.route({ method: 'GET', path: '/api/v1/session/userinfo', access: 'public' }, async (call) => {
    const token = tokenOf(call.request);
    const subject = token === undefined ? undefined : await tokens.verify(token);
    const body: UserInfo =
      subject === undefined
        ? { loggedIn: false }
        : { loggedIn: true, username: subject.username, iss: subject.issuer, groups: subject.groups };
    return Response.json(body);
  });

  router.route(
    {
      method: 'PUT',
      path: '/api/v1/account/password',
      access: { resource: 'accounts', action: 'update', object: (call) => call.subject?.username ?? '' },
    },
    async (call) => {
      const { name = call.subject?.username, currentPassword, newPassword } = await call.body();
      if (name !== 'admin') throw new HttpError('Unimplemented', 'there is only the account admin yet');
      if (typeof currentPassword !== 'string') throw badRequest('currentPassword', 'is missing');
      if (typeof newPassword !== 'string' || !PASSWORD.test(newPassword)) {
        throw badRequest('newPassword', 'must have 8 to 32 characters');
      }
      await login.check('admin', currentPassword);
      await credentials.changePassword(newPassword);
      return Response.json({});
    },
  );
}

function isSecure(request: Request): boolean {
  return new URL(request.url).protocol === 'https:' || request.headers.get('x-forwarded-proto') === 'https';
}
