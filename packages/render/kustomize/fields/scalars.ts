import { resolveScalar } from '@plumbline/languages';
import { expectKind } from '../merge/nodes.ts';
import { TypeMismatch } from '../problem.ts';
import type { FieldVisitor } from './field-spec.ts';

/**
 * A scalar with another text: a string stays a string, a number has to stay one, a whole one whole, a null null. What had no
 * type yet becomes what the text says. `written` is how the scalar stands in its file. Throws `TypeMismatch`.
 */
export function withText(value: unknown, text: string, written?: string): unknown {
  if (typeof value === 'string') return text;
  const resolved = resolveScalar(text);
  if (value === undefined) return resolved;
  const wanted = value instanceof TypeMismatch ? value.tag : tagOf(value, written);
  const given = tagOf(resolved, text);
  // A whole number is a fraction, too.
  if (given === wanted || (wanted === '!!float' && given === '!!int')) return resolved;
  throw new TypeMismatch(text, given, wanted);
}

function tagOf(value: unknown, written: string | undefined): string {
  switch (typeof value) {
    case 'string':
      return '!!str';
    case 'boolean':
      return '!!bool';
    case 'number':
      return Number.isInteger(value) && !isFraction(written) ? '!!int' : '!!float';
    case 'bigint':
      return '!!int';
    default:
      return '!!null';
  }
}

/** `1.0` is a whole number, but not written as one. */
function isFraction(written = ''): boolean {
  return /[.eE]/.test(written) && !/^[-+]?0[xX]/.test(written);
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
