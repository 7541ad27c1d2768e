import { isRecord } from '@plumbline/base';
import type { WatchEvent } from '@plumbline/api';

/** etcd takes objects of 1.5 MB; a line much longer is no watch event. */
const LINE_BYTES_MAX = 32 * 1024 * 1024;
const NEWLINE = 0x0a;
const TYPES = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

/** Cuts a byte stream into watch events: all that are complete after each chunk. Throws on what is no event. */
export function eventDecoder(): (chunk: Uint8Array) => readonly WatchEvent[] {
  let rest: Uint8Array[] = [];
  let restLength = 0;
  return (chunk) => {
    const events: WatchEvent[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = chunk.subarray(start, end);
      const whole = restLength === 0 ? line : Buffer.concat([...rest, line], restLength + line.length);
      rest = [];
      restLength = 0;
      start = end + 1;
      if (whole.length > 0) events.push(parseEvent(whole));
    }
    if (start < chunk.length) {
      rest.push(chunk.subarray(start));
      restLength += chunk.length - start;
      if (restLength > LINE_BYTES_MAX)
        throw new Error(`a watch event is longer than ${LINE_BYTES_MAX} bytes`);
    }
    return events;
  };
}

function parseEvent(line: Uint8Array): WatchEvent {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.length).toString('utf8'));
  } catch {
    throw new Error('the watch sent a line that is not JSON');
  }
  if (!isRecord(value) || !TYPES.has(String(value['type'])) || !isRecord(value['object'])) {
    throw new Error('the watch sent a line that is no event');
  }
  return value as unknown as WatchEvent;
}
