import { isRecord } from '@plumbline/base';
import { formatApiVersion } from '@plumbline/api';
import type { GroupVersionKind, KubeObject } from '@plumbline/api';

/** Objects per page of a list. */
export const PAGE_SIZE = 500;

/** One page of a list, and the token for the next one. */
export interface Page {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continue: string | undefined;
}

/** A page of a list. Built-in kinds leave out `apiVersion` and `kind` of the items: they are put back. */
export function readPage(body: unknown, kind: GroupVersionKind): Page {
  if (!isRecord(body) || !Array.isArray(body['items'] ?? []) || !isRecord(body['metadata'])) {
    throw new Error(`the list of ${kind.kind} is no list`);
  }
  const { metadata } = body;
  const token = metadata['continue'];
  const apiVersion = formatApiVersion(kind.group, kind.version);
  const items = ((body['items'] ?? []) as readonly KubeObject[]).map((item) =>
    item.kind === undefined ? { ...item, apiVersion, kind: kind.kind } : item,
  );
  return {
    items,
    resourceVersion: typeof metadata['resourceVersion'] === 'string' ? metadata['resourceVersion'] : '',
    continue: typeof token === 'string' && token !== '' ? token : undefined,
  };
}
