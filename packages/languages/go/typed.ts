import type { GoFunction, GoMap, Value } from './values.ts';

/**
 * Most slices are `[]interface{}` and most maps `map[string]interface{}`. The few others (`[]string` of splitList,
 * `[]int` of until) say so here, where only `%T`, equality and JSON look; a nil slice prints as `[]` but is `null` in
 * JSON and YAML.
 */
const goType = Symbol('the Go type of a list or table');
const goNil = Symbol('a nil slice');
const goMethods = Symbol('methods of a slice or map type');

interface Marked {
  readonly [goType]?: string;
  readonly [goNil]?: true;
  readonly [goMethods]?: ReadonlyMap<string, GoFunction>;
}

/** A slice of another type than `[]interface {}`. */
export function typedList(type: string, items: Value[]): Value[] {
  return Object.defineProperty(items, goType, { value: type });
}

/** A map of another type than `map[string]interface {}`. */
export function typedMap(type: string, entries: GoMap): GoMap {
  return Object.defineProperty(entries, goType, { value: type });
}

/** A nil slice. */
export function nilList(type = '[]interface {}'): Value[] {
  return Object.defineProperty(typedList(type, []), goNil, { value: true });
}

/** Whether a slice is nil, which JSON and YAML write as `null`. */
export function isNilList(items: readonly Value[]): boolean {
  return (items as Marked)[goNil] === true && items.length === 0;
}

/** A nil map. */
export function nilMap(type = 'map[string]interface {}'): GoMap {
  return Object.defineProperty(typedMap(type, new Map()), goNil, { value: true });
}

/** Whether a map is nil, which JSON and YAML write as `null`. */
export function isNilMap(entries: GoMap): boolean {
  return entries.size === 0 && (entries as Marked)[goNil] === true;
}

/** A slice type that has methods (Helm's VersionSet). */
export function listWithMethods(
  type: string,
  items: Value[],
  methods: ReadonlyMap<string, GoFunction>,
): Value[] {
  return Object.defineProperty(typedList(type, items), goMethods, { value: methods });
}

/** A method of a slice. */
export function methodOfList(items: readonly Value[], name: string): GoFunction | undefined {
  return (items as Marked)[goMethods]?.get(name);
}

/** Gives a map the methods of its type (Helm's Values). */
export function withMethods(entries: GoMap, methods: ReadonlyMap<string, GoFunction>): GoMap {
  return Object.defineProperty(entries, goMethods, { value: methods, configurable: true });
}

/** A method of a map. */
export function methodOfMap(entries: GoMap, name: string): GoFunction | undefined {
  return (entries as Marked)[goMethods]?.get(name);
}

/** The type of a slice, as `%T` prints it. */
export function listType(items: readonly Value[]): string {
  return (items as Marked)[goType] ?? '[]interface {}';
}

/** The type of a map, as `%T` prints it. */
export function mapType(entries: GoMap): string {
  return (entries as Marked)[goType] ?? 'map[string]interface {}';
}
