/**
 * Lists and maps that were given empty: nobody reads them again, for Go does not write them, but refusals show `[]` and
 * `{}` for them and `null` for what was never there.
 */
const given = new WeakMap<object, Record<string, unknown>>();

export function noteEmpty(owner: object, field: string, value: unknown): void {
  const known = given.get(owner) ?? {};
  known[field] = value;
  given.set(owner, known);
}

/** Whether something empty was given anywhere in a value that is new. */
export function holdsEmpty(value: unknown): boolean {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return false;
  return given.has(value) || Object.values(value).some(holdsEmpty);
}

/** What a refusal shows of a field: its value, else the empty one that was given, else null. */
export function shownField(owner: Readonly<Record<string, unknown>>, field: string): unknown {
  return owner[field] ?? given.get(owner)?.[field] ?? null;
}
