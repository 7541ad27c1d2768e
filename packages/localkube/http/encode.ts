import type { KubeObject, WatchEvent } from '@plumbline/api';

/**
 * JSON texts of stored objects. Stored objects never change, so each is written once and the text is shared by gets,
 * lists and every watcher. Bounded: two generations, the older of which is dropped when the younger is full.
 */
export interface Encoder {
  object(object: unknown): string;
  /** A list's items, one by one; `bare`: without apiVersion and kind. */
  list(list: { readonly items: readonly KubeObject[] }, bare: boolean): string;
  event(event: WatchEvent): string;
}

const generationChars = 8 << 20;

export function makeEncoder(): Encoder {
  let young = new Map<object, string>();
  let old = new Map<object, string>();
  let chars = 0;
  let last: { readonly object: unknown; readonly type: string; readonly text: string } = {
    object: undefined,
    type: '',
    text: '',
  };
  const textOf = (object: object): string => {
    // Only what is frozen stays as it is.
    if (!Object.isFrozen(object)) return JSON.stringify(object);
    let text = young.get(object);
    if (text !== undefined) return text;
    text = old.get(object) ?? JSON.stringify(object);
    chars += text.length;
    if (chars > generationChars) {
      old = young;
      young = new Map();
      chars = text.length;
    }
    young.set(object, text);
    return text;
  };
  return {
    object: (object) =>
      object !== null && typeof object === 'object' ? textOf(object) : (JSON.stringify(object) ?? 'null'),
    list(list, bare) {
      const { items, ...head } = list;
      const start = JSON.stringify(head);
      const texts = items.map((item) => (bare ? withoutType(item, textOf(item)) : textOf(item)));
      return `${start.slice(0, -1)},"items":[${texts.join(',')}]}`;
    },
    event(event) {
      // Watchers are told of an event one after the other.
      if (event.object !== last.object || event.type !== last.type) {
        const text = `{"type":"${event.type}","object":${textOf(event.object)}}\n`;
        // What is not frozen may look different the next time.
        if (!Object.isFrozen(event.object)) return text;
        last = { object: event.object, type: event.type, text };
      }
      return last.text;
    },
  };
}

/** Stored objects begin with apiVersion and kind, so that they can be cut off without parsing. */
function withoutType(object: KubeObject, text: string): string {
  const start = `{"apiVersion":${JSON.stringify(object.apiVersion)},"kind":${JSON.stringify(object.kind)},`;
  if (text.startsWith(start)) return `{${text.slice(start.length)}`;
  const { apiVersion: _, kind: __, ...rest } = object;
  return JSON.stringify(rest);
}
