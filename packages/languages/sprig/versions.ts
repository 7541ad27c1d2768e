import { GoError, GoInt, GoObject } from '../go/index.ts';
import type { GoFunction, Member, Value } from '../go/index.ts';
import {
  compareVersions,
  formatVersion,
  increment,
  parseConstraints,
  parseVersion,
  satisfies,
  withMetadata,
  withPrerelease,
} from '../semver/index.ts';
import type { Version } from '../semver/index.ts';
import { fn, nilDereference, panic } from './define.ts';

/** Versions. A bad one is an error of the template. */
export const versionFunctions: Readonly<Record<string, GoFunction>> = {
  semver: fn(['string'], 'any', (text) => new GoVersion(read(text))),
  semverCompare: fn(['string', 'string'], 'bool', (range, text) => {
    const constraints = parseConstraints(range);
    if (!constraints.ok) throw new GoError(constraints.error);
    return satisfies(read(text), constraints.value);
  }),
};

function read(text: string): Version {
  const version = parseVersion(text);
  if (!version.ok) throw new GoError(version.error);
  return version.value;
}

/** A version as templates see it. */
class GoVersion extends GoObject {
  override readonly typeName: string;
  readonly version: Version;

  /** What the functions return is a pointer; what the methods return is not. */
  constructor(version: Version, typeName = '*semver.Version') {
    super();
    this.typeName = typeName;
    this.version = version;
  }

  override member(name: string): Member | undefined {
    const make = this.typeName.startsWith('*') || valueMethods.has(name) ? methods[name] : undefined;
    return make === undefined ? undefined : { method: make(this.version) };
  }

  override print(): string {
    return formatVersion(this.version);
  }

  override asJson(): Value {
    return formatVersion(this.version);
  }
}

type MethodOf = (version: Version) => GoFunction;
const text =
  (get: (version: Version) => string): MethodOf =>
  (version) =>
    fn([], 'string', () => get(version));
const part =
  (name: 'major' | 'minor' | 'patch'): MethodOf =>
  (version) =>
    fn([], 'any', () => new GoInt('uint64', version[name]));
const next =
  (name: 'major' | 'minor' | 'patch'): MethodOf =>
  (version) =>
    fn([], 'any', () => {
      if (version[name] === (1n << 64n) - 1n && (name !== 'patch' || version.prerelease === ''))
        return panic(`${name} version increment would overflow uint64`);
      return new GoVersion(increment(version, name), 'semver.Version');
    });
const relation =
  (holds: (order: number) => boolean): MethodOf =>
  (version) =>
    fn(['any'], 'bool', (other) => holds(compareVersions(version, versionOf(other))));
const suffixed =
  (change: typeof withPrerelease): MethodOf =>
  (version) =>
    fn(['string'], 'any', (suffix) => {
      const changed = change(version, suffix);
      if (!changed.ok) throw new GoError(changed.error);
      return new GoVersion(changed.value, 'semver.Version');
    });

const methods: Readonly<Record<string, MethodOf>> = {
  Major: part('major'),
  Minor: part('minor'),
  Patch: part('patch'),
  Prerelease: text((version) => version.prerelease),
  Metadata: text((version) => version.metadata),
  Original: text((version) => version.original),
  String: text(formatVersion),
  IncMajor: next('major'),
  IncMinor: next('minor'),
  IncPatch: next('patch'),
  SetPrerelease: suffixed(withPrerelease),
  SetMetadata: suffixed(withMetadata),
  Compare: (version) =>
    fn(
      ['any'],
      'int',
      (other) => new GoInt('int', BigInt(Math.sign(compareVersions(version, versionOf(other))))),
    ),
  LessThan: relation((order) => order < 0),
  LessThanEqual: relation((order) => order <= 0),
  GreaterThan: relation((order) => order > 0),
  GreaterThanEqual: relation((order) => order >= 0),
  Equal: relation((order) => order === 0),
};

/** What can be called without a pointer, as templates have it behind `IncMajor`. */
const valueMethods: ReadonlySet<string> = new Set([
  'Major',
  'Minor',
  'Patch',
  'Prerelease',
  'Metadata',
  'String',
  'IncMajor',
  'IncMinor',
  'IncPatch',
  'SetPrerelease',
  'SetMetadata',
]);

function versionOf(value: Value): Version {
  if (value instanceof GoVersion) return value.version;
  if (value === null) return nilDereference();
  throw new GoError('wrong type for value; expected *semver.Version');
}
