import { err, isRecord, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { decodeBase64, encodeBase64 } from './base64.ts';
import type { HelmRelease } from './record.ts';

/** What a record may be, packed and unpacked. A Secret of Kubernetes holds 1 MiB; gzip makes at most a thousand times of it. */
export interface RecordLimits {
  readonly textMax: number;
  readonly jsonBytesMax: number;
}

/** Far more than a server stores, far less than a bomb makes. */
export const recordLimits: RecordLimits = { textMax: 16 << 20, jsonBytesMax: 64 << 20 };

/** A record as Helm writes it: JSON, gzip, base64. */
export async function encodeRelease(release: HelmRelease): Promise<string> {
  const json = new TextEncoder().encode(writeRecord(release));
  return encodeBase64(await through(json, new CompressionStream('gzip'), Number.POSITIVE_INFINITY));
}

/** Reads what `encodeRelease` or Helm wrote. Records from before Helm packed them are plain JSON in base64. */
export async function decodeRelease(
  text: string,
  limits: RecordLimits = recordLimits,
): Promise<Result<HelmRelease>> {
  if (text.length > limits.textMax)
    return refusal(`the record of the release is longer than ${limits.textMax} characters`);
  const packed = decodeBase64(text);
  if (packed === undefined) return refusal('the record of the release is no base64');
  let json = packed;
  if (packed[0] === 0x1f && packed[1] === 0x8b && packed[2] === 0x08) {
    try {
      json = await through(packed, new DecompressionStream('gzip'), limits.jsonBytesMax);
    } catch (thrown) {
      return refusal(
        thrown instanceof RangeError ? thrown.message : 'the record of the release is no whole gzip',
      );
    }
  }
  return readRecord(new TextDecoder().decode(json));
}

function readRecord(json: string): Result<HelmRelease> {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch {
    return refusal('the record of the release is no JSON');
  }
  if (!isRecord(data)) return refusal('the record of the release is no object');
  const { name, version, namespace, info } = data;
  if (typeof name !== 'string' || name === '') return refusal('the record of the release has no name');
  if (!isRecord(info)) return refusal(`the record of the release "${name}" has no info`);
  return ok({
    ...data,
    name,
    info,
    version: typeof version === 'number' ? version : 0,
    namespace: typeof namespace === 'string' ? namespace : '',
  });
}

function refusal(message: string): Result<never> {
  return err(problem('bad-release-record', message));
}

/** The bytes behind a stream of the platform; more than `bytesMax` of them throw a `RangeError`. */
async function through(
  bytes: Uint8Array,
  by: CompressionStream | DecompressionStream,
  bytesMax: number,
): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(by);
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const step = await reader.read();
    if (step.done) break;
    const chunk: Uint8Array = step.value;
    length += chunk.length;
    if (length > bytesMax) {
      await reader.cancel().catch(() => undefined);
      throw new RangeError(`the record of the release is longer than ${bytesMax} bytes when unpacked`);
    }
    chunks.push(chunk);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/**
 * A record as encoding/json writes a struct: members of plain objects in their order, nothing for what is
 * undefined, HTML escaped.
 */
export function writeRecord(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(writeRecord).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const members: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${quote(key)}:${writeRecord(member)}`);
  }
  return `{${members.join(',')}}`;
}

const escaped = /[<>&\u2028\u2029]/g;
/** Bytes that are no UTF-8 travel as these; encoding/json puts a replacement for each. */
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function quote(text: string): string {
  return JSON.stringify(text.replace(loneSurrogate, '\ufffd')).replace(
    escaped,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
