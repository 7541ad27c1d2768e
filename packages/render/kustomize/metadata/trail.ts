import type { FieldOrigins, OriginStep } from '@plumbline/api';
import { equalData, isRecord } from '@plumbline/base';

/** The acts that made a value what it is; for mappings and lists also those of what is in them. */
export interface Trail {
  readonly steps: readonly OriginStep[];
  readonly shape: Shape;
}

/** A value as it was when the trail was last brought up to date. */
type Shape =
  | { readonly kind: 'scalar'; readonly value: unknown }
  | { readonly kind: 'mapping'; readonly fields: ReadonlyMap<string, Trail> }
  | { readonly kind: 'list'; readonly items: readonly Item[] };

/** An item of a list; mappings and lists are known again by being the same object. */
interface Item {
  readonly trail: Trail;
  readonly value: unknown;
  /** A copy: the value itself may be changed in place. */
  readonly keys: ReadonlyMap<string, unknown>;
}

/** Names the step for a field by its JSON Pointer. */
export type StepAt = (pointer: string) => OriginStep;

/** What items of lists are told apart by, most telling first. */
export const itemKeys = [
  'name',
  'key',
  'containerPort',
  'port',
  'mountPath',
  'topologyKey',
  'ip',
  'devicePath',
  'type',
  'host',
];

/** The trail of a value that was made as a whole. Where `stepAt` knows nothing of its own of a field, that of the field above holds. */
export function newTrail(
  value: unknown,
  pointer: string,
  stepAt: (pointer: string) => readonly OriginStep[],
): Trail {
  const steps = stepAt(pointer);
  if (Array.isArray(value)) {
    const items = value.map((item: unknown, i) => itemOf(item, newTrail(item, `${pointer}/${i}`, stepAt)));
    return { steps, shape: { kind: 'list', items } };
  }
  if (isRecord(value)) {
    const fields = new Map<string, Trail>();
    for (const key of Object.keys(value)) fields.set(key, newTrail(value[key], below(pointer, key), stepAt));
    return { steps, shape: { kind: 'mapping', fields } };
  }
  return { steps, shape: { kind: 'scalar', value } };
}

/** The trail of a value after an act: what has changed since has one more step. */
export function advance(trail: Trail, value: unknown, pointer: string, stepAt: StepAt): Trail {
  const { shape } = trail;
  if (shape.kind === 'mapping' && isRecord(value)) {
    const fields = new Map<string, Trail>();
    for (const key of Object.keys(value)) {
      const at = below(pointer, key);
      const known = shape.fields.get(key);
      fields.set(
        key,
        known === undefined ? made(value[key], at, stepAt) : advance(known, value[key], at, stepAt),
      );
    }
    return { steps: trail.steps, shape: { kind: 'mapping', fields } };
  }
  if (shape.kind === 'list' && Array.isArray(value))
    return advanceList(trail, shape.items, value, pointer, stepAt);
  if (shape.kind === 'scalar' && !isContainer(value)) {
    if (shape.value === value) return trail;
    return { steps: [...trail.steps, stepAt(pointer)], shape: { kind: 'scalar', value } };
  }
  const before = trail.steps;
  return newTrail(value, pointer, (at) => [...before, stepAt(at)]);
}

function made(value: unknown, pointer: string, stepAt: StepAt): Trail {
  return newTrail(value, pointer, (at) => [stepAt(at)]);
}

function advanceList(
  trail: Trail,
  before: readonly Item[],
  value: readonly unknown[],
  pointer: string,
  stepAt: StepAt,
): Trail {
  const left = new Set(before);
  const partners = value.map((item) =>
    takePartner(left, (known) => isContainer(item) && known.value === item),
  );
  value.forEach((item, i) => {
    partners[i] ??= takePartner(left, (known) => isSameItem(known, item));
  });
  // A list that has kept its length has changed in place.
  if (before.length === value.length)
    value.forEach((_, i) => {
      partners[i] ??= takePartner(left, (known) => known === before[i]);
    });
  const items = value.map((item, i) => {
    const at = `${pointer}/${i}`;
    const partner = partners[i];
    return itemOf(
      item,
      partner === undefined ? made(item, at, stepAt) : advance(partner.trail, item, at, stepAt),
    );
  });
  return { steps: trail.steps, shape: { kind: 'list', items } };
}

function takePartner(left: Set<Item>, fits: (item: Item) => boolean): Item | undefined {
  for (const item of left) {
    if (!fits(item)) continue;
    left.delete(item);
    return item;
  }
  return undefined;
}

function isSameItem(known: Item, value: unknown): boolean {
  if (!isRecord(value))
    return !isContainer(value) && known.trail.shape.kind === 'scalar' && known.value === value;
  const key = itemKeys.find((one) => known.keys.has(one) && one in value);
  return key !== undefined && equalData(known.keys.get(key), value[key]);
}

function itemOf(value: unknown, trail: Trail): Item {
  const keys = new Map<string, unknown>();
  if (isRecord(value))
    for (const key of itemKeys) if (!isContainer(value[key]) && key in value) keys.set(key, value[key]);
  return { trail, value, keys };
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The pointer of a field. */
export function below(pointer: string, key: string): string {
  return `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The steps of a field, or of the nearest one above it. */
export function stepsAt(trail: Trail, pointer: string): readonly OriginStep[] {
  let at = trail;
  for (const part of pointer === '' ? [] : pointer.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const { shape } = at;
    const next =
      shape.kind === 'mapping'
        ? shape.fields.get(key)
        : shape.kind === 'list'
          ? shape.items[Number(key)]?.trail
          : undefined;
    if (next === undefined) return at.steps;
    at = next;
  }
  return at.steps;
}

/** All fields with their steps. */
export function flatten(trail: Trail): FieldOrigins {
  const fields = new Map<string, readonly OriginStep[]>();
  const walk = ({ steps, shape }: Trail, pointer: string): void => {
    fields.set(pointer, steps);
    if (shape.kind === 'mapping') for (const [key, child] of shape.fields) walk(child, below(pointer, key));
    if (shape.kind === 'list') shape.items.forEach((item, i) => walk(item.trail, `${pointer}/${i}`));
  };
  walk(trail, '');
  return fields;
}
