import { deepFreeze } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';

/** How a definition's webhook is asked. */
interface ConversionWebhook {
  readonly definition: string;
  readonly clientConfig: Readonly<Record<string, unknown>>;
  readonly reviewVersions: readonly string[];
}

/** One question to a webhook: these objects in another version. */
export interface ConversionCall extends ConversionWebhook {
  readonly objects: readonly KubeObject[];
  readonly desired: string;
}

/**
 * Thrown where an object is wanted in a version that only the webhook can make. Whoever answers the request asks the
 * webhook, hands its answer to `accept` and tries the request again.
 */
export class ConversionNeeded extends Error {
  readonly call: ConversionCall;
  readonly accept: (converted: readonly KubeObject[]) => void;
  constructor(call: ConversionCall, accept: (converted: readonly KubeObject[]) => void) {
    super(`objects of ${call.definition} have to be converted to ${call.desired}`);
    this.name = 'ConversionNeeded';
    this.call = call;
    this.accept = accept;
  }
}

/** Asks the webhook that is needed; undefined: it has answered well, else why the request cannot be answered. */
export type Convert = (needed: ConversionNeeded) => Promise<string | undefined>;

/** The way between one served version and the stored one when a webhook converts. */
export interface Converter {
  fromStorage(object: KubeObject): KubeObject;
  toStorage(object: KubeObject): KubeObject;
  /** Throws `ConversionNeeded` for those of the stored objects that are not known yet, all in one. */
  expect(objects: Iterable<KubeObject>): void;
}

/** More at once would make bodies that webhooks refuse. */
const batchMax = 500;
/** Converted contents that are remembered besides those of stored objects: what writes need while they are tried. */
const contentsMax = 1_000;

export interface ConverterOptions {
  readonly webhook: ConversionWebhook;
  readonly version: string;
  readonly stored: string;
  /** What the version's schema does to whatever the webhook made. */
  readonly shape: (object: KubeObject) => KubeObject;
  readonly shapeStored: (object: KubeObject) => KubeObject;
}

export function makeConverter(options: ConverterOptions): Converter {
  const { webhook, version, stored } = options;
  const known = new WeakMap<KubeObject, KubeObject>();
  const contents = new Map<string, KubeObject>();
  const remember = (object: KubeObject, desired: string, converted: KubeObject): void => {
    if (desired === version && Object.isFrozen(object)) known.set(object, deepFreeze(converted));
    if (contents.size >= contentsMax)
      for (const first of contents.keys()) {
        contents.delete(first);
        break;
      }
    contents.set(contentKey(object, desired), converted);
  };
  const ask = (objects: readonly KubeObject[], desired: string): ConversionNeeded =>
    new ConversionNeeded({ ...webhook, objects, desired }, (converted) => {
      for (const [index, object] of objects.entries()) {
        const made = converted[index];
        if (made !== undefined)
          remember(object, desired, desired === version ? options.shape(made) : options.shapeStored(made));
      }
    });
  /** What is known of an object; the answer takes its metadata from the object itself, as upstream restores it. */
  const find = (object: KubeObject, desired: string): KubeObject | undefined => {
    const found = contents.get(contentKey(object, desired));
    return found === undefined ? undefined : withMetadataOf(object, found);
  };
  const fromStorage = (object: KubeObject): KubeObject => {
    const there = known.get(object);
    if (there !== undefined) return there;
    const made = object.apiVersion === version ? options.shape(object) : find(object, version);
    if (made === undefined) throw ask([object], version);
    if (Object.isFrozen(object)) known.set(object, deepFreeze(made));
    return made;
  };
  return {
    fromStorage,
    toStorage(object) {
      if (object.apiVersion === stored) return object;
      const made = find(object, stored);
      if (made === undefined) throw ask([object], stored);
      // The way back has to be known too before anything is written: the answer shows it.
      if (version !== stored && find(made, version) === undefined) throw ask([made], version);
      return made;
    },
    expect(objects) {
      const missing: KubeObject[] = [];
      for (const object of objects) {
        if (known.has(object) || object.apiVersion === version) continue;
        const found = find(object, version);
        if (found !== undefined) known.set(object, deepFreeze(found));
        else missing.push(object);
        if (missing.length === batchMax) break;
      }
      if (missing.length > 0) throw ask(missing, version);
    },
  };
}

/** Everything that a webhook may look at and that is the same when a write is tried again. */
function contentKey(object: KubeObject, desired: string): string {
  const { metadata, ...rest } = object;
  const { name, namespace, labels, annotations } = metadata;
  return JSON.stringify([desired, name, namespace, labels, annotations, rest]);
}

/** `converted` with the metadata of `object`, but for labels and annotations, which a webhook may change. */
export function withMetadataOf(object: KubeObject, converted: KubeObject): KubeObject {
  const { labels: _, annotations: __, ...kept } = object.metadata;
  const { labels, annotations } = converted.metadata;
  return {
    ...converted,
    metadata: {
      ...kept,
      ...(labels !== undefined && { labels }),
      ...(annotations !== undefined && { annotations }),
    },
  };
}
