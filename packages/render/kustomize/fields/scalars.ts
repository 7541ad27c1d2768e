import { resolveScalar } from '@plumbline/languages';
import { expectKind } from '../merge/nodes.ts';
import { TypeMismatch } from '../problem.ts';
import type { FieldVisitor } from './field-spec.ts';

/**
 * A scalar with another text: a string stays a string, a number has to stay one, a null, too. What had no type yet becomes
 * what the text says. Throws `TypeMismatch`.
 */
export function withText(value: unknown, text: string): unknown {
  if (typeof value === 'string') return text;
  const resolved = resolveScalar(text);
  if (value === undefined) return resolved;
  const isSame =
    value instanceof TypeMismatch ? tagOf(resolved) === value.tag : typeOf(resolved) === typeOf(value);
  if (isSame) return resolved;
  throw new TypeMismatch(text, tagOf(resolved), value instanceof TypeMismatch ? value.tag : tagOf(value));
}

function typeOf(value: unknown): string {
  return typeof value === 'bigint' ? 'number' : value === null ? 'null' : typeof value;
}

function tagOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return '!!str';
    case 'boolean':
      return '!!bool';
    case 'number':
      return Number.isInteger(value) ? '!!int' : '!!float';
    case 'bigint':
      return '!!int';
    default:
      return '!!null';
  }
}

/** Sets the text of a field that may be any scalar: what had no type gets the one that the text has. Refuses mappings and lists. */
export function setText(text: string): FieldVisitor {
  return (value) => {
    expectKind('ScalarNode', [value]);
    return typeof value === 'string' ? text : resolveScalar(text);
  };
}

/** Sets a field to a value. Refuses mappings and lists. */
export function setScalar(wanted: string | number | boolean): FieldVisitor {
  return (value) => {
    expectKind('ScalarNode', [value]);
    return wanted;
  };
}
