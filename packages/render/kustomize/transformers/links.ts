import { putField } from '../merge/nodes.ts';
import type { Link, LinkHolder, Resource } from '../resource.ts';

/** Notes that a transformer has put one value into several mappings that did not have the field. */
export function linkFields(
  resource: Resource,
  key: string,
  value: unknown,
  holders: readonly LinkHolder[],
): void {
  if (holders.length < 2) return;
  const byPath = holders.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  resource.links.push({ key, value, holders: byPath });
}

/** Brings linked fields in line after an act: of several that were set, the last one in the order of paths counts. */
export function settleLinks(resource: Resource): void {
  for (const link of resource.links) settle(link);
}

function settle(link: Link): void {
  const { key } = link;
  link.holders = link.holders.filter(({ mapping }) => Object.hasOwn(mapping, key));
  const changed = link.holders.findLast(({ mapping }) => mapping[key] !== link.value);
  if (changed === undefined) return;
  link.value = changed.mapping[key];
  for (const { mapping } of link.holders) putField(mapping, key, link.value);
}
