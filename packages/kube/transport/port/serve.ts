import { messageOf } from '@plumbline/base';
import type { KubeObject, KubeResponse, Status, Transport, WatchEvent } from '@plumbline/api';
import { refusalOf } from '../../errors.ts';
import { createOutbox } from './messages.ts';
import type { Failure, Port, Question, Wish } from './messages.ts';
import { createFieldsSender } from './shared-fields.ts';
import type { FieldsSender } from './shared-fields.ts';
import { createObjectsSender } from './shared-objects.ts';

/** Answers what another thread asks through the port, until the port closes. */
export function serveTransport(transport: Transport, port: Port): void {
  const open = new Map<number, AbortController>();
  // The watches of a write hear of it at the end of its turn, so that they and its answer leave together.
  const say = createOutbox(port, (run) => void setImmediate(run));
  const textOf = createTexts(
    createFieldsSender((number, fields) => say(`["fields",${number},${JSON.stringify(fields)}]`)),
  );
  const failed = (id: number) => (thrown: unknown) => {
    open.delete(id);
    say(JSON.stringify(['failed', id, failureOf(thrown)]));
  };
  const end = (id: number, error?: Error): void => {
    open.delete(id);
    say(JSON.stringify(['end', id, error === undefined ? null : error.message]));
  };

  const request = (id: number, wish: Wish): void => {
    transport.request(wish).then(({ status, headers, body }: KubeResponse) => {
      say(`["answer",${id},${status},${JSON.stringify(headers)},${textOf(body)}]`);
    }, failed(id));
  };
  const watch = (id: number, wish: Wish): void => {
    const onEvents = (events: readonly WatchEvent[]): void => {
      const all = events.map(({ type, object }) => `{"type":"${type}","object":${textOf(object)}}`);
      say(`["events",${id},[${all.join(',')}]]`);
    };
    transport
      .watch({ ...wish, signal: signalOf(id) }, { onEvents, onEnd: (error) => end(id, error) })
      .then(() => say(`["opened",${id}]`), failed(id));
  };
  const stream = async (id: number, wish: Wish): Promise<void> => {
    const signal = signalOf(id);
    const chunks = await transport.stream({ ...wish, signal });
    say(`["opened",${id}]`);
    for await (const chunk of chunks) {
      if (signal.aborted) break;
      say(JSON.stringify(['chunk', id, Buffer.from(chunk).toString('latin1')]));
    }
    end(id);
  };
  const signalOf = (id: number): AbortSignal => {
    const controller = new AbortController();
    open.set(id, controller);
    return controller.signal;
  };

  port.on('message', (text) => {
    for (const question of JSON.parse(String(text)) as readonly Question[]) {
      const [kind, id, wish] = question;
      if (kind === 'request') request(id, wish);
      else if (kind === 'watch') watch(id, wish);
      else if (kind === 'stream') stream(id, wish).catch(failed(id));
      else open.get(id)?.abort();
    }
  });
  port.on('close', () => {
    for (const controller of open.values()) controller.abort();
  });
}

/** The text of what an answer or an event holds. No answer is a list or a number, which stand for objects here. */
function createTexts(fields: FieldsSender): (value: unknown) => string {
  const textOf = createObjectsSender();
  return (value) =>
    isObject(value)
      ? textOf(value, () => JSON.stringify(fields.slim(value)))
      : (JSON.stringify(value) ?? 'null');
}

function isObject(value: unknown): value is KubeObject {
  return typeof value === 'object' && value !== null && 'metadata' in value;
}

function failureOf(thrown: unknown): Failure {
  const { status } = refusalOf(thrown) as { readonly status?: Status };
  return { message: messageOf(thrown), ...(status !== undefined && { status }) };
}
