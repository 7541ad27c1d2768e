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
}

/** Writes a value to a place: a scalar there keeps its type, anything else is replaced. */
export function writePlace(place: Place, value: SourceValue, options: FieldOptions | undefined): void {
  const here = place.fresh && place.value === null ? undefined : place.value;
  const isScalar = kindOf(here) === 'ScalarNode' || here === null || here === undefined;
  const hasDelimiter = options !== undefined && options.delimiter !== '';
  if (hasDelimiter && !isScalar)
    throw new KustomizeError('delimiter option can only be used with scalar nodes');
  if (!isScalar)
    return place.write(value.typed ? copyOf(value.node) : withText(undefined, scalarText(value.node)));
  const text = scalarText(value.node);
  const whole = hasDelimiter ? joined(here === null ? 'null' : scalarText(here), text, options) : text;
  // Upstream never prints, and so never checks, what is seen nowhere.
  if (place.detached !== true) place.write(withText(here, whole));
}

/** One part of the text replaced, or a part more in front or at the end. */
function joined(text: string, value: string, { delimiter, index }: FieldOptions): string {
  const parts = text.split(delimiter);
  if (index < 0) parts.unshift(value);
  else if (index >= parts.length) parts.push(value);
  else parts[index] = value;
  return parts.join(delimiter);
}
