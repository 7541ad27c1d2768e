import { err, messageOf, ok, problem, type Result } from '@plumbline/base';

/** A JSON object that is read, not changed. */
export type Members = Readonly<Record<string, unknown>>;
/** A JSON object of our own making. */
export type Fresh = Record<string, unknown>;
/** A JSON list that is read, not changed. */
export type Items = readonly unknown[];

/** Carries a refusal out of a recursion; `attempt` turns it into a result at the door. */
export class PatchRefusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Runs what may refuse. A recursion too deep for the stack is a refusal too (`patch-too-deep`). */
export function attempt<T>(run: () => T): Result<T> {
  try {
    return ok(run());
  } catch (thrown) {
    if (thrown instanceof PatchRefusal) return err(problem(thrown.code, thrown.message));
    if (thrown instanceof RangeError) return err(problem('patch-too-deep', messageOf(thrown)));
    throw thrown;
  }
}

/** The kinds of JSON values, in the words of patches. */
export type JsonKind = 'null' | 'boolean' | 'number' | 'string' | 'list' | 'map';

/** The kind of a JSON value; undefined counts as null. */
export function kindOf(value: unknown): JsonKind {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'list';
  const type = typeof value;
  if (type === 'object') return 'map';
  if (type === 'string' || type === 'boolean') return type;
  return 'number';
}

/** In the words of patches an object is a map. */
export { isRecord as isMap } from '@plumbline/base';

/** Whether the map itself has the member; inherited ones do not count. */
export function has(map: Members, key: string): boolean {
  return Object.hasOwn(map, key);
}

/** Sets a member. `__proto__` is a legal JSON key and must not reach the prototype. */
export function put(map: Fresh, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    map[key] = value;
  }
}

/** Short JSON for messages. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
