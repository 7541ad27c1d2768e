import type { Result } from '@plumbline/base';
import { comparePrereleases, compareVersions, formatVersion, parseVersion } from './version.ts';
import type { Version } from './version.ts';

/** Constraints: alternatives of bounds, all of which must hold. */
export interface Constraints {
  readonly alternatives: readonly Alternative[];
}

interface Alternative {
  readonly bounds: readonly Bound[];
  /** Pre-releases are only meant where a bound names one. */
  readonly prereleases: boolean;
}

interface Bound {
  readonly operator: string;
  /** The version as written behind the operator. */
  readonly text: string;
  readonly version: Version;
  /** Parts that are missing or wildcards: the patch or more; the minor or more; only the patch. */
  readonly dirty: boolean;
  readonly minorDirty: boolean;
  readonly patchDirty: boolean;
}

/** What is checked beyond the constraint itself. */
export interface CheckOptions {
  /** Takes pre-releases for versions like others. */
  readonly includePrereleases?: boolean;
}

// The classes hold a `|` by upstream's mistake, which is kept: what passes here is refused as a version.
const part = String.raw`[0-9|xX*]+`;
const suffix = String.raw`(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?`;
const version = String.raw`v?(${part})(\.${part})?(\.${part})?${suffix}`;
const operator = String.raw`=||!=|>|<|>=|=>|<=|=<|~|~>|\^`;
const boundText = new RegExp(String.raw`^[\t\n\f\r ]*(${operator})[\t\n\f\r ]*(${version})[\t\n\f\r ]*$`);
const findText = new RegExp(String.raw`(${operator})[\t\n\f\r ]*(${version})`, 'g');
const rangeText = new RegExp(
  String.raw`[\t\n\f\r ]*(${version})[\t\n\f\r ]+-[\t\n\f\r ]+(${version})[\t\n\f\r ]*`,
  'g',
);
const nextBound = new RegExp(String.raw`[\t\n\f\r ]*(?:${operator})[\t\n\f\r ]*(?:${version})`, 'y');
const nextSeparator = /[\t\n\f\r ]*,?|$/y;

/** Longer texts are refused, since matching them could take long. */
const textLengthMax = 2000;

/** Reads constraints such as `>=1.2 <2 || ^3`, `1.x`, `~1.2.3` and `1.2 - 1.4`. */
export function parseConstraints(text: string): Result<Constraints, string> {
  const alternatives: Alternative[] = [];
  if (text.length > textLengthMax) return improper(`${text.slice(0, 50)}...`);
  for (const alternative of rewriteRange(text).split('||')) {
    if (!isValid(alternative)) return improper(alternative);
    const bounds: Bound[] = [];
    for (const each of alternative.match(findText) ?? [alternative]) {
      const bound = parseBound(each);
      if (!bound.ok) return bound;
      bounds.push(bound.value);
    }
    alternatives.push({ bounds, prereleases: bounds.some((bound) => bound.version.prerelease !== '') });
  }
  return { ok: true, value: { alternatives } };
}

function improper(text: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error: `improper constraint: ${text}` };
}

/** `1.2 - 1.4` becomes two bounds. */
function rewriteRange(text: string): string {
  let result = text;
  for (const match of text.matchAll(rangeText))
    result = result.replace(match[0], () => `>= ${match[1]}, <= ${match[11]} `);
  return result;
}

/** Whether a text is bounds that are separated by white space or a comma. */
function isValid(text: string): boolean {
  for (let at = 0; ;) {
    nextBound.lastIndex = at;
    if (!nextBound.test(text)) return false;
    at = nextBound.lastIndex;
    nextSeparator.lastIndex = at;
    const separator = nextSeparator.exec(text)?.[0] ?? '';
    at += separator.length;
    if (at === text.length) return !separator.endsWith(',');
    if (separator === '') return false;
  }
}

function parseBound(text: string): Result<Bound, string> {
  const match = boundText.exec(text);
  if (match === null) return improper(text);
  const [, sign = '', written = '', major = '', minor = '', patch = '', prerelease = ''] = match;
  const dirtyAt = [major, minor.slice(1), patch.slice(1)].findIndex(
    (each) => each === '' || /^[xX*]$/.test(each),
  );
  const full = [
    written,
    `0.0.0${prerelease}`,
    `${major}.0.0${prerelease}`,
    `${major}${minor}.0${prerelease}`,
  ];
  const parsed = parseVersion(full[dirtyAt + 1] ?? written);
  if (!parsed.ok) return { ok: false, error: 'constraint parser error' };
  return {
    ok: true,
    value: {
      operator: sign,
      text: written,
      version: parsed.value,
      dirty: dirtyAt >= 0,
      minorDirty: dirtyAt === 1,
      patchDirty: dirtyAt === 2,
    },
  };
}

/** Whether a version is allowed. */
export function satisfies(version: Version, constraints: Constraints, options: CheckOptions = {}): boolean {
  return constraints.alternatives.some(({ bounds, prereleases }) =>
    bounds.every(
      (bound) => violation(version, bound, prereleases || options.includePrereleases === true) === undefined,
    ),
  );
}

/** Why a version is not allowed: nothing when it is. */
export function violations(
  version: Version,
  constraints: Constraints,
  options: CheckOptions = {},
): readonly string[] {
  const found: string[] = [];
  let saidPrerelease = false;
  for (const { bounds, prereleases } of constraints.alternatives) {
    const included = prereleases || options.includePrereleases === true;
    let holds = true;
    for (const bound of bounds) {
      const isExcluded = !included && version.prerelease !== '';
      const wrong = isExcluded ? onlyReleases(version) : violation(version, bound, included);
      if (wrong === undefined) continue;
      holds = false;
      if (!isExcluded || !saidPrerelease) found.push(wrong);
      saidPrerelease ||= isExcluded;
    }
    if (holds) return [];
  }
  return found;
}

/** The constraints, written again. */
export function formatConstraints({ alternatives }: Constraints): string {
  return alternatives.map(({ bounds }) => bounds.map((b) => b.operator + b.text).join(' ')).join(' || ');
}

function onlyReleases(version: Version): string {
  return `${formatVersion(version)} is a prerelease version and the constraint is only looking for release versions`;
}

function violation(version: Version, bound: Bound, prereleases: boolean): string | undefined {
  if (version.prerelease !== '' && !prereleases) return onlyReleases(version);
  const wrong = comparisons[bound.operator]?.(version, bound);
  return wrong === undefined ? undefined : `${formatVersion(version)} ${wrong.replace('%', bound.text)}`;
}

/** What is wrong with a version, `%` standing for the bound. */
type Comparison = (version: Version, bound: Bound) => string | undefined;

const notEqual: Comparison = (version, bound) => {
  const own = bound.version;
  const same = 'is equal to %';
  if (!bound.dirty) return compareVersions(version, own) === 0 ? same : undefined;
  if (own.major !== version.major) return undefined;
  if (bound.minorDirty) return same;
  if (own.minor !== version.minor) return undefined;
  if (bound.patchDirty) {
    const plain = version.prerelease === '' && own.prerelease === '';
    return plain || comparePrereleases(version.prerelease, own.prerelease) === 0 ? same : undefined;
  }
  return compareVersions(version, own) === 0 ? same : undefined;
};

const greater: Comparison = (version, bound) => {
  const own = bound.version;
  const wrong = 'is less than or equal to %';
  if (!bound.dirty) return compareVersions(version, own) > 0 ? undefined : wrong;
  if (version.major !== own.major) return version.major > own.major ? undefined : wrong;
  if (bound.minorDirty) return wrong;
  if (bound.patchDirty) return version.minor > own.minor ? undefined : wrong;
  return compareVersions(version, own) > 0 ? undefined : wrong;
};

const less: Comparison = (version, bound) =>
  compareVersions(version, bound.version) < 0 ? undefined : 'is greater than or equal to %';

const atLeast: Comparison = (version, bound) =>
  compareVersions(version, bound.version) >= 0 ? undefined : 'is less than %';

const atMost: Comparison = (version, bound) => {
  const own = bound.version;
  const wrong = 'is greater than %';
  if (!bound.dirty) return compareVersions(version, own) <= 0 ? undefined : wrong;
  if (version.major > own.major) return wrong;
  return version.major === own.major && version.minor > own.minor && !bound.minorDirty ? wrong : undefined;
};

const tilde: Comparison = (version, bound) => {
  const own = bound.version;
  if (compareVersions(version, own) < 0) return 'is less than %';
  const isAnything = own.major === 0n && own.minor === 0n && own.patch === 0n;
  // `~0.0.0` is taken for `*`, upstream's comment says so.
  if (isAnything && !bound.minorDirty && !bound.patchDirty) return undefined;
  if (version.major !== own.major) return 'does not have same major version as %';
  return version.minor !== own.minor && !bound.minorDirty
    ? 'does not have same major and minor version as %'
    : undefined;
};

const tildeOrEqual: Comparison = (version, bound) => {
  if (bound.dirty) return tilde(version, bound);
  return compareVersions(version, bound.version) === 0 ? undefined : 'is not equal to %';
};

/** `^` lets everything change behind the first part that is not zero. */
const caret: Comparison = (version, bound) => {
  const own = bound.version;
  if (compareVersions(version, own) < 0) return 'is less than %';
  if (version.major !== own.major) return 'does not have same major version as %';
  if (own.major > 0n || bound.minorDirty) return undefined;
  if (own.minor > 0n || bound.patchDirty)
    return version.minor === own.minor
      ? undefined
      : 'does not have same minor version as %. Expected minor versions to match when constraint major version is 0';
  if (version.minor > 0n) return 'does not have same minor version as %';
  return version.patch === own.patch
    ? undefined
    : 'does not equal %. Expect version and constraint to equal when major and minor versions are 0';
};

const comparisons: Readonly<Record<string, Comparison>> = {
  '': tildeOrEqual,
  '=': tildeOrEqual,
  '!=': notEqual,
  '>': greater,
  '<': less,
  '>=': atLeast,
  '=>': atLeast,
  '<=': atMost,
  '=<': atMost,
  '~': tilde,
  '~>': tilde,
  '^': caret,
};
