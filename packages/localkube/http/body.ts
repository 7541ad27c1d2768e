import { messageOf } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';
import { errors } from '../registry/index.ts';
import { readProtobuf } from './protobuf.ts';
import type { ApiRequest } from './request.ts';
import { duplicateMembers } from './scan.ts';

/** A body as data, with the members that it names twice. */
export interface ReadBody {
  readonly data: unknown;
  readonly duplicates: readonly string[];
}

const decoder = new TextDecoder();

/** The media type of a request's body without parameters. */
export function mediaType(request: ApiRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
}

/** Reads the body of a write. `duplicates`: whether to look for members that are named twice. */
export function readBody(request: ApiRequest, duplicates: boolean): ReadBody {
  if (request.body.type === 'data') return { data: request.body.data, duplicates: [] };
  if (request.body.type === 'none') return { data: undefined, duplicates: [] };
  const media = mediaType(request);
  const { bytes } = request.body;
  if (media === 'application/vnd.kubernetes.protobuf') return { data: readProtobuf(bytes), duplicates: [] };
  if (media === 'application/yaml') return readYamlBody(decoder.decode(bytes));
  if (media === '' || media === 'application/json') return readJsonBody(decoder.decode(bytes), duplicates);
  const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  throw errors.failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  );
}

/** Reads a patch, which is JSON but for server-side apply's YAML. */
export function readPatchBody(request: ApiRequest, yaml: boolean, duplicates: boolean): ReadBody {
  if (request.body.type === 'data') return { data: request.body.data, duplicates: [] };
  if (request.body.type === 'none') return { data: undefined, duplicates: [] };
  const text = decoder.decode(request.body.bytes);
  if (!yaml) {
    try {
      return { data: JSON.parse(text), duplicates: duplicates ? duplicateMembers(text) : [] };
    } catch (thrown) {
      throw errors.badRequest(`error decoding patch: ${messageOf(thrown)}`);
    }
  }
  return /^\s*\{/.test(text) ? readJsonBody(text, duplicates) : readYamlBody(text);
}

function readJsonBody(text: string, duplicates: boolean): ReadBody {
  try {
    return { data: JSON.parse(text), duplicates: duplicates ? duplicateMembers(text) : [] };
  } catch (thrown) {
    throw errors.badRequest(`couldn't get version/kind; json parse error: ${messageOf(thrown)}`);
  }
}

function readYamlBody(text: string): ReadBody {
  const read = readYaml(text, { file: 'body' });
  if (!read.ok) throw errors.badRequest(`error converting YAML to JSON: ${read.error.message}`);
  return { data: read.value[0]?.value, duplicates: [] };
}
