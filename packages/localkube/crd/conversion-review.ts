import { isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { withMetadataOf, type ConversionCall } from './conversion.ts';

const group = 'apiextensions.k8s.io';
/** The forms of a review that are spoken; the definition names those that its webhook understands, the best first. */
const spoken: ReadonlySet<string> = new Set(['v1', 'v1beta1']);

export type Converted =
  | { readonly ok: true; readonly objects: readonly KubeObject[] }
  | { readonly ok: false; readonly error: string };

/** The ConversionReview that asks for the objects; a text says why none can be sent. */
export function reviewOf(
  call: ConversionCall,
  uid: string,
): { readonly version: string; readonly body: string } | string {
  const version = call.reviewVersions.find((one) => spoken.has(one));
  if (version === undefined) return 'no supported conversion review versions';
  const request = { uid, desiredAPIVersion: call.desired, objects: call.objects };
  const body = JSON.stringify({ kind: 'ConversionReview', apiVersion: `${group}/${version}`, request });
  return { version, body };
}

const no = (error: string): Converted => ({ ok: false, error });

/** Reads an answer and holds it against what was asked, in upstream's words. */
export function readReview(call: ConversionCall, uid: string, version: string, answer: unknown): Converted {
  const subject = subjectOf(call);
  const given = responseOf(answer, uid, version);
  if (typeof given === 'string') return no(`conversion webhook for ${subject} failed: ${given}`);
  if (given.length !== call.objects.length)
    return no(
      `conversion webhook for ${subject} returned ${given.length} objects, expected ${call.objects.length}`,
    );
  const single = call.objects.length === 1;
  const objects: KubeObject[] = [];
  for (const [index, original] of call.objects.entries()) {
    const problem = checkObject(original, given[index], call.desired);
    if (problem !== undefined) {
      const { what, why } = problem;
      const at = single
        ? what === 'version'
          ? 'invalid object at index 0'
          : what === 'metadata'
            ? 'invalid metadata'
            : 'invalid object'
        : what === 'metadata'
          ? `invalid metadata in object at index ${index + 1}`
          : `invalid converted object at index ${index + 1}`;
      return no(`conversion webhook for ${subject} returned ${at}: ${why}`);
    }
    objects.push(withMetadataOf(original, given[index] as KubeObject));
  }
  return { ok: true, objects };
}

/** `shop.example.org/v1, Kind=Widget`; of a batch its list. */
export function subjectOf({ objects }: ConversionCall): string {
  const [first] = objects;
  if (first === undefined) return '';
  return `${first.apiVersion}, Kind=${first.kind}${objects.length > 1 ? 'List' : ''}`;
}

function responseOf(answer: unknown, uid: string, version: string): readonly unknown[] | string {
  const review = isRecord(answer) ? answer : {};
  // v1beta1 checks neither the kind nor the uid.
  if (version === 'v1') {
    const { apiVersion = '', kind = '' } = review;
    if (apiVersion !== `${group}/v1` || kind !== 'ConversionReview')
      return `expected webhook response of ${group}/v1, Kind=ConversionReview, got ${String(apiVersion)}, Kind=${String(kind)}`;
  }
  const response = review['response'];
  if (!isRecord(response)) return 'no response provided';
  if (version === 'v1' && response['uid'] !== uid)
    return `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response['uid'] ?? '')}`;
  const result = isRecord(response['result']) ? response['result'] : {};
  const { status = '', message = '' } = result;
  if (status !== 'Success')
    return typeof message === 'string' && message !== ''
      ? message
      : `response.result.status was '${String(status)}', not 'Success'`;
  const objects = response['convertedObjects'];
  return Array.isArray(objects) ? objects : [];
}

interface ObjectProblem {
  readonly what: 'version' | 'object' | 'metadata';
  readonly why: string;
}

/** A webhook may change anything but the identity of an object. */
function checkObject(original: KubeObject, given: unknown, desired: string): ObjectProblem | undefined {
  const converted = isRecord(given) ? given : {};
  const { apiVersion = '', kind = '', metadata } = converted;
  if (apiVersion !== desired)
    return {
      what: 'version',
      why: `invalid groupVersion (expected ${desired}, received ${String(apiVersion)})`,
    };
  if (kind !== original.kind)
    return { what: 'version', why: `invalid kind (expected ${original.kind}, received ${String(kind)})` };
  const identity = isRecord(metadata) ? metadata : {};
  for (const [field, word] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const [before = '', after = ''] = [original.metadata[field], identity[field]];
    if (before !== after)
      return { what: 'object', why: `must have the same ${word}: ${before} != ${String(after)}` };
  }
  return metadataProblem(metadata);
}

function metadataProblem(metadata: unknown): ObjectProblem | undefined {
  if (metadata === undefined) return { what: 'metadata', why: 'missing metadata in converted object' };
  if (!isRecord(metadata))
    return { what: 'metadata', why: `invalid metadata of type ${goType(metadata)} in converted object` };
  for (const field of ['labels', 'annotations']) {
    const pairs = metadata[field];
    if (pairs === undefined || pairs === null) continue;
    if (!isRecord(pairs))
      return {
        what: 'metadata',
        why: `invalid metadata.${field} of type ${goType(pairs)} in converted object`,
      };
    for (const [key, value] of Object.entries(pairs))
      if (typeof value !== 'string')
        return {
          what: 'metadata',
          why: `metadata.${field}[${key}] must be a string, but is ${goType(value)} in converted object`,
        };
  }
  return undefined;
}

/** The type by which Go would hold this piece of JSON. */
function goType(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return 'map[string]interface {}';
}
