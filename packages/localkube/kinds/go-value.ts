import type { TypedNode } from '@plumbline/api/schema';
import { isRecord } from '@plumbline/base';
import { shownField } from '../schema/index.ts';

/** Names that Go's internal types write otherwise than with a capital letter in front. */
const GO_NAMES: Readonly<Record<string, string>> = {
  apiVersion: 'APIVersion',
  uid: 'UID',
  cel: 'CEL',
  ip: 'IP',
  url: 'URL',
};

/**
 * A value as refusals show it that print Go's internal structure: every field, in the order of its protobuf number,
 * absent ones with their zero. Types of the machinery (selectors, metadata) have JSON names there too.
 */
export function goValue(node: TypedNode | undefined, value: unknown): unknown {
  if (node === undefined) return value ?? null;
  if (node.type === 'object') return objectOf(node, value);
  if (value === undefined || value === null) return zeroOf(node);
  if (node.type === 'list' && Array.isArray(value)) return value.map((item) => goValue(node.items, item));
  if (node.type === 'map' && isRecord(value)) {
    const names = Object.keys(value).toSorted();
    return Object.fromEntries(names.map((name) => [name, goValue(node.items, value[name])]));
  }
  return value;
}

function objectOf(node: TypedNode, value: unknown): unknown {
  if (!isRecord(value)) {
    if (node.pointer === true || value === null) return null;
    return objectOf({ ...node, pointer: false }, {});
  }
  if (node.definition?.startsWith('io.k8s.apimachinery.') === true) return inOrder(node, value);
  const shown: Record<string, unknown> = {};
  for (const [name, field] of byNumber(node)) {
    if (name === 'metadata') Object.assign(shown, inOrder(field, isRecord(value[name]) ? value[name] : {}));
    else
      shown[GO_NAMES[name] ?? name.charAt(0).toUpperCase() + name.slice(1)] = goValue(
        field,
        value[name] ?? shownField(value, name) ?? undefined,
      );
  }
  return shown;
}

/** A map as Go writes it. */
export function byName(value: unknown): unknown {
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}

/** What has JSON names in Go as well: fields that are there, in the order of their declaration. */
function inOrder(node: TypedNode, value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, field] of byNumber(node)) {
    if (value[name] === undefined) continue;
    shown[name] = nested(field, value[name]);
  }
  return shown;
}

function nested(node: TypedNode, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => nested(node.items ?? node, item));
  if (!isRecord(value)) return value;
  return node.type === 'object' ? inOrder(node, value) : byName(value);
}

function byNumber(node: TypedNode): readonly (readonly [string, TypedNode])[] {
  return Object.entries(node.fields ?? {}).toSorted(
    ([, a], [, b]) => (a.numbers?.[0] ?? 0) - (b.numbers?.[0] ?? 0),
  );
}

function zeroOf(node: TypedNode): unknown {
  if (node.pointer === true) return null;
  switch (node.type) {
    case 'string':
      return '';
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    default:
      return null;
  }
}
