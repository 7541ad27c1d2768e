import { equalData, isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';

/** The annotation in which a client-side apply keeps what it sent. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A desired object as far as it says something: without status, creation time and null members (the API server has no
 * use for them), with a Secret's plain text encoded as the server would, and with rules that are null as empty ones.
 */
export function normaliseDesired(object: KubeObject): KubeObject {
  return bare(object) as unknown as KubeObject;
}

/** What the last client-side apply sent, in the same form; undefined where nothing was kept or it cannot be read. */
export function lastApplied(live: KubeObject): KubeObject | undefined {
  const text = live.metadata.annotations?.[lastAppliedAnnotation];
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? (withoutEmptyAnnotations(bare(parsed)) as unknown as KubeObject) : undefined;
  } catch {
    return undefined;
  }
}

/** An apply always records annotations, even where there are none; that says nothing of annotations being removed. */
function withoutEmptyAnnotations(object: Fields): Fields {
  const metadata = object['metadata'];
  if (!isRecord(metadata) || !isRecord(metadata['annotations'])) return object;
  if (Object.keys(metadata['annotations']).length > 0) return object;
  const { annotations: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

/** A live object in the same form. Nothing is copied for kinds that need no care. */
export function normaliseLive(object: KubeObject): KubeObject {
  if (object.kind === 'Secret' && object.apiVersion === 'v1') return secret(object) as unknown as KubeObject;
  return withRules(object, true) as unknown as KubeObject;
}

function bare(object: Fields): Fields {
  const prepared = object['kind'] === 'Secret' && object['apiVersion'] === 'v1' ? secret(object) : object;
  const { status: _, ...rest } = withoutNulls(withRules(prepared, false)) as Fields;
  const metadata = rest['metadata'];
  if (isRecord(metadata) && 'creationTimestamp' in metadata) {
    const { creationTimestamp: __, ...kept } = metadata;
    return { ...rest, metadata: kept };
  }
  return rest;
}

/** The same value where it holds no null member; lists keep their nulls, for their places count. */
function withoutNulls(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    let changed = false;
    const items = value.map((item: unknown) => {
      const kept = withoutNulls(item);
      changed ||= kept !== item;
      return kept;
    });
    return changed ? items : value;
  }
  const map = value as Fields;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(map)) {
    const member = map[key];
    if (member === null || member === undefined) {
      copy ??= { ...map };
      delete copy[key];
      continue;
    }
    const kept = withoutNulls(member);
    if (kept === member) continue;
    copy ??= { ...map };
    copy[key] = kept;
  }
  return copy ?? map;
}

/** `stringData` is only a way of writing `data`, and a null value is an empty one. */
function secret(object: Fields): Fields {
  const plain = object['stringData'];
  const data = object['data'];
  const hasNull = isRecord(data) && Object.values(data).includes(null);
  if (!isRecord(plain) && !hasNull) return object;
  const merged: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(isRecord(data) ? data : {})) merged[key] = value ?? '';
  for (const [key, value] of Object.entries(isRecord(plain) ? plain : {})) {
    merged[key] = encodeBase64(
      typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value),
    );
  }
  const { stringData: _, ...rest } = object;
  return { ...rest, data: merged };
}

function encodeBase64(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/**
 * A role without rules is served with `rules: null`, `[]` or nothing, depending on how it was written. What is desired
 * only says that there shall be none if it says so.
 */
function withRules(object: Fields, served: boolean): Fields {
  const kind = object['kind'];
  if (kind !== 'Role' && kind !== 'ClusterRole') return object;
  const rules = object['rules'];
  return rules === null || (served && rules === undefined) ? { ...object, rules: [] } : object;
}

const serverMetadata = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'uid',
  'selfLink',
]);

/** What counts when two states of the same live object are compared: neither status nor the server's own bookkeeping. */
export function comparable(object: KubeObject): Fields {
  const metadata: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object.metadata)) {
    if (serverMetadata.has(key)) continue;
    metadata[key] = key === 'annotations' && isRecord(value) ? withoutLastApplied(value) : value;
  }
  if (isRecord(metadata['annotations']) && Object.keys(metadata['annotations']).length === 0)
    delete metadata['annotations'];
  const { status: _, ...rest } = normaliseLive(object) as unknown as Fields;
  return { ...rest, metadata };
}

const bookkeeping = new Set(['managedFields', 'resourceVersion', 'generation']);

/** Whether two states of one live object differ in nothing but status and the server's bookkeeping. */
export function sameContent(a: KubeObject, b: KubeObject): boolean {
  return (
    equalMembers(a, b, (key) => key !== 'status' && key !== 'metadata') &&
    equalMembers(a.metadata, b.metadata, (key) => !bookkeeping.has(key))
  );
}

function equalMembers(a: Fields, b: Fields, counts: (key: string) => boolean): boolean {
  for (const key in a) if (counts(key) && !equalData(a[key], b[key])) return false;
  for (const key in b) if (counts(key) && !(key in a)) return false;
  return true;
}

function withoutLastApplied(annotations: Fields): Fields {
  if (!(lastAppliedAnnotation in annotations)) return annotations;
  const { [lastAppliedAnnotation]: _, ...rest } = annotations;
  return rest;
}
