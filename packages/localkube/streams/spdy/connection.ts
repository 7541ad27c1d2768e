import { Duplex } from 'node:stream';
import { dataFrame, frameReader, goawayFrame, pingFrame, replyFrame, resetFrame } from './frames.ts';
import type { Frame } from './frames.ts';
import { makeHeaderCodec } from './headers.ts';
import type { Headers } from './headers.ts';

/** A stream that the other side opened. Ending it says "no more from here"; destroying it resets it. */
export interface SpdyStream {
  readonly id: number;
  readonly headers: Headers;
  readonly duplex: Duplex;
}

export interface SpdyConnection {
  /** Settles when the connection is gone. */
  readonly closed: Promise<void>;
  /** Sends what is written, then closes. */
  close(): void;
}

/** A client with more open streams than this is refused further ones. */
const streamsMax = 1_000;
/** What clients have sent and nobody has read yet; the connection rests above it, for SPDY has no flow control here. */
const unreadBytesMax = 4 << 20;
const dataBytesMax = 32 << 10;

/** The server's side of SPDY/3.1 over a socket or a tunnel. */
export function spdyConnection(line: Duplex, onStream: (stream: SpdyStream) => void): SpdyConnection {
  const codec = makeHeaderCodec();
  const read = frameReader();
  const streams = new Map<number, Duplex>();
  let lastStream = 0;
  let closing = false;
  let resolve: () => void = () => {};
  const closed = new Promise<void>((done) => {
    resolve = done;
  });
  const send = (frames: readonly Buffer[], done?: (error?: Error | null) => void): void => {
    if (line.destroyed || line.writableEnded) {
      done?.(new Error('the connection is closed'));
      return;
    }
    line.cork();
    frames.forEach((frame, index) => line.write(frame, index === frames.length - 1 ? done : undefined));
    line.uncork();
  };

  const makeStream = (id: number): Duplex => {
    const duplex: Duplex = new Duplex({
      allowHalfOpen: true,
      read: () => resume(),
      write(chunk: Buffer, _, done) {
        const frames: Buffer[] = [];
        for (let at = 0; at < chunk.length; at += dataBytesMax)
          frames.push(...dataFrame(id, chunk.subarray(at, at + dataBytesMax), false));
        if (frames.length === 0) done();
        else send(frames, done);
      },
      final(done) {
        send(dataFrame(id, Buffer.alloc(0), true), () => done());
      },
      destroy(error, done) {
        // Both sides had their last word: nothing is left to reset.
        if (streams.delete(id) && !(duplex.readableEnded && duplex.writableFinished)) send([resetFrame(id)]);
        done(error);
      },
    });
    // A reset of the other side is no failure of ours.
    duplex.on('error', () => {});
    return duplex;
  };

  const handle = async (frame: Frame): Promise<void> => {
    switch (frame.type) {
      case 'open': {
        const headers = await codec.unpack(frame.block);
        if (frame.stream % 2 === 0 || frame.stream <= lastStream)
          throw new Error('a stream has a wrong number');
        lastStream = frame.stream;
        if (streams.size >= streamsMax || closing) {
          send([resetFrame(frame.stream)]);
          return;
        }
        const duplex = makeStream(frame.stream);
        streams.set(frame.stream, duplex);
        send([replyFrame(frame.stream, await codec.pack({}))]);
        onStream({ id: frame.stream, headers, duplex });
        if (frame.last) duplex.push(null);
        return;
      }
      case 'data': {
        const duplex = streams.get(frame.stream);
        if (duplex === undefined || duplex.readableEnded) return;
        if (frame.data.length > 0) duplex.push(frame.data);
        if (frame.last) duplex.push(null);
        return;
      }
      case 'headers':
        await codec.unpack(frame.block);
        if (frame.last) streams.get(frame.stream)?.push(null);
        return;
      case 'reset': {
        const duplex = streams.get(frame.stream);
        streams.delete(frame.stream);
        duplex?.destroy();
        return;
      }
      case 'ping':
        send([pingFrame(frame.id)]);
        return;
      case 'goaway':
        closing = true;
        return;
      case 'other':
    }
  };

  const unread = (): number => {
    let bytes = 0;
    for (const duplex of streams.values()) bytes += duplex.readableLength;
    return bytes;
  };
  const resume = (): void => {
    if (line.isPaused() && !busy && unread() < unreadBytesMax) line.resume();
  };

  let busy = false;
  const take = (chunk: Buffer): void => {
    // Header blocks are unpacked one after the other, so the next chunk waits until all frames of this one are done.
    busy = true;
    line.pause();
    void (async () => {
      try {
        for (const frame of read(chunk)) await handle(frame);
        busy = false;
        resume();
      } catch {
        line.destroy();
      }
    })();
  };
  const end = (): void => {
    for (const duplex of Array.from(streams.values())) duplex.destroy();
    streams.clear();
    codec.close();
    if (!line.destroyed) line.destroy();
    resolve();
  };
  line.on('data', take);
  line.once('end', () => line.destroy());
  line.once('error', () => line.destroy());
  line.once('close', end);
  return {
    closed,
    close() {
      closing = true;
      send([goawayFrame(lastStream)]);
      line.end();
    },
  };
}
