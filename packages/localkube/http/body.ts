import { isRecord } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';
import { errors } from '../registry/index.ts';
import type { PatchType } from '../registry/index.ts';
import { parseJson, shownBody } from './go-json.ts';
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
  const given = request.headers['content-type'];
  return given === 'application/json' || given === 'application/apply-patch+yaml'
    ? given
    : (given ?? '').split(';')[0]!.trim().toLowerCase();
}

export interface BodyWanted {
  /** The kind that the path takes, for messages. */
  readonly kind: string;
  readonly duplicates: boolean;
  /** DELETE may come without a body. */
  readonly optional?: boolean;
  readonly protobuf?: boolean;
}

/** Reads the body of a write. */
export function readBody(request: ApiRequest, wanted: BodyWanted): ReadBody {
  if (request.body.type === 'data') return { data: request.body.data, duplicates: [] };
  const bytes = request.body.type === 'none' ? new Uint8Array() : request.body.bytes;
  if (bytes.length === 0 && wanted.optional === true) return { data: undefined, duplicates: [] };
  const media = mediaType(request);
  const protobuf = wanted.protobuf !== false;
  if (media === 'application/vnd.kubernetes.protobuf' && protobuf)
    return { data: readProtobuf(bytes), duplicates: [] };
  if (media === 'application/yaml')
    return readYamlBody(decoder.decode(bytes), (why, text) => unreadable(wanted.kind, why, text));
  if (media === '' || media === 'application/json') return readJsonBody(decoder.decode(bytes), wanted);
  const accepted = `application/json, application/yaml${protobuf ? ', application/vnd.kubernetes.protobuf' : ''}`;
  throw errors.failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  );
}

function unreadable(kind: string, why: string, text: string): Error {
  return errors.badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${why} (${shownBody(text)})`,
  );
}

/** Reads a patch, which is JSON but for server-side apply's YAML. */
export function readPatchBody(request: ApiRequest, type: PatchType, duplicates: boolean): ReadBody {
  const yaml = type === 'apply';
  if (request.body.type === 'data') return { data: request.body.data, duplicates: [] };
  const text = request.body.type === 'none' ? '' : decoder.decode(request.body.bytes);
  if (yaml && !/^\s*\{/.test(text))
    return readYamlBody(text, (why) =>
      errors.badRequest(`error decoding YAML: error converting YAML to JSON: ${why}`),
    );
  const parsed = parseJson(text);
  if ('problem' in parsed)
    throw errors.badRequest(
      // A strategic patch is read by other code than the rest.
      type === 'strategic' ? parsed.problem : `error decoding ${yaml ? 'YAML' : 'patch'}: ${parsed.problem}`,
    );
  return { data: parsed.value, duplicates: duplicates ? duplicateMembers(text, parsed.value) : [] };
}

const typeOnly =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

function readJsonBody(text: string, wanted: BodyWanted): ReadBody {
  const parsed = parseJson(text);
  const prefix = "couldn't get version/kind; json parse error: ";
  if ('problem' in parsed) throw unreadable(wanted.kind, `${prefix}${parsed.problem}`, text);
  if (!isRecord(parsed.value)) {
    const given = Array.isArray(parsed.value) ? 'array' : typeof parsed.value;
    throw unreadable(
      wanted.kind,
      `${prefix}json: cannot unmarshal ${given} into Go value of type ${typeOnly}`,
      text,
    );
  }
  return { data: parsed.value, duplicates: wanted.duplicates ? duplicateMembers(text, parsed.value) : [] };
}

function readYamlBody(text: string, refuse: (why: string, text: string) => Error): ReadBody {
  const read = readYaml(text, { file: 'body' });
  if (read.ok) return { data: read.value[0]?.value, duplicates: [] };
  const line = read.error.documentLine;
  throw refuse(`yaml: ${line === undefined ? '' : `line ${line}: `}${read.error.message}`, text);
}
