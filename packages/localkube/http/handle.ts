import { messageOf } from '@plumbline/base';
import { callWebhook, WebhookNeeded, type WebhookReply } from '../admission/index.ts';
import { ConversionNeeded } from '../crd/conversion.ts';
import { errors, StatusError } from '../registry/index.ts';
import type { User } from '../types.ts';
import { dispatch } from './dispatch.ts';
import { PlainRefusal } from './refusal.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import type { Surroundings } from './surroundings.ts';

/** Who everybody is where nobody has to sign in. */
export const admin: User = { name: 'system:admin', groups: ['system:masters', 'system:authenticated'] };

/** Answers every request; refusals are answers too. */
export function handle(around: Surroundings, request: ApiRequest): ApiAnswer | Promise<ApiAnswer> {
  try {
    return dispatch(around, request);
  } catch (thrown) {
    return needsCall(thrown) ? askWebhooks(around, request, thrown) : refusal(around, thrown);
  }
}

const needsCall = (thrown: unknown): thrown is WebhookNeeded | ConversionNeeded =>
  thrown instanceof WebhookNeeded || thrown instanceof ConversionNeeded;

/** Webhooks that one request may ask, all rounds together. */
const callsMax = 1_000;

/** Makes the calls that a request needs, one by one, and tries the request again after each. */
async function askWebhooks(
  around: Surroundings,
  request: ApiRequest,
  first: WebhookNeeded | ConversionNeeded,
): Promise<ApiAnswer> {
  const call = around.webhooks ?? callWebhook;
  const known: WebhookReply[] = [];
  let needed = first;
  for (let calls = 0; calls < callsMax; calls++) {
    if (needed instanceof ConversionNeeded) {
      const why = await around.core.convert(needed);
      if (why !== undefined) return statusAnswer(errors.failure(500, undefined, why));
    } else known.push(await call(needed.call));
    try {
      return dispatch(around, { ...request, replies: { known, next: 0 } });
    } catch (thrown) {
      if (!needsCall(thrown)) return refusal(around, thrown);
      needed = thrown;
    }
  }
  return statusAnswer(errors.internalError('too many webhooks'));
}

function refusal(around: Surroundings, thrown: unknown): ApiAnswer {
  if (thrown instanceof PlainRefusal) return { type: 'text', status: thrown.status, text: thrown.message };
  if (thrown instanceof StatusError) return statusAnswer(thrown);
  around.core.logger.error('a request failed in an unexpected way', {
    error: messageOf(thrown),
    stack: thrown instanceof Error ? thrown.stack : undefined,
  });
  return statusAnswer(errors.internalError(messageOf(thrown)));
}

function statusAnswer(error: StatusError): ApiAnswer {
  const { status } = error;
  const retry = status.details?.retryAfterSeconds;
  return {
    type: 'data',
    status: status.code ?? 500,
    data: status,
    ...(retry !== undefined && { headers: { 'retry-after': String(retry) } }),
  };
}
