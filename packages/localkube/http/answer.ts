import { gzip } from 'node:zlib';
import { writeYaml } from '@plumbline/languages';
import type { KubeObject, WatchEvent } from '@plumbline/api';
import type { Cancel, Clock, Random } from '@plumbline/base';
import type { Encoder } from './encode.ts';
import type { Pace } from './pace.ts';
import type { Asked, Reply } from './reply.ts';
import type { ApiAnswer } from './request.ts';
import type { Turn } from './turn.ts';

/** What answers are written with. */
export interface Writing {
  readonly clock: Clock;
  readonly random: Random;
  readonly encoder: Encoder;
  readonly pace: Pace;
  readonly turn: Turn;
  /** What ends the answers that go on. */
  readonly flows: Set<() => void>;
}

/** Writes an answer to whoever asked. */
export function sendAnswer(writing: Writing, asked: Asked, reply: Reply, answer: ApiAnswer): void {
  switch (answer.type) {
    case 'data':
      sendData(writing, asked, reply, answer);
      return;
    case 'text':
      sendText(asked, reply, answer);
      return;
    case 'bytes':
      reply.whole(
        answer.status,
        ['content-type', answer.contentType, 'content-length', String(answer.bytes.length)],
        answer.bytes,
      );
      return;
    case 'watch':
      sendWatch(writing, reply, answer);
      return;
    case 'stream':
      void sendStream(writing, reply, answer);
      return;
    case 'upgrade':
      // Only requests that ask for an upgrade are answered with one, and those come another way.
      reply.destroy();
  }
}

function sendText(asked: Asked, reply: Reply, answer: Extract<ApiAnswer, { type: 'text' }>): void {
  const more = Object.entries(answer.headers ?? {}).flat();
  if (answer.status === 304) {
    // Caches merge these headers into the answer that they keep, so there must be no others.
    reply.whole(304, more, undefined);
    return;
  }
  const length = String(Buffer.byteLength(answer.text));
  reply.whole(
    answer.status,
    ['content-type', 'text/plain; charset=utf-8', 'content-length', length, ...more],
    asked.method === 'HEAD' ? undefined : answer.text,
  );
}

type DataAnswer = Extract<ApiAnswer, { type: 'data' }>;

function wantsPretty(asked: Asked): boolean {
  const at = asked.url.indexOf('pretty=');
  const pretty = at < 0 ? undefined : /[?&]pretty=([^&]*)/.exec(asked.url)?.[1];
  if (pretty !== undefined) return pretty === '' || pretty === '1' || pretty === 'true';
  return /^(curl|Wget|Mozilla)/.test(asked.headers['user-agent'] ?? '');
}

function encode(encoder: Encoder, asked: Asked, answer: DataAnswer): string {
  if (answer.contentType?.startsWith('application/yaml') === true) return writeYaml(plain(answer));
  if (wantsPretty(asked)) return `${JSON.stringify(plain(answer), undefined, 2)}\n`;
  const { data } = answer;
  const text = isList(data) ? encoder.list(data, answer.bareItems === true) : encoder.object(data);
  return `${text}\n`;
}

/** The data as it looks on the wire. */
function plain(answer: DataAnswer): unknown {
  if (answer.bareItems !== true || !isList(answer.data)) return answer.data;
  return {
    ...answer.data,
    items: answer.data.items.map((item) => ({ ...item, apiVersion: undefined, kind: undefined })),
  };
}

function isList(data: unknown): data is { readonly kind: string; readonly items: readonly KubeObject[] } {
  return (
    data !== null &&
    typeof data === 'object' &&
    Array.isArray((data as { items?: unknown }).items) &&
    (data as { kind?: unknown }).kind !== 'APIGroupDiscoveryList'
  );
}

/** As upstream: smaller answers are not worth the work. */
const gzipBytesMin = 128 << 10;

const textCharsMax = 16 << 10;

function sendData(writing: Writing, asked: Asked, reply: Reply, answer: DataAnswer): void {
  const body = encode(writing.encoder, asked, answer);
  const headers: string[] = [];
  for (const text of answer.warnings ?? []) headers.push('warning', `299 - ${JSON.stringify(text)}`);
  headers.push(
    'audit-id',
    writing.random.uuid(),
    'cache-control',
    'no-cache, private',
    'content-type',
    answer.contentType ?? 'application/json',
  );
  for (const name in answer.headers) headers.push(name, answer.headers[name]!);
  const head = asked.method === 'HEAD';
  if (body.length < gzipBytesMin || !/\bgzip\b/.test(asked.headers['accept-encoding'] ?? '')) {
    // Short texts are made bytes of on their way out; of long ones that would take a second look for the length.
    const bytes = body.length < textCharsMax ? body : Buffer.from(body);
    headers.push('content-length', String(Buffer.byteLength(bytes)));
    reply.whole(answer.status, headers, head ? undefined : bytes);
    return;
  }
  gzip(body, { level: 1 }, (error, packed) => {
    if (error !== null) {
      reply.destroy();
      return;
    }
    headers.push('content-encoding', 'gzip', 'vary', 'Accept-Encoding');
    headers.push('content-length', String(packed.length));
    reply.whole(answer.status, headers, head ? undefined : packed);
  });
}

const backlogBytesMax = 64 << 20;
/** So much leaves at once, however short the turn is. */
const chunkChars = 1 << 16;

function sendWatch(writing: Writing, reply: Reply, answer: Extract<ApiAnswer, { type: 'watch' }>): void {
  const { clock, encoder, pace, flows } = writing;
  const flow = reply.begin(200, [
    ...(answer.warnings ?? []).flatMap((text) => ['warning', `299 - ${JSON.stringify(text)}`]),
    'content-type',
    answer.contentType,
    'cache-control',
    'no-cache, private',
    'transfer-encoding',
    'chunked',
  ]);
  let cancel: Cancel = () => {};
  let stopTimer: Cancel = () => {};
  let closed = false;
  let waiting = '';
  const flush = (): void => {
    const text = waiting;
    waiting = '';
    if (text === '') return;
    flow.write(text);
    // A client that does not read is dropped before its backlog grows without bounds.
    if (flow.backlog > backlogBytesMax) flow.destroy();
  };
  const paced = pace.of(flush);
  const close = (): void => {
    if (closed) return;
    closed = true;
    flows.delete(close);
    cancel();
    stopTimer();
    flush();
    flow.end();
  };
  const write = (events: readonly WatchEvent[]): void => {
    if (closed) return;
    for (const event of events) {
      const text = encoder.event(answer.shape === undefined ? event : answer.shape(event));
      waiting = waiting === '' ? text : waiting + text;
    }
    if (waiting.length >= chunkChars) flush();
    else paced.soon();
  };
  flow.onClose(close);
  flows.add(close);
  const stop = answer.open({ onEvents: write, onEnd: close });
  if (closed) {
    stop();
    return;
  }
  cancel = stop;
  stopTimer = clock.after(answer.timeoutMs, () => {
    const last = answer.closing?.();
    if (last !== undefined) write([last]);
    close();
  });
}

async function sendStream(
  { flows }: Writing,
  reply: Reply,
  answer: Extract<ApiAnswer, { type: 'stream' }>,
): Promise<void> {
  const chunks = answer.chunks[Symbol.asyncIterator]();
  const flow = reply.begin(200, ['content-type', answer.contentType]);
  const close = (): void => void chunks.return?.();
  flow.onClose(close);
  flows.add(close);
  try {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      if (flow.closed) break;
      flow.write(next.value);
      await flow.drained();
    }
  } catch {
    // The text has begun already; all that is left to say is that it ended early.
    flow.destroy();
    return;
  } finally {
    flows.delete(close);
  }
  flow.end();
}
