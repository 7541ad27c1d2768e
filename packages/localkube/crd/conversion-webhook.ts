import { messageOf, type Random } from '@plumbline/base';
import { addressOf } from '../admission/webhook-address.ts';
import type { WebhookCaller } from '../admission/types.ts';
import type { Access } from '../registry/types.ts';
import type { Convert, ConversionCall } from './conversion.ts';
import { readReview, reviewOf, subjectOf, type Converted } from './conversion-review.ts';

/** As upstream: definitions cannot say how long their webhook may take. */
const timeoutSeconds = 30;

/** Asks conversion webhooks. */
export function makeConvert(world: {
  readonly access: Access;
  readonly random: Random;
  readonly call: WebhookCaller;
}): Convert {
  return async (needed) => {
    const converted = await ask(world, needed.call);
    if (!converted.ok) return converted.error;
    needed.accept(converted.objects);
    return undefined;
  };
}

async function ask(
  {
    access,
    random,
    call,
  }: { readonly access: Access; readonly random: Random; readonly call: WebhookCaller },
  wanted: ConversionCall,
): Promise<Converted> {
  const failed = (why: string): Converted => ({
    ok: false,
    error: `conversion webhook for ${subjectOf(wanted)} failed: ${why}`,
  });
  const uid = random.uuid();
  const review = reviewOf(wanted, uid);
  if (typeof review === 'string') return { ok: false, error: review };
  const address = addressOf(wanted.clientConfig, timeoutSeconds, access);
  if (typeof address === 'string') return failed(address);
  const reply = await call({ ...address, timeoutMs: timeoutSeconds * 1000, body: review.body });
  if (!reply.ok) return failed(reply.error);
  if (reply.status < 200 || reply.status >= 300) return failed(statusText(reply.status, reply.body));
  try {
    return readReview(wanted, uid, review.version, JSON.parse(reply.body));
  } catch (thrown) {
    return failed(messageOf(thrown));
  }
}

/** What a client of Kubernetes says of an answer that is no Status. */
function statusText(status: number, body: string): string {
  if (status === 404) return 'the server could not find the requested resource';
  if (status === 503) return 'the server is currently unable to handle the request';
  return `an error on the server (${JSON.stringify(body.slice(0, 2048))}) has prevented the request from succeeding`;
}
