import { isRecord } from '@plumbline/base';
import { writeYaml } from '@plumbline/languages';
import { KustomizeError, TypeMismatch } from '../problem.ts';
import { scalarText } from '../resource.ts';
import type { JsonObject } from '../resource.ts';

/** What kinds of nodes YAML has. Undefined stands for a node that is not there. */
export type NodeKind = 'MappingNode' | 'SequenceNode' | 'ScalarNode';

/** A null that somebody wrote out in the target: it stays, where other nulls remove their field. */
export const keptNull: unique symbol = Symbol('null');

/** The kind of a node; undefined for what is missing or null. */
export function kindOf(node: unknown): NodeKind | undefined {
  if (node === undefined || node === null || node === keptNull) return undefined;
  if (Array.isArray(node)) return 'SequenceNode';
  return typeof node === 'object' && !(node instanceof TypeMismatch) ? 'MappingNode' : 'ScalarNode';
}

export function isMapping(node: unknown): node is JsonObject {
  return isRecord(node);
}

export function isEmptyMapping(node: unknown): boolean {
  return isRecord(node) && Object.keys(node).length === 0;
}

/** Refuses nodes of another kind, with upstream's words. What is missing or null passes. */
export function expectKind(kind: NodeKind, nodes: readonly unknown[]): void {
  for (const node of nodes) {
    const found = kindOf(node);
    if (found === undefined || found === kind) continue;
    throw new KustomizeError(
      `wrong node kind: expected ${kind} but got ${found}: node contents:\n${writeYaml(node)}`,
    );
  }
}

/** The text that tells items apart: that of a scalar; '' for anything else. */
export function keyText(node: unknown): string {
  return node === null ? 'null' : scalarText(node);
}

/** Sets a field. `__proto__` is a legal key and must not reach the prototype. */
export function putField(mapping: JsonObject, key: string, value: unknown): void {
  if (key !== '__proto__') mapping[key] = value;
  else Object.defineProperty(mapping, key, { value, enumerable: true, configurable: true, writable: true });
}

/** The field itself, not what the prototype would give. */
export function fieldOf(mapping: JsonObject, key: string): unknown {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

/** A copy that shares nothing. */
export function copyOf<T>(node: T): T;
export function copyOf(node: unknown): unknown {
  if (Array.isArray(node)) return node.map((item: unknown) => copyOf(item));
  if (!isRecord(node)) return node;
  const copy: JsonObject = {};
  for (const key of Object.keys(node)) putField(copy, key, copyOf(node[key]));
  return copy;
}

/** The one key that items of lists without a known shape are told apart by. */
export function hasName(item: unknown): boolean {
  return isMapping(item) && Object.hasOwn(item, 'name');
}
