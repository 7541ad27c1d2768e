import { describe, expect, it } from 'vitest';
import { createEventStreamParser } from './event-stream-parser.ts';

function read(...chunks: readonly string[]): readonly string[] {
  const found: string[] = [];
  const push = createEventStreamParser((data) => found.push(data));
  for (const chunk of chunks) push(chunk);
  return found;
}

describe('the reader of server-sent events', () => {
  it.each([
    ['one event', ['data: {"a":1}\n\n'], ['{"a":1}']],
    ['events that are cut anywhere', ['da', 'ta: on', 'e\n', '\ndata: two\n\n'], ['one', 'two']],
    ['lines that end as on Windows', ['data: one\r\n\r\n'], ['one']],
    ['data of several lines', ['data: one\ndata: two\n\n'], ['one\ntwo']],
    ['comments and other fields', [':\n\nevent: x\nid: 1\ndata:one\n\n'], ['one']],
    ['an event that has not ended', ['data: one\n'], []],
  ])('reads %s', (_, chunks, expected) => {
    expect(read(...chunks)).toEqual(expected);
  });
});
