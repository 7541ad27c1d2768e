import type { FieldError } from '../registry/types.ts';

/** One thing that is wrong. Some are said of no place, not even of the whole. */
export interface Mistake {
  readonly at: string | undefined;
  readonly reason: FieldError['reason'];
  readonly message: string;
}

export function invalid(at: string, value: unknown, text: string): Mistake {
  return { reason: 'FieldValueInvalid', at, message: `Invalid value: ${JSON.stringify(value)}: ${text}` };
}

/** Upstream gives these no place. */
export function logical(text: string): Mistake {
  return { reason: 'FieldValueInvalid', at: undefined, message: `Invalid value: "": ${text}` };
}
