import { compareQuantities, parseQuantity, quantityToNumber, type Quantity } from '../../quantity/index.ts';
import { global, member, type Overload } from '../functions.ts';
import { boolType, doubleType, intType, opaqueType, stringType } from '../types.ts';
import { CelError, Opaque } from '../values.ts';

type Table = Record<string, readonly Overload[]>;

const quantityType = opaqueType('kubernetes.Quantity');
const semverType = opaqueType('kubernetes.Semver');

class QuantityValue extends Opaque {
  readonly type = quantityType;
  readonly quantity: Quantity;
  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }
  equals(other: Opaque): boolean {
    return other instanceof QuantityValue && compareQuantities(this.quantity, other.quantity) === 0;
  }
}

function readQuantity(text: string): QuantityValue {
  const quantity = parseQuantity(text);
  if (quantity !== undefined) return new QuantityValue(quantity);
  throw new CelError(
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  );
}

/** As an int, where it is one. */
function integer({ quantity: { value, exponent } }: QuantityValue): bigint | undefined {
  const unit = 10n ** BigInt(Math.abs(exponent));
  if (exponent < 0 && value % unit !== 0n) return undefined;
  const whole = exponent < 0 ? value / unit : value * unit;
  return BigInt.asIntN(64, whole) === whole ? whole : undefined;
}

function asInteger(of: QuantityValue): bigint {
  const value = integer(of);
  if (value === undefined) throw new CelError('cannot convert value to integer');
  return value;
}

function plus(a: Quantity, b: Quantity, sign: bigint): QuantityValue {
  const least = Math.min(a.exponent, b.exponent);
  const scaled = ({ value, exponent }: Quantity): bigint => value * 10n ** BigInt(exponent - least);
  const format = a.value === 0n ? b.format : a.format;
  return new QuantityValue({ value: scaled(a) + sign * scaled(b), exponent: least, format });
}

const ofInt = (value: bigint): Quantity => ({ value, exponent: 0, format: 'decimal' });
const order = (a: QuantityValue, b: QuantityValue): number => compareQuantities(a.quantity, b.quantity);
const both = [quantityType, quantityType];

/** Kubernetes' functions over quantities. */
export const quantities: Table = {
  quantity: [global('string_to_quantity', [stringType], quantityType, readQuantity)],
  isQuantity: [
    global('is_quantity_string', [stringType], boolType, (text: string) => parseQuantity(text) !== undefined),
  ],
  sign: [
    global('quantity_sign', [quantityType], intType, ({ quantity: { value } }: QuantityValue) =>
      value < 0n ? -1n : value > 0n ? 1n : 0n,
    ),
  ],
  isGreaterThan: [
    member(
      'quantity_is_greater_than',
      both,
      boolType,
      (a: QuantityValue, b: QuantityValue) => order(a, b) > 0,
    ),
  ],
  isLessThan: [
    member('quantity_is_less_than', both, boolType, (a: QuantityValue, b: QuantityValue) => order(a, b) < 0),
  ],
  compareTo: [
    member('quantity_compare_to', both, intType, (a: QuantityValue, b: QuantityValue) => BigInt(order(a, b))),
  ],
  asApproximateFloat: [
    member('quantity_get_float', [quantityType], doubleType, (of: QuantityValue) =>
      quantityToNumber(of.quantity),
    ),
  ],
  asInteger: [member('quantity_get_int', [quantityType], intType, asInteger)],
  isInteger: [
    member('quantity_is_integer', [quantityType], boolType, (of: QuantityValue) => integer(of) !== undefined),
  ],
  add: [
    member('quantity_add', both, quantityType, (a: QuantityValue, b: QuantityValue) =>
      plus(a.quantity, b.quantity, 1n),
    ),
    member('quantity_add_int', [quantityType, intType], quantityType, (a: QuantityValue, b: bigint) =>
      plus(a.quantity, ofInt(b), 1n),
    ),
  ],
  sub: [
    member('quantity_sub', both, quantityType, (a: QuantityValue, b: QuantityValue) =>
      plus(a.quantity, b.quantity, -1n),
    ),
    member('quantity_sub_int', [quantityType, intType], quantityType, (a: QuantityValue, b: bigint) =>
      plus(a.quantity, ofInt(b), -1n),
    ),
  ],
};

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly pre: readonly string[];
}

class SemverValue extends Opaque {
  readonly type = semverType;
  readonly version: Version;
  constructor(version: Version) {
    super();
    this.version = version;
  }
  equals(other: Opaque): boolean {
    return other instanceof SemverValue && compareVersions(this.version, other.version) === 0;
  }
}

const versionPattern =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

function parseVersion(text: string): Version | undefined {
  const match = versionPattern.exec(text);
  if (match === null) return undefined;
  const pre = match[4] === undefined ? [] : match[4].split('.');
  if (pre.some((part) => /^0\d+$/.test(part))) return undefined;
  return { numbers: [BigInt(match[1]!), BigInt(match[2]!), BigInt(match[3]!)], pre };
}

/** Drops a `v` and leading zeros, and adds the numbers that are missing. */
function normalize(text: string): string {
  const parts = text.replace(/^v/, '').split('.');
  const head = [...parts.slice(0, 2), ...(parts.length > 2 ? [parts.slice(2).join('.')] : [])].map((part) =>
    part.replace(/^0+(?=\d)/, ''),
  );
  if (head.length < 3 && /[+-]/.test(head.at(-1)!)) return text;
  while (head.length < 3) head.push('0');
  return head.join('.');
}

function versionError(text: string): string {
  if (text === '') return 'Version string empty';
  const parts = text.split('.');
  if (parts.length < 3) return 'No Major.Minor.Patch elements found';
  const names = ['major', 'minor'];
  for (const [i, name] of names.entries()) {
    const part = parts[i]!;
    if (!/^\d+$/.test(part)) return `Invalid character(s) found in ${name} number ${JSON.stringify(part)}`;
    if (/^0\d/.test(part))
      return `${name === 'major' ? 'Major' : 'Minor'} number must not contain leading zeroes ${JSON.stringify(part)}`;
  }
  const patch = /^[^+-]*/.exec(parts.slice(2).join('.'))![0];
  if (!/^\d+$/.test(patch)) return `Invalid character(s) found in patch number ${JSON.stringify(patch)}`;
  if (/^0\d/.test(patch)) return `Patch number must not contain leading zeroes ${JSON.stringify(patch)}`;
  const zero = /^[^+]*?-(?:[^+]*\.)?(0\d+)(?:[.+]|$)/.exec(text)?.[1];
  if (zero !== undefined)
    return `Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(zero)}`;
  if (/-(?:[+]|$)|-(?:[^+]*\.)?(?:\.|[+]|$)/.test(text)) return 'Prerelease is empty';
  return `Invalid character(s) found in prerelease or build metadata ${JSON.stringify(text)}`;
}

function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < 3; i++) {
    const [left, right] = [a.numbers[i]!, b.numbers[i]!];
    if (left !== right) return left < right ? -1 : 1;
  }
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign(b.pre.length - a.pre.length);
  for (let i = 0; i < Math.min(a.pre.length, b.pre.length); i++) {
    const step = comparePre(a.pre[i]!, b.pre[i]!);
    if (step !== 0) return step;
  }
  return Math.sign(a.pre.length - b.pre.length);
}

/** Numbers come before words. */
function comparePre(a: string, b: string): number {
  const [left, right] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (left && right) return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
  if (left !== right) return left ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function readVersion(text: string, loose = false): SemverValue {
  const version = parseVersion(loose ? normalize(text) : text);
  if (version === undefined) throw new CelError(versionError(text));
  return new SemverValue(version);
}

const isVersion = (text: string, loose = false): boolean =>
  parseVersion(loose ? normalize(text) : text) !== undefined;
const versionOrder = (a: SemverValue, b: SemverValue): number => compareVersions(a.version, b.version);
const twoVersions = [semverType, semverType];
const numberAt = (id: string, at: 0 | 1 | 2): readonly Overload[] => [
  member(id, [semverType], intType, ({ version }: SemverValue) => version.numbers[at]),
];

/** Kubernetes' functions over semantic versions. */
export const versions: Table = {
  semver: [
    global('string_to_semver', [stringType], semverType, readVersion),
    global('string_bool_to_semver', [stringType, boolType], semverType, readVersion),
  ],
  isSemver: [
    global('is_semver_string', [stringType], boolType, isVersion),
    global('is_semver_string_bool', [stringType, boolType], boolType, isVersion),
  ],
  isGreaterThan: [
    member(
      'semver_is_greater_than',
      twoVersions,
      boolType,
      (a: SemverValue, b: SemverValue) => versionOrder(a, b) > 0,
    ),
  ],
  isLessThan: [
    member(
      'semver_is_less_than',
      twoVersions,
      boolType,
      (a: SemverValue, b: SemverValue) => versionOrder(a, b) < 0,
    ),
  ],
  compareTo: [
    member('semver_compare_to', twoVersions, intType, (a: SemverValue, b: SemverValue) =>
      BigInt(versionOrder(a, b)),
    ),
  ],
  major: numberAt('semver_major', 0),
  minor: numberAt('semver_minor', 1),
  patch: numberAt('semver_patch', 2),
};
