import { request as send } from 'node:https';
import type { WebhookCaller, WebhookReply } from './types.ts';

/** Longer answers are cut off: they are no answers to an admission review. */
const answerBytesMax = 4 << 20;

/** Calls webhooks over HTTPS. The certificate is checked against the webhook's own bundle. */
export const callWebhook: WebhookCaller = ({ url, connect, caBundle, timeoutMs, body }) =>
  new Promise<WebhookReply>((resolve) => {
    const target = new URL(url);
    const fail = (why: string): void => resolve({ ok: false, error: `Post ${JSON.stringify(url)}: ${why}` });
    if (target.protocol !== 'https:') {
      fail('only https is allowed');
      return;
    }
    const outgoing = send(
      {
        method: 'POST',
        host: connect?.host ?? target.hostname,
        port: connect?.port ?? (target.port === '' ? 443 : Number(target.port)),
        path: `${target.pathname}${target.search}`,
        servername: /^[\d.]+$|:/.test(target.hostname) ? '' : target.hostname,
        headers: {
          host: target.host,
          'content-type': 'application/json',
          accept: 'application/json, */*',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'kube-apiserver-admission',
        },
        timeout: timeoutMs,
        signal: AbortSignal.timeout(timeoutMs),
        ...(caBundle !== undefined && { ca: caBundle }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= answerBytesMax) chunks.push(chunk);
          else outgoing.destroy(new Error('the answer is too long'));
        });
        response.on('end', () =>
          resolve({ ok: true, status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
        response.on('error', (error) => fail(error.message));
      },
    );
    outgoing.on('error', (error) =>
      fail(
        error.name === 'AbortError' || error.name === 'TimeoutError'
          ? 'context deadline exceeded'
          : error.message,
      ),
    );
    outgoing.end(body);
  });
