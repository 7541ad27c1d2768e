import { copyOf, kindOf } from '../merge/nodes.ts';
import { KustomizeError } from '../problem.ts';
import { scalarText } from '../resource.ts';
import type { FieldOptions } from '../types.ts';
import type { Place } from './match.ts';
import { withText } from './scalars.ts';

/** What is copied. A scalar without a type becomes what its text says. */
export interface SourceValue {
  readonly node: unknown;
  readonly typed: boolean;
  /** How a number is written, where it is known. */
  readonly text?: string;
}

/** What is copied as a text. */
export function sourceTextOf({ node, text }: SourceValue): string {
  return text ?? scalarText(node);
}

/** What is known of a scalar besides its value. */
export interface ScalarNotes {
  /** The text of one without a type. */
  readonly untyped?: string | undefined;
  /** The text of one without quotes in the file. */
  readonly plain?: string | undefined;
}

/**
 * Writes a value to a place: a scalar there keeps its type, anything else is replaced. Gives the text of what has no type
 * even then.
 */
export function writePlace(
  place: Place,
  value: SourceValue,
  options: FieldOptions | undefined,
  notes: ScalarNotes = {},
): string | undefined {
  const here = place.fresh && place.value === null ? undefined : place.value;
  const isScalar = kindOf(here) === 'ScalarNode' || here === null || here === undefined;
  const hasDelimiter = options !== undefined && options.delimiter !== '';
  if (hasDelimiter && !isScalar)
    throw new KustomizeError('delimiter option can only be used with scalar nodes');
  const text = sourceTextOf(value);
  if (!isScalar) {
    place.write(value.typed ? copyOf(value.node) : withText(undefined, text));
    return value.typed ? undefined : text;
  }
  const untyped = notes.untyped ?? (place.fresh && here !== undefined ? scalarText(here) : undefined);
  const whole = hasDelimiter
    ? joined(untyped ?? (here === null ? 'null' : scalarText(here)), text, options)
    : text;
  // Upstream never prints, and so never checks, what is seen nowhere.
  if (place.detached === true) return undefined;
  const hasType = here !== undefined && untyped === undefined;
  place.write(withText(hasType ? here : undefined, whole, notes.plain));
  return hasType ? undefined : whole;
}

/** One part of the text replaced, or a part more in front or at the end. */
function joined(text: string, value: string, { delimiter, index }: FieldOptions): string {
  const parts = text.split(delimiter);
  if (index < 0) parts.unshift(value);
  else if (index >= parts.length) parts.push(value);
  else parts[index] = value;
  return parts.join(delimiter);
}
