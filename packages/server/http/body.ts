import { isRecord } from '@plumbline/base';
import { HttpError, badRequest } from './errors.ts';

/** The whole body, which must not be longer. */
export async function readBytes(request: Request, bytesMax: number): Promise<Uint8Array> {
  const tooLong = (): HttpError =>
    new HttpError('InvalidArgument', `the body is longer than ${bytesMax} bytes`, { status: 413 });
  if (Number(request.headers.get('content-length') ?? '0') > bytesMax) throw tooLong();
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > bytesMax) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** A body of JSON that is an object; `{}` where there is none. */
export async function readJson(
  request: Request,
  bytesMax: number,
): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await readBytes(request, bytesMax);
  if (bytes.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badRequest('body', 'is not JSON');
  }
  if (!isRecord(value)) throw badRequest('body', 'is not an object');
  return value;
}
