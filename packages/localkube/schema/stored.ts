import type { TypedNode } from '@plumbline/api/schema';

/** Where lists may be that are written even when they are empty. */
interface Place {
  readonly name: string;
  readonly list: boolean;
  readonly many: boolean;
  readonly inner: readonly Place[];
}

const places = new WeakMap<TypedNode, readonly Place[]>();

function placesOf(node: TypedNode): readonly Place[] {
  const known = places.get(node);
  if (known !== undefined) return known;
  // Types that contain themselves find nothing while they are being read.
  places.set(node, []);
  const found: Place[] = [];
  for (const [name, field] of Object.entries(node.fields ?? {})) {
    const items = field.type === 'list' || field.type === 'map' ? field.items : field;
    const inner = items?.type === 'object' && name !== 'metadata' ? placesOf(items) : [];
    const list = field.type === 'list' && field.keepZero === true && field.pointer !== true;
    if (list || inner.length > 0) found.push({ name, list, many: items !== field, inner });
  }
  places.set(node, found);
  return found;
}

/**
 * What comes back from the storage of a built-in kind: protobuf knows no empty list, so one that is always written
 * reads as null. Works on the draft itself; frozen parts have been through it.
 */
export function asStored(node: TypedNode, draft: Readonly<Record<string, unknown>>): void {
  mend(draft as Record<string, unknown>, placesOf(node));
}

function mend(part: Record<string, unknown>, below: readonly Place[]): void {
  for (const place of below) {
    const value = part[place.name];
    if (value === null || typeof value !== 'object') continue;
    if (place.list && Array.isArray(value) && value.length === 0) {
      if (!Object.isFrozen(part)) part[place.name] = null;
    } else if (place.inner.length > 0 && !Object.isFrozen(value)) {
      const items = place.many ? Object.values(value) : [value];
      for (const item of items)
        if (item !== null && typeof item === 'object' && !Object.isFrozen(item))
          mend(item as Record<string, unknown>, place.inner);
    }
  }
}
