import { constants, createDeflate, createInflate } from 'node:zlib';
import { makeDictionary } from './dictionary.ts';

export type Headers = Readonly<Record<string, string>>;

/** Packs and unpacks header blocks. Each direction is one compressed stream over the whole connection. */
export interface HeaderCodec {
  pack(headers: Headers): Promise<Buffer>;
  unpack(block: Buffer): Promise<Headers>;
  close(): void;
}

/** Streams of pods carry a handful of short headers; a block that unpacks to more is an attack. */
const blockBytesMax = 64 << 10;

export function makeHeaderCodec(): HeaderCodec {
  const dictionary = makeDictionary();
  const deflate = createDeflate({ dictionary, flush: constants.Z_SYNC_FLUSH });
  const inflate = createInflate({ dictionary, flush: constants.Z_SYNC_FLUSH });
  return {
    pack: (headers) => through(deflate, write(headers)),
    unpack: async (block) => read(await through(inflate, block)),
    close() {
      deflate.close();
      inflate.close();
    },
  };
}

type Coder = ReturnType<typeof createDeflate> | ReturnType<typeof createInflate>;

/** One block through a coder. Callers wait for each other, so what comes out belongs to what went in. */
function through(coder: Coder, block: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const settle = (error?: Error | null): void => {
      coder.off('data', take);
      coder.off('error', settle);
      if (error !== undefined && error !== null) reject(error);
      else resolve(Buffer.concat(parts));
    };
    const take = (part: Buffer): void => {
      size += part.length;
      if (size > blockBytesMax) settle(new Error('a header block is too large'));
      else parts.push(part);
    };
    coder.on('data', take);
    coder.on('error', settle);
    coder.write(block, (error) => settle(error));
  });
}

function write(headers: Headers): Buffer {
  const parts: Buffer[] = [number(Object.keys(headers).length)];
  for (const [name, value] of Object.entries(headers)) {
    const [key, text] = [Buffer.from(name.toLowerCase()), Buffer.from(value)];
    parts.push(number(key.length), key, number(text.length), text);
  }
  return Buffer.concat(parts);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function read(block: Buffer): Headers {
  let at = 0;
  const length = (): number => {
    if (at + 4 > block.length) throw new Error('a header block ends early');
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const size = length();
    if (at + size > block.length) throw new Error('a header block ends early');
    at += size;
    return block.toString('utf8', at - size, at);
  };
  const headers: Record<string, string> = {};
  for (let count = length(); count > 0; count--) {
    const name = text();
    headers[name.toLowerCase()] = text();
  }
  return headers;
}
