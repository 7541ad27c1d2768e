import { messageOf } from '@plumbline/base';
import type { Logger } from '@plumbline/base';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { readJson } from '../http/body.ts';
import { HttpError, asHttpError, errorResponse } from '../http/errors.ts';
import { SECURITY_HEADERS, checkContentType, checkSender } from '../http/guard.ts';
import type { GuardedRequest } from '../http/guard.ts';
import type { Authorize, Permission, Subject } from './types.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Who may call a route: everybody, or whom the gate lets do this to the object that the call is about. */
type Access = 'public' | (Permission & { readonly object?: (call: Call) => string | Promise<string> });

/** A route and who may call it. */
export interface RouteSpec {
  readonly method: Method;
  readonly path: string;
  readonly access: Access;
  /** Longest body in bytes. */
  readonly bodyMax?: number;
  /** For callers that are no browsers and have their own proof: any content type. */
  readonly anyContentType?: boolean;
}

/** A request that passed the gate. */
export interface Call {
  readonly request: Request;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Who calls; on public routes nobody. */
  readonly subject: Subject | undefined;
  /** The body as a JSON object; read once. */
  body(): Promise<Readonly<Record<string, unknown>>>;
  /** Throws unless the caller may do this too, to this object. */
  require(permission: Permission, object: string): void;
}

type Handler = (call: Call) => Response | Promise<Response>;

/** All routes of the server, behind one gate. */
export interface Router {
  /** The one way to register a route. */
  route(spec: RouteSpec, handler: Handler): void;
  readonly routes: readonly RouteSpec[];
  /** All routes that the framework knows, to compare. */
  readonly registered: readonly { readonly method: string; readonly path: string }[];
  fetch(request: Request): Promise<Response>;
}

const BODY_MAX = 2 * 1024 * 1024;

/** A router without routes. `authenticate` finds out who calls, `authorize` decides. */
export function createRouter(options: {
  readonly authenticate: (request: Request) => Promise<Subject | undefined>;
  readonly authorize: Authorize;
  readonly loopbackOnly: () => boolean;
  readonly logger: Logger;
  readonly onAnswer: (method: string, status: number) => void;
}): Router {
  const { authenticate, authorize, logger } = options;
  const app = new Hono({ strict: false });
  const routes: RouteSpec[] = [];

  async function enter(spec: RouteSpec, context: Context): Promise<Call> {
    const request = context.req.raw;
    const guarded: GuardedRequest = {
      method: request.method,
      header: (name) => context.req.header(name),
    };
    const refused =
      checkSender(guarded, options.loopbackOnly()) ??
      (spec.anyContentType === true ? undefined : checkContentType(guarded));
    if (refused !== undefined) throw refused;
    const subject = spec.access === 'public' ? undefined : await authenticate(request);
    if (spec.access !== 'public' && subject === undefined)
      throw new HttpError('Unauthenticated', 'no session: sign in');
    let body: Promise<Readonly<Record<string, unknown>>> | undefined;
    const call: Call = {
      request,
      params: context.req.param() as Record<string, string>,
      query: new URL(request.url).searchParams,
      subject,
      body: () => (body ??= readJson(request, spec.bodyMax ?? BODY_MAX)),
      require: (permission, object) => allow(authorize, subject, permission, object),
    };
    if (spec.access !== 'public') {
      // The gate comes before the object is looked up: who may do this to nothing learns nothing.
      allow(authorize, subject, spec.access, undefined);
      const object = await spec.access.object?.(call);
      if (object !== undefined) allow(authorize, subject, spec.access, object);
    }
    return call;
  }

  async function answer(spec: RouteSpec, handler: Handler, context: Context): Promise<Response> {
    try {
      return await handler(await enter(spec, context));
    } catch (thrown) {
      const known = asHttpError(thrown);
      if (known !== undefined) return errorResponse(known);
      logger.error('a request failed', { method: spec.method, path: spec.path, error: messageOf(thrown) });
      return errorResponse(new HttpError('Internal', 'internal error: see the log of the server'));
    }
  }

  return {
    routes,
    get registered() {
      return app.routes.map(({ method, path }) => ({ method, path }));
    },
    route(spec, handler) {
      routes.push(spec);
      app.on(spec.method, spec.path, (context) => answer(spec, handler, context));
    },
    async fetch(request) {
      const response = await app.fetch(request);
      options.onAnswer(request.method, response.status);
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
      if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store');
      return response;
    },
  };
}

function allow(
  authorize: Authorize,
  subject: Subject | undefined,
  permission: Permission,
  object: string | undefined,
): void {
  if (subject !== undefined && authorize(subject, permission.resource, permission.action, object)) return;
  const what = `${permission.resource}, ${permission.action}${object === undefined ? '' : `, ${object}`}`;
  throw new HttpError('PermissionDenied', `permission denied: ${what}`);
}
