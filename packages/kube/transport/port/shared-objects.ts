import type { KubeObject } from '@plumbline/api';

/**
 * The answer to a write and the watches that hear of it name the same object, a moment apart. So objects that crossed
 * lately have numbers, which both sides count up alike: sent again, an object is its number, and the other side gets the
 * very object that it got before.
 */
export type Sent = number | KubeObject;

/** So many objects are remembered on both sides. */
const rememberedMax = 1_024;

/** Whether both sides count this one: what a server stores, not lists or statuses. */
export function isCounted(value: unknown): value is KubeObject {
  return typeof (value as Partial<KubeObject> | null | undefined)?.metadata?.uid === 'string';
}

/** The side that sends. */
export interface ObjectsSender {
  /** The number of an object that the other side still has; otherwise counts it as sent. */
  numberOf(object: KubeObject): number | undefined;
}

export function createObjectsSender(): ObjectsSender {
  const sent: (KubeObject | undefined)[] = [];
  const numbers = new Map<KubeObject, number>();
  let next = 0;
  return {
    numberOf(object) {
      const known = numbers.get(object);
      if (known !== undefined) return known;
      const place = next % rememberedMax;
      const forgotten = sent[place];
      if (forgotten !== undefined) numbers.delete(forgotten);
      // Only what is frozen is still the same a little later.
      const stays = Object.isFrozen(object);
      sent[place] = stays ? object : undefined;
      if (stays) numbers.set(object, next);
      next += 1;
      return undefined;
    },
  };
}

/** The side that receives: gives the object for what was sent, in the order in which it was sent. */
export function createObjectsReceiver(): (sent: Sent) => KubeObject {
  const got: KubeObject[] = [];
  let next = 0;
  return (sent) => {
    // The other side names what it has itself, so it is there.
    if (typeof sent === 'number') return got[sent % rememberedMax]!;
    if (isCounted(sent)) got[next++ % rememberedMax] = sent;
    return sent;
  };
}
