import { resolveScalar } from '@plumbline/languages';
import { expectKind } from '../merge/nodes.ts';
import { KustomizeError } from '../problem.ts';
import type { FieldVisitor } from './field-spec.ts';

/**
 * A scalar with another text: a string stays a string, a number has to stay one. What had no type yet (or was null) becomes
 * what the text says.
 */
export function withText(value: unknown, text: string): unknown {
  if (typeof value === 'string') return text;
  const resolved = resolveScalar(text);
  if (value === null || value === undefined || typeOf(resolved) === typeOf(value)) return resolved;
  throw new KustomizeError(`yaml: cannot decode ${tagOf(resolved)} \`${text}\` as a ${tagOf(value)}`);
}

function typeOf(value: unknown): string {
  return typeof value === 'bigint' ? 'number' : typeof value;
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
