import { isRecord } from '@plumbline/base';
import type { YamlEdit } from '@plumbline/languages';

export type Fields = Readonly<Record<string, unknown>>;

/** Carries a refusal out of the planning. */
export class Refusal extends Error {}

export function listOf(kustomization: Fields, field: string): readonly unknown[] {
  const list = kustomization[field];
  return Array.isArray(list) ? (list as unknown[]) : [];
}

export function textOf(item: unknown, field: string): string {
  const value = isRecord(item) ? item[field] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** From the last to the first, so that the numbers of the others stay right. */
export function removedItems(
  field: string,
  items: readonly unknown[],
  goes: (item: unknown) => boolean,
): YamlEdit[] {
  const numbers = [...items.keys()].filter((i) => goes(items[i]));
  return numbers.toReversed().map((i) => ({ type: 'remove', path: [field, i] }));
}
