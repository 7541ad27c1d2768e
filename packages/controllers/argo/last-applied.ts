import { canonicalJson } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { annotations } from './names.ts';

/** `kubectl apply`'s record of what was last asked for: the next apply removes what has left it. */

/** The object with its record. The record is Go's JSON: sorted keys, HTML characters escaped, a line feed at the end. */
export function withRecord(object: KubeObject): KubeObject {
  const { [annotations.lastApplied]: _old, ...own } = object.metadata.annotations ?? {};
  const bare = { ...object, metadata: { ...object.metadata, annotations: own } };
  const record = `${goEscapes(canonicalJson(bare))}\n`;
  return {
    ...bare,
    metadata: { ...bare.metadata, annotations: { ...own, [annotations.lastApplied]: record } },
  };
}

function goEscapes(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The recorded object, or undefined where there is no record or none that can be read. */
export function recordOf(live: KubeObject): KubeObject | undefined {
  const text = live.metadata.annotations?.[annotations.lastApplied];
  if (text === undefined || text === '') return undefined;
  try {
    const record: unknown = JSON.parse(text);
    return record !== null && typeof record === 'object' && !Array.isArray(record)
      ? (record as KubeObject)
      : undefined;
  } catch {
    return undefined;
  }
}
