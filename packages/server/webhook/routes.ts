import { isRecord } from '@plumbline/base';
import type { Logger } from '@plumbline/base';
import type { Router } from '../gate/route.ts';
import { readBytes } from '../http/body.ts';
import { HttpError, badRequest } from '../http/errors.ts';
import { providerOf, pushesOf } from './push.ts';
import type { Push } from './push.ts';
import { isAuthentic } from './verify.ts';
import type { SecretValue } from './verify.ts';

/** GitHub sends no more than 25 MB. */
const PAYLOAD_BYTES_MAX = 25 * 1024 * 1024;

/** `POST /api/webhook`: public, because a Git host has no account here; it proves itself by its secret. */
export function webhookRoutes(
  router: Router,
  options: {
    readonly secret: SecretValue;
    readonly onPush: (pushes: readonly Push[]) => void;
    readonly logger: Logger;
    readonly payloadMax?: number;
  },
): void {
  const spec = { method: 'POST', path: '/api/webhook', access: 'public', anyContentType: true } as const;
  router.route(spec, async ({ request }) => {
    const { headers } = request;
    const provider = providerOf(headers);
    if (provider === undefined) throw badRequest('', 'unknown webhook event');
    const bytes = await readPayload(request, options.payloadMax ?? PAYLOAD_BYTES_MAX);
    if (!(await isAuthentic(provider, headers, bytes, options.secret))) {
      options.logger.warn('a webhook without a valid signature was refused', { provider });
      throw new HttpError('Unauthenticated', 'the webhook is not signed with the secret that is configured');
    }
    const pushes = pushesOf(provider, headers, parsePayload(bytes, headers));
    if (pushes.length > 0) options.onPush(pushes);
    return Response.json({});
  });
}

async function readPayload(request: Request, bytesMax: number): Promise<Uint8Array> {
  try {
    return await readBytes(request, bytesMax);
  } catch (thrown) {
    // Argo CD answers a payload that is too long with 400, not 413.
    if (thrown instanceof HttpError) throw badRequest('body', thrown.message);
    throw thrown;
  }
}

function parsePayload(bytes: Uint8Array, headers: Headers): Readonly<Record<string, unknown>> {
  let text = new TextDecoder().decode(bytes);
  // GitHub's older hooks send JSON in a form.
  if (headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') === true) {
    text = new URLSearchParams(text).get('payload') ?? '';
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // Answered below.
  }
  throw badRequest('body', 'is no JSON object');
}
