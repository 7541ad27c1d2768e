import type { KubeRequest, KubeResponse, Status, Transport, WatchEvent } from '@plumbline/api';
import type { Cancel } from '@plumbline/base';
import { StatusError } from '../registry/index.ts';
import { admin, handle } from './handle.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import type { Surroundings } from './surroundings.ts';

/** The API in process: the objects in answers and events are the stored ones, nothing is serialised. */
export function makeTransport(around: Surroundings): Transport {
  const open = new Set<() => void>();
  const respond = (request: KubeRequest): ApiAnswer | Promise<ApiAnswer> =>
    handle(around, requestOf(request));
  /** Reads ask no webhooks, so their answer is there at once. */
  const answer = (request: KubeRequest): ApiAnswer => {
    const given = respond(request);
    if (given instanceof Promise) throw new Error('only reads are answered with a stream');
    return given;
  };

  return {
    async request(request) {
      request.signal?.throwIfAborted();
      const pending = respond(request);
      const given = pending instanceof Promise ? await pending : pending;
      await around.core.store.durable();
      return responseOf(given);
    },
    watch(request, handlers) {
      const given = answer(request);
      if (given.type !== 'watch') return Promise.reject(refusalOf(given));
      let cancel: Cancel = () => {};
      let stopTimer: Cancel = () => {};
      let ended = false;
      // Events that are known at once are delivered after the promise has resolved, like all others.
      let early: WatchEvent[] | undefined = [];
      const end = (): void => {
        if (ended) return;
        ended = true;
        cancel();
        stopTimer();
        open.delete(end);
        request.signal?.removeEventListener('abort', end);
        handlers.onEnd();
      };
      const deliver = (events: readonly WatchEvent[]): void => {
        const shaped = given.shape === undefined ? events : events.map(given.shape);
        if (early !== undefined) early.push(...shaped);
        else if (!ended) handlers.onEvents(shaped);
      };
      let over = false;
      cancel = given.open({
        onEvents: deliver,
        onEnd: () => {
          over = true;
          if (early === undefined) end();
        },
      });
      open.add(end);
      if (request.signal?.aborted === true) over = true;
      else request.signal?.addEventListener('abort', end);
      stopTimer = around.core.clock.after(given.timeoutMs, () => {
        const last = given.closing?.();
        if (last !== undefined) deliver([last]);
        end();
      });
      queueMicrotask(() => {
        const first = early ?? [];
        early = undefined;
        if (first.length > 0 && !ended) handlers.onEvents(first);
        if (over) end();
      });
      return Promise.resolve();
    },
    stream(request) {
      const given = answer(request);
      if (given.type === 'stream') return Promise.resolve(given.chunks);
      return Promise.reject(refusalOf(given));
    },
    close() {
      open.forEach((end) => end());
      return Promise.resolve();
    },
  };
}

function requestOf(request: KubeRequest): ApiRequest {
  const at = request.path.indexOf('?');
  const contentType = request.contentType ?? (request.body === undefined ? undefined : 'application/json');
  return {
    method: request.method,
    path: at < 0 ? request.path : request.path.slice(0, at),
    query: new URLSearchParams(at < 0 ? '' : request.path.slice(at + 1)),
    headers: {
      'user-agent': 'plumbline',
      ...request.headers,
      ...(contentType !== undefined && { 'content-type': contentType }),
    },
    body: request.body === undefined ? { type: 'none' } : { type: 'data', data: request.body },
    user: admin,
  };
}

function responseOf(answer: ApiAnswer): KubeResponse {
  switch (answer.type) {
    case 'data': {
      const warnings = answer.warnings ?? [];
      const warning = warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ');
      const headers = {
        'content-type': answer.contentType ?? 'application/json',
        ...answer.headers,
        ...(warning !== '' && { warning }),
      };
      return { status: answer.status, headers, body: answer.data };
    }
    case 'text':
      return {
        status: answer.status,
        headers: { 'content-type': 'text/plain; charset=utf-8', ...answer.headers },
        body: answer.text,
      };
    case 'bytes':
      return {
        status: answer.status,
        headers: { 'content-type': answer.contentType },
        body: Buffer.from(answer.bytes).toString('base64'),
      };
    default:
      throw new Error('this request is answered with a stream: use watch or stream');
  }
}

function refusalOf(answer: ApiAnswer): Error {
  if (answer.type === 'data' && answer.status >= 400) return new StatusError(answer.data as Status);
  return new Error(answer.type === 'text' ? answer.text : 'this request is not answered with a stream');
}
