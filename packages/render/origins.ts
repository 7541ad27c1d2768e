import type { FieldOrigins, OriginAct, OriginStep } from '@plumbline/api';

/** Where something is written, by JSON Pointer into it. */
export type Places = ReadonlyMap<string, { readonly line: number; readonly column: number }>;

/**
 * The origins of an object that stands as it is in a file. `below` is where the object is in what the places tell of (an
 * item of a list).
 */
export function writtenOrigins(
  places: Places,
  file: string,
  below = '',
  act: OriginAct = 'file',
): FieldOrigins {
  const origins = new Map<string, readonly OriginStep[]>();
  for (const [pointer, { line, column }] of places) {
    if (pointer !== below && !pointer.startsWith(`${below}/`)) continue;
    origins.set(pointer.slice(below.length), [{ act, file, line, column }]);
  }
  return origins;
}
