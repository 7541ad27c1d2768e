import type { ApplicationViews } from '@plumbline/api';
import { formatProblem } from '@plumbline/base';
import type { Call, Router } from '../gate/route.ts';
import { badRequest, HttpError } from '../http/errors.ts';
import type { Applications } from './store.ts';

/** Names of fields are short; a path of this length is none. */
const fieldLengthMax = 2_000;

/** The route that tells why a field of a resource is what it is. */
export function whyRoute(
  router: Router,
  { applications, views }: { readonly applications: Applications; readonly views: ApplicationViews },
): void {
  const object = (call: Call): string => applications.objectOf(call);
  router.route(
    {
      method: 'GET',
      path: '/api/v1/applications/:name/why',
      access: { resource: 'applications', action: 'get', object },
    },
    async (call) => {
      const application = applications.get(call);
      const [kind, name, field] = ['kind', 'resourceName', 'field'].map((one) => call.query.get(one) ?? '');
      if (!kind || !name || !field) throw badRequest('kind, resourceName and field', 'are needed');
      if (field.length > fieldLengthMax) throw badRequest('field', 'is too long');
      const namespace = call.query.get('namespace');
      const history = await views.why(application, {
        kind,
        name,
        field,
        ...(namespace === null ? {} : { namespace }),
      });
      if (history.ok) return Response.json(history.value);
      const { code } = history.error;
      const isUnknown = ['no-such-object', 'no-such-field', 'ambiguous'].includes(code);
      throw new HttpError(isUnknown ? 'NotFound' : 'FailedPrecondition', formatProblem(history.error));
    },
  );
}
