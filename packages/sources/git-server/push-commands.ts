import { Transform } from 'node:stream';

/** What a push asks for: a ref goes from one hash to another; all zeros mean that it did not or shall not exist. */
export interface RefUpdate {
  readonly ref: string;
  readonly from: string;
  readonly to: string;
}

/** The list of commands is short; what is longer is no push of a person. */
const commandBytesMax = 1024 * 1024;

/** Lets a push flow through and notes the commands at its start (they end with a flush packet, the pack follows). */
export function noteCommands(): { readonly stream: Transform; readonly updates: () => readonly RefUpdate[] } {
  let head = Buffer.alloc(0);
  let done = false;
  const updates: RefUpdate[] = [];

  function take(): void {
    for (;;) {
      const length = Number.parseInt(head.toString('latin1', 0, 4), 16);
      if (head.length < 4) return;
      if (!(length >= 4) || updates.length * 100 > commandBytesMax) {
        done = true;
        return;
      }
      if (head.length < length) return;
      const line = head.toString('utf8', 4, length);
      const match = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([^\0\n]+)/.exec(line);
      if (match !== null) updates.push({ from: match[1] ?? '', to: match[2] ?? '', ref: match[3] ?? '' });
      head = head.subarray(length);
    }
  }

  const stream = new Transform({
    transform(part: Buffer, _encoding, next) {
      if (!done) {
        head = Buffer.concat([head, part]);
        take();
        if (head.length > commandBytesMax) done = true;
        if (done) head = Buffer.alloc(0);
      }
      next(null, part);
    },
  });
  return { stream, updates: () => updates };
}

/** Lets at most so many bytes pass. */
export function limitBytes(max: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(part: Buffer, _encoding, next) {
      bytes += part.length;
      if (bytes > max) next(new Error(`the request has more than ${max} bytes`));
      else next(null, part);
    },
  });
}
