import type { KubeObject } from '@plumbline/api';

/**
 * The answer to a write and the watches that hear of it name the same object, a moment apart. So objects that crossed
 * lately have numbers, which both sides count up alike: sent again, an object is its number, and the other side gets the
 * very object that it got before. What is counted is in brackets; what is not is sent as it is.
 */
export type Sent = number | readonly [KubeObject] | KubeObject;

/** So many objects are remembered on both sides, none of them with a longer text: 32 MB at the most. */
const rememberedMax = 512;
const textMax = 64 * 1_024;

/** The side that sends: the text of an object, which `write` makes when the object has to cross. */
export function createObjectsSender(): (object: KubeObject, write: () => string) => string {
  const sent: KubeObject[] = [];
  const numbers = new Map<KubeObject, number>();
  let next = 0;
  return (object, write) => {
    const known = numbers.get(object);
    if (known !== undefined) return String(known);
    const text = write();
    // Only what is frozen is still the same a little later.
    if (text.length > textMax || !Object.isFrozen(object)) return text;
    const place = next % rememberedMax;
    const forgotten = sent[place];
    if (forgotten !== undefined) numbers.delete(forgotten);
    sent[place] = object;
    numbers.set(object, next++);
    return `[${text}]`;
  };
}

/** The side that receives: the object for what was sent, in the order in which it was sent; `complete` sees each once. */
export function createObjectsReceiver(complete: (object: KubeObject) => void): (sent: Sent) => KubeObject {
  const got: KubeObject[] = [];
  let next = 0;
  return (sent) => {
    // The other side names what it has itself, so it is there.
    if (typeof sent === 'number') return got[sent % rememberedMax]!;
    const object = isCounted(sent) ? sent[0] : sent;
    complete(object);
    if (isCounted(sent)) got[next++ % rememberedMax] = object;
    return object;
  };
}

function isCounted(sent: readonly [KubeObject] | KubeObject): sent is readonly [KubeObject] {
  return Array.isArray(sent);
}
