import { fromBytes } from './bytes.ts';
import { formatDuration } from './duration.ts';
import { noFlags, pad, truncateRunes } from './format-flags.ts';
import { formatFloatVerb, formatInteger, formatString, hexBytes } from './format-scalars.ts';
import { printValue, valueDepthMax } from './print.ts';
import { sortedKeys } from './bytes.ts';
import { typeName } from './reflect.ts';
import { GoError, GoInt, GoObject } from './values.ts';
import type { Flags } from './format-flags.ts';
import type { GoMap, Value } from './values.ts';

/** An argument of a format under its verb. */
export function formatArgument(value: Value, verb: string, flags: Flags): string {
  if (value === null) return verb === 'v' || verb === 'T' ? pad('<nil>', flags) : badVerb(value, verb);
  if (verb === 'T') return pad(truncateRunes(typeName(value), flags.precision), flags);
  if (verb === 'p') return pointer(value, flags);
  return formatNested(value, verb, flags, 0);
}

/**
 * The address of a map or slice. There is none here, and what Go prints differs from run to run, so that nothing can
 * depend on it.
 */
function pointer(value: Value, flags: Flags): string {
  if (value instanceof Map || Array.isArray(value) || value instanceof Uint8Array)
    return formatInteger(0xc000000000n, false, 'x', { ...flags, sharp: !flags.sharp }) ?? '';
  if (value instanceof GoObject && value.typeName.startsWith('*'))
    return formatInteger(0xc000000000n, false, 'x', { ...flags, sharp: !flags.sharp }) ?? '';
  return badVerb(value, 'p');
}

function badVerb(value: Value, verb: string): string {
  if (value === null) return `%!${verb}(<nil>)`;
  return `%!${verb}(${typeName(value)}=${formatNested(value, 'v', noFlags(), 0)})`;
}

function formatNested(value: Value, verb: string, flags: Flags, depth: number): string {
  if (depth > valueDepthMax) throw new GoError('the value contains itself', { panic: true });
  if (value === null) {
    // Below the top a nil is an interface without a value, which prints the same under every verb.
    return flags.sharpV ? 'interface {}(nil)' : '<nil>';
  }
  if (typeof value === 'string') return formatString(value, verb, flags) ?? badNested(value, verb, flags);
  if (typeof value === 'number') return formatFloatVerb(value, verb, flags) ?? badNested(value, verb, flags);
  if (typeof value === 'boolean')
    return verb === 'v' || verb === 't' ? pad(String(value), flags) : badNested(value, verb, flags);
  if (value instanceof GoInt) return formatGoInt(value, verb, flags);
  if (value instanceof Uint8Array) return formatBytes(value, verb, flags);
  if (Array.isArray(value)) return formatList(value, verb, flags, depth);
  if (value instanceof Map) return formatMap(value, typeName(value), verb, flags, depth);
  return formatObject(value, verb, flags, depth);
}

/** The value in a bad verb keeps the flags of the verb. */
function badNested(value: Value, verb: string, flags: Flags): string {
  return `%!${verb}(${typeName(value)}=${formatNested(value, 'v', flags, 0)})`;
}

const unsignedKinds: ReadonlySet<string> = new Set(['uint', 'uint8', 'uint16', 'uint32', 'uint64']);
const stringVerbs: ReadonlySet<string> = new Set(['v', 's', 'x', 'X', 'q']);

function formatGoInt(value: GoInt, verb: string, flags: Flags): string {
  if (value.kind === 'duration' && !flags.sharpV && stringVerbs.has(verb))
    return formatString(formatDuration(value.n), verb, flags) ?? '';
  return formatInteger(value.n, !unsignedKinds.has(value.kind), verb, flags) ?? badNested(value, verb, flags);
}

function formatBytes(bytes: Uint8Array, verb: string, flags: Flags): string {
  switch (verb) {
    case 's':
    case 'q':
      return formatString(fromBytes(bytes), verb, flags) ?? '';
    case 'x':
    case 'X':
      return hexBytes(bytes, verb === 'X', flags);
    default:
  }
  if (flags.sharpV) return `[]byte{${Array.from(bytes, (byte) => `0x${byte.toString(16)}`).join(', ')}}`;
  const items = Array.from(bytes, (byte) => formatGoInt(new GoInt('uint8', BigInt(byte)), verb, flags));
  return `[${items.join(' ')}]`;
}

function formatList(items: readonly Value[], verb: string, flags: Flags, depth: number): string {
  const texts = items.map((item) => formatNested(item, verb, flags, depth + 1));
  return flags.sharpV ? `${typeName(items as Value[])}{${texts.join(', ')}}` : `[${texts.join(' ')}]`;
}

function formatMap(map: GoMap, type: string, verb: string, flags: Flags, depth: number): string {
  const texts = sortedKeys(map).map(
    (key) =>
      `${formatNested(key, verb, flags, depth + 1)}:${formatNested(map.get(key) ?? null, verb, flags, depth + 1)}`,
  );
  return flags.sharpV ? `${type}{${texts.join(', ')}}` : `map[${texts.join(' ')}]`;
}

/** Objects print by their String method under the verbs of texts, and as their map or JSON under others. */
function formatObject(value: GoObject, verb: string, flags: Flags, depth: number): string {
  const map = value.asMap?.();
  if (map !== undefined) return formatMap(map, value.typeName, verb, flags, depth);
  if (stringVerbs.has(verb)) return formatString(printValue(value), verb, { ...flags, sharpV: false }) ?? '';
  return badNested(value, verb, flags);
}
