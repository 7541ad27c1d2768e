/** What CEL's checker knows of a value. */
export interface CelType {
  readonly kind:
    | 'dyn'
    | 'error'
    | 'null'
    | 'bool'
    | 'int'
    | 'uint'
    | 'double'
    | 'string'
    | 'bytes'
    | 'duration'
    | 'timestamp'
    | 'list'
    | 'map'
    | 'type'
    | 'opaque'
    | 'struct'
    | 'param';
  /** Of opaque types, structs and type parameters: their own; else what CEL prints. */
  readonly name: string;
  readonly params: readonly CelType[];
  /** The fields of a struct, by their names in CEL. */
  readonly fields?: ReadonlyMap<string, CelType>;
}

function simple(kind: CelType['kind'], name: string = kind): CelType {
  return { kind, name, params: [] };
}

export const dynType = simple('dyn');
export const errorType = simple('error', '!error!');
export const nullType = simple('null', 'null');
export const boolType = simple('bool');
export const intType = simple('int');
export const uintType = simple('uint');
export const doubleType = simple('double');
export const stringType = simple('string');
export const bytesType = simple('bytes');
export const durationType = simple('duration', 'google.protobuf.Duration');
export const timestampType = simple('timestamp', 'google.protobuf.Timestamp');
export const listType = (item: CelType): CelType => ({ kind: 'list', name: 'list', params: [item] });
export const mapType = (key: CelType, value: CelType): CelType => ({
  kind: 'map',
  name: 'map',
  params: [key, value],
});
export const typeType = (of?: CelType): CelType => ({
  kind: 'type',
  name: 'type',
  params: of === undefined ? [] : [of],
});
export const opaqueType = (name: string, ...params: readonly CelType[]): CelType => ({
  kind: 'opaque',
  name,
  params,
});
export const optionalType = (of: CelType): CelType => opaqueType('optional_type', of);
export const paramType = (name: string): CelType => simple('param', name);
export const structType = (name: string, fields: ReadonlyMap<string, CelType>): CelType => ({
  kind: 'struct',
  name,
  params: [],
  fields,
});

export const isDyn = (type: CelType): boolean => type.kind === 'dyn';
export const isOptional = (type: CelType): boolean => type.kind === 'opaque' && type.name === 'optional_type';

/** As messages show it. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'type':
      return type.params[0] === undefined ? 'type' : `type(${formatType(type.params[0])})`;
    case 'list':
    case 'map':
    case 'opaque':
      return type.params.length === 0 ? type.name : `${type.name}(${type.params.map(formatType).join(', ')})`;
    case 'duration':
    case 'timestamp':
      return type.kind;
    default:
      return type.name;
  }
}

export function sameType(a: CelType, b: CelType): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.params.length !== b.params.length) return false;
  if ((a.kind === 'opaque' || a.kind === 'struct' || a.kind === 'param') && a.name !== b.name) return false;
  return a.params.every((param, i) => sameType(param, b.params[i]!));
}

/** What type parameters stand for so far. */
export type Substitutions = ReadonlyMap<string, CelType>;

/** Replaces type parameters by what they stand for; with `toDyn`, unknown ones by dyn. */
export function substitute(subs: Substitutions, type: CelType, toDyn: boolean): CelType {
  if (type.kind === 'param') {
    const found = subs.get(type.name);
    if (found !== undefined) return substitute(subs, found, toDyn);
    return toDyn ? dynType : type;
  }
  if (type.params.length === 0) return type;
  return { ...type, params: type.params.map((param) => substitute(subs, param, toDyn)) };
}

/** Whether values of `a` fit where `b` is wanted; the substitutions that make it so, or undefined. */
export function assignable(
  subs: Substitutions,
  from: readonly CelType[],
  to: readonly CelType[],
): Substitutions | undefined {
  const next = new Map(subs);
  return assignAll(next, from, to) ? next : undefined;
}

type Bindings = Map<string, CelType>;

function assignAll(subs: Bindings, from: readonly CelType[], to: readonly CelType[]): boolean {
  return from.length === to.length && from.every((type, i) => assign(subs, type, to[i]!));
}

function assign(subs: Bindings, a: CelType, b: CelType): boolean {
  if (b.kind === 'param') {
    const tried = bind(subs, a, b);
    if (tried.valid) return true;
    if (tried.bound) return false;
  }
  if (a.kind === 'param') return bind(subs, b, a).valid;
  if (isLoose(a) || isLoose(b)) return true;
  if (a.kind === 'null') return isNullable(b);
  if (b.kind === 'null') return isNullable(a);
  switch (a.kind) {
    case 'type':
      return b.kind === 'type';
    case 'opaque':
    case 'list':
    case 'map':
      return a.kind === b.kind && a.name === b.name && assignAll(subs, a.params, b.params);
    default:
      return sameType(a, b);
  }
}

const isLoose = (type: CelType): boolean => type.kind === 'dyn' || type.kind === 'error';

function isNullable(type: CelType): boolean {
  return ['null', 'opaque', 'struct', 'duration', 'timestamp'].includes(type.kind);
}

/** Lets the parameter stand for a type, if nothing speaks against it. */
function bind(
  subs: Bindings,
  type: CelType,
  param: CelType,
): { readonly valid: boolean; readonly bound: boolean } {
  if (sameType(type, param)) return { valid: true, bound: true };
  const known = subs.get(param.name);
  if (known !== undefined) {
    if (sameType(type, known)) return { valid: true, bound: true };
    if (!assign(subs, type, known)) return { valid: false, bound: true };
    const general = isEqualOrLessSpecific(type, known) ? type : known;
    if (!occurs(subs, param, general)) subs.set(param.name, general);
    return { valid: true, bound: true };
  }
  if (occurs(subs, param, type)) return { valid: false, bound: false };
  subs.set(param.name, type);
  return { valid: true, bound: false };
}

function occurs(subs: Substitutions, param: CelType, within: CelType): boolean {
  if (sameType(param, within)) return true;
  if (within.kind === 'param') {
    const found = subs.get(within.name);
    return found !== undefined && occurs(subs, param, found);
  }
  return within.params.some((inner) => occurs(subs, param, inner));
}

/** A type is less specific where it says dyn and the other says more. */
export function isEqualOrLessSpecific(a: CelType, b: CelType): boolean {
  if (isDyn(a) || a.kind === 'param') return true;
  if (isDyn(b) || b.kind === 'param') return false;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'opaque':
      return (
        a.name === b.name &&
        a.params.length === b.params.length &&
        a.params.every((param, i) => isEqualOrLessSpecific(param, b.params[i]!))
      );
    case 'list':
    case 'map':
      return a.params.every((param, i) => isEqualOrLessSpecific(param, b.params[i]!));
    case 'type':
      return true;
    default:
      return sameType(a, b);
  }
}
