/** Frames of SPDY/3.1, of which streams of pods use a few. */
export type Frame =
  | { readonly type: 'open'; readonly stream: number; readonly last: boolean; readonly block: Buffer }
  | { readonly type: 'data'; readonly stream: number; readonly last: boolean; readonly data: Buffer }
  | { readonly type: 'reset'; readonly stream: number }
  | { readonly type: 'ping'; readonly id: number }
  /** Headers that follow later: they change nothing, but have to be unpacked. */
  | { readonly type: 'headers'; readonly stream: number; readonly last: boolean; readonly block: Buffer }
  | { readonly type: 'goaway' }
  /** Settings and windows: the peers of Kubernetes do without flow control. */
  | { readonly type: 'other' };

const version = 0x8003;
const types = { open: 1, reply: 2, reset: 3, settings: 4, ping: 6, goaway: 7, headers: 8 } as const;
const lastFlag = 1;
/** Nobody sends larger frames; the length field would allow 16 MiB. */
const frameBytesMax = 1 << 20;

/** Cuts bytes into frames; what is unfinished waits for more. */
export function frameReader(): (chunk: Buffer) => Frame[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: Frame[] = [];
    while (rest.length >= 8) {
      const size = rest.readUIntBE(5, 3);
      if (size > frameBytesMax) throw new Error('a frame is too large');
      if (rest.length < 8 + size) break;
      frames.push(parse(rest.subarray(0, 8), rest.subarray(8, 8 + size)));
      rest = rest.subarray(8 + size);
    }
    return frames;
  };
}

function parse(head: Buffer, body: Buffer): Frame {
  const last = ((head[4] ?? 0) & lastFlag) !== 0;
  if (((head[0] ?? 0) & 0x80) === 0)
    return { type: 'data', stream: head.readUInt32BE(0), last, data: Buffer.from(body) };
  if (head.readUInt16BE(0) !== version) throw new Error('only SPDY/3.1 is spoken here');
  const need = (bytes: number): void => {
    if (body.length < bytes) throw new Error('a frame ends early');
  };
  switch (head.readUInt16BE(2)) {
    case types.open:
      need(10);
      return { type: 'open', stream: id(body), last, block: body.subarray(10) };
    case types.reply:
    case types.headers:
      need(4);
      return { type: 'headers', stream: id(body), last, block: body.subarray(4) };
    case types.reset:
      need(8);
      return { type: 'reset', stream: id(body) };
    case types.ping:
      need(4);
      return { type: 'ping', id: body.readUInt32BE(0) };
    case types.goaway:
      return { type: 'goaway' };
    default:
      return { type: 'other' };
  }
}

const id = (body: Buffer): number => body.readUInt32BE(0) & 0x7fffffff;

export function dataFrame(stream: number, data: Buffer, last: boolean): readonly Buffer[] {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(stream);
  head[4] = last ? lastFlag : 0;
  head.writeUIntBE(data.length, 5, 3);
  return data.length === 0 ? [head] : [head, data];
}

export const openFrame = (stream: number, block: Buffer): Buffer =>
  control(types.open, 0, Buffer.concat([numbers(stream, 0), Buffer.alloc(2), block]));
export const replyFrame = (stream: number, block: Buffer): Buffer =>
  control(types.reply, 0, Buffer.concat([numbers(stream), block]));
/** Status 5: cancelled. */
export const resetFrame = (stream: number): Buffer => control(types.reset, 0, numbers(stream, 5));
export const pingFrame = (ping: number): Buffer => control(types.ping, 0, numbers(ping));
export const goawayFrame = (lastStream: number): Buffer => control(types.goaway, 0, numbers(lastStream, 0));

function control(type: number, flags: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(version, 0);
  head.writeUInt16BE(type, 2);
  head[4] = flags;
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32BE(value, index * 4));
  return bytes;
}
