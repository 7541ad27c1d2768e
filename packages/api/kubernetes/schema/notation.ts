/**
 * The notation of the table. A type is its fields joined by `;`; `%` before the first field: always atomic; `U`: a
 * union. The whole type `*`: any JSON; the empty type: an object without fields. A field is `name:type` and flags:
 *
 * types: `s` string, `i` int32, `l` int64, `b` bool, `n` double, `y` bytes, `t` Time, `u` MicroTime, `q` Quantity,
 * `x` int-or-string, `*` anything, `@N` definition N, `[T]` list then `a` atomic, `s` set, `m(keys)` map,
 * `{T}` map of strings to T.
 *
 * flags, in this order: `~` patch strategy (then nothing = merge, `+` merge,retainKeys, `r` retainKeys, `x` replace)
 * and the merge key; `%` atomic; `!` required; `&` a pointer in Go (absent differs from zero); `^` written even when
 * zero; `#n` protobuf number, `#a.b` number b inside the message at number a (a struct that JSON flattens).
 */
export interface FieldNotation {
  readonly name: string;
  readonly type: TypeNotation;
  readonly patchStrategy: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly patchMergeKey: string;
  readonly atomic: boolean;
  readonly required: boolean;
  readonly pointer: boolean;
  readonly keepZero: boolean;
  /** Protobuf numbers from the outside in; empty where unknown. */
  readonly numbers: readonly number[];
}

/** The type of a field, taken apart. */
export type TypeNotation =
  | { readonly type: 'scalar'; readonly code: string }
  | { readonly type: 'definition'; readonly index: number }
  | {
      readonly type: 'list';
      readonly items: TypeNotation;
      readonly listType: 'atomic' | 'set' | 'map';
      readonly keys: readonly string[];
    }
  | { readonly type: 'map'; readonly items: TypeNotation };

/** A type of the table, taken apart. */
export interface DefinitionNotation {
  readonly anything: boolean;
  readonly atomic: boolean;
  readonly fields: readonly FieldNotation[];
}

/** Reads one line of the table; throws where it does not follow the notation, which is a mistake of the generator. */
export function readDefinition(text: string): DefinitionNotation {
  if (text === '*') return { anything: true, atomic: false, fields: [] };
  let rest = text;
  let atomic = false;
  while (rest.startsWith('%') || rest.startsWith('U')) {
    atomic ||= rest.startsWith('%');
    rest = rest.slice(1);
  }
  return { anything: false, atomic, fields: rest === '' ? [] : rest.split(';').map(readField) };
}

const flags = /^(?:~(\+|r(?=[%!&^#]|$)|x(?=[%!&^#]|$))?([^%!&^#]*))?(%?)(!?)(&?)(\^?)(?:#([\d.]+))?$/;

function readField(text: string): FieldNotation {
  const colon = text.indexOf(':');
  const [type, end] = readType(text, colon + 1);
  const match = flags.exec(text.slice(end));
  if (match === null) throw new Error(`schema table: cannot read the field ${text}`);
  const [, strategy, mergeKey] = match;
  return {
    name: text.slice(0, colon),
    type,
    patchStrategy: mergeKey === undefined ? [] : strategies(strategy),
    patchMergeKey: mergeKey ?? '',
    atomic: match[3] === '%',
    required: match[4] === '!',
    pointer: match[5] === '&',
    keepZero: match[6] === '^',
    numbers: match[7] === undefined ? [] : match[7].split('.').map(Number),
  };
}

function strategies(code: string | undefined): readonly ('merge' | 'replace' | 'retainKeys')[] {
  if (code === '+') return ['merge', 'retainKeys'];
  if (code === 'r') return ['retainKeys'];
  return code === 'x' ? ['replace'] : ['merge'];
}

function readType(text: string, start: number): [TypeNotation, number] {
  const code = text[start] ?? '';
  if (code === '@') {
    let end = start + 1;
    while (/\d/.test(text[end] ?? '')) end++;
    return [{ type: 'definition', index: Number(text.slice(start + 1, end)) }, end];
  }
  if (code === '{') {
    const [items, end] = readType(text, start + 1);
    return [{ type: 'map', items }, end + 1];
  }
  if (code !== '[') return [{ type: 'scalar', code }, start + 1];
  const [items, close] = readType(text, start + 1);
  const kind = text[close + 1];
  if (kind === 's') return [{ type: 'list', items, listType: 'set', keys: [] }, close + 2];
  if (kind === 'm') {
    const end = text.indexOf(')', close);
    return [{ type: 'list', items, listType: 'map', keys: text.slice(close + 3, end).split(',') }, end + 1];
  }
  return [{ type: 'list', items, listType: 'atomic', keys: [] }, kind === 'a' ? close + 2 : close + 1];
}
