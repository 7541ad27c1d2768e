import {
  GoObject,
  listType,
  mapType,
  methodOfList,
  methodOfMap,
  quoteString,
  typeName,
} from '../go/index.ts';
import { fail } from './run.ts';
import type { GoFunction, GoMap, Value } from '../go/index.ts';
import type { Frame } from './model.ts';
import type { Given } from './given.ts';

/** What a name gives: a value, or a method that wants to be called. */
export type Found = { readonly value: Given } | { readonly method: GoFunction };

/** Go's words for the static type of what a name is asked of: elements of tables and lists are interfaces. */
export type TypeOfReceiver = () => string;

/**
 * A field of anything; the plain case, a key that a map has, is handled by the callers. `typeOf` is only asked for an
 * error.
 */
export function findField(frame: Frame, receiver: Given, name: string, typeOf: TypeOfReceiver): Found {
  if (receiver === undefined) {
    if (frame.run.missingKey === 'error') fail(frame, `nil data; no entry for key ${quoteString(name)}`);
    return { value: undefined };
  }
  if (receiver === null) return fail(frame, `nil pointer evaluating interface {}.${name}`);
  if (receiver instanceof Map) {
    const value = receiver.get(name);
    const method = value === undefined ? methodOfMap(receiver, name) : undefined;
    return method === undefined ? { value: value ?? missingKey(frame, receiver, name) } : { method };
  }
  if (receiver instanceof GoObject) {
    const member = receiver.member(name);
    if (member !== undefined) return 'method' in member ? member : { value: member.field };
    const map = receiver.asMap?.();
    if (map !== undefined) return { value: map.get(name) ?? missingObjectKey(frame, map, name) };
  }
  const method = Array.isArray(receiver) ? methodOfList(receiver, name) : undefined;
  if (method !== undefined) return { method };
  return fail(frame, `can't evaluate field ${name} in type ${typeOf()}`);
}

/** What a key gives that a map does not have. */
function missingKey(frame: Frame, map: GoMap, name: string): Given {
  const { missingKey: option } = frame.run;
  if (option === 'error') return fail(frame, `map has no entry for key ${quoteString(name)}`);
  return option === 'zero' ? zeroElement(map) : undefined;
}

function missingObjectKey(frame: Frame, map: GoMap, name: string): Given {
  const found = missingKey(frame, map, name);
  if (found !== null) return found;
  // The tables of objects hold one type: where it is bytes or text, a missing key is an empty one.
  const { value } = map.values().next();
  return value instanceof Uint8Array || map.size === 0 ? new Uint8Array() : null;
}

/** The zero of a map's elements. */
export function zeroElement(map: GoMap): Value {
  const type = mapType(map);
  if (type.endsWith(']string')) return '';
  return type.endsWith('][]uint8') ? new Uint8Array() : null;
}

/** The static type of something that was taken out of a table, a list or an object. */
export function elementType(container: Given, element: Given): string {
  if (container instanceof Map) {
    const type = mapType(container);
    return type.startsWith('map[string]') ? type.slice('map[string]'.length) : 'interface {}';
  }
  if (Array.isArray(container)) {
    const type = listType(container);
    return type.startsWith('[]') ? type.slice(2) : 'interface {}';
  }
  return typeName(element ?? null);
}
