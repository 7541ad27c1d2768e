/**
 * Versions and constraints as Masterminds/semver reads them, which is what Argo CD puts behind `targetRevision: 1.*`.
 */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease: string;
}

const versionPattern = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;
const part = String.raw`(\d+|[xX*])`;
const boundPattern = new RegExp(
  String.raw`^(=|!=|>|<|>=|=>|<=|=<|~|~>|\^)?\s*v?${part}(?:\.${part})?(?:\.${part})?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$`,
);
/** No tag list needs a longer one. */
const constraintLengthMax = 500;

/** A version, also with parts left out (`v1.2`); undefined for anything else. */
export function parseVersion(text: string): Version | undefined {
  const match = text.length > 256 ? null : versionPattern.exec(text);
  if (match === null) return undefined;
  return {
    major: Number(match[1]),
    minor: Number(match[2] ?? 0),
    patch: Number(match[3] ?? 0),
    prerelease: match[4] ?? '',
  };
}

/** Below zero: `a` is older; above: newer. Build metadata does not count (Semantic Versioning 2.0, 11). */
export function compareVersions(a: Version, b: Version): number {
  return (
    a.major - b.major ||
    a.minor - b.minor ||
    a.patch - b.patch ||
    comparePrereleases(a.prerelease, b.prerelease)
  );
}

/** Says whether a version is allowed, or undefined when the text is no constraint. */
export function parseConstraint(text: string): ((version: Version) => boolean) | undefined {
  if (text.length > constraintLengthMax) return undefined;
  const alternatives: Bound[][] = [];
  for (const alternative of text.split('||')) {
    const bounds = parseBounds(alternative);
    if (bounds === undefined) return undefined;
    alternatives.push(bounds);
  }
  return (version) => alternatives.some((bounds) => bounds.every((bound) => allows(bound, version)));
}

interface Bound {
  readonly operator: string;
  readonly version: Version;
  /** How many parts were written out: 0 for `*`. */
  readonly parts: number;
}

function parseBounds(text: string): Bound[] | undefined {
  const range = /^\s*v?([\w.*+-]+)\s+-\s+v?([\w.*+-]+)\s*$/.exec(text);
  const words = (range === null ? text : `>=${range[1]} <=${range[2]}`)
    // `>= 1.2` is one bound, `>=1 <2` are two.
    .replace(/([=!<>~^])\s+/g, '$1')
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  if (words.length === 0) return undefined;
  const bounds: Bound[] = [];
  for (const word of words) {
    const match = boundPattern.exec(word);
    if (match === null) return undefined;
    const written = [match[2], match[3], match[4]];
    const wild = written.findIndex((digits) => digits === undefined || /[xX*]/.test(digits));
    const parts = wild < 0 ? 3 : wild;
    const number = (i: number): number => (i < parts ? Number(written[i]) : 0);
    bounds.push({
      operator: match[1] ?? '',
      parts,
      version: { major: number(0), minor: number(1), patch: number(2), prerelease: match[5] ?? '' },
    });
  }
  return bounds;
}

function allows({ operator, version: bound, parts }: Bound, version: Version): boolean {
  // Pre-releases are only meant when the constraint names one.
  if (version.prerelease !== '' && bound.prerelease === '') return false;
  const order = compareVersions(version, bound);
  switch (operator) {
    case '>=':
    case '=>':
      return order >= 0;
    case '>':
      return parts === 3 ? order > 0 : order > 0 && !inside(version, bound, parts);
    case '<':
      return order < 0;
    case '<=':
    case '=<':
      return order <= 0 || (parts < 3 && inside(version, bound, parts));
    case '!=':
      return parts === 3 ? order !== 0 : !inside(version, bound, parts);
    case '~':
    case '~>':
      return order >= 0 && inside(version, bound, Math.min(parts, 2));
    case '^':
      return order >= 0 && inside(version, bound, caretParts(bound, parts));
    default:
      return parts === 3 ? order === 0 : order >= 0 && inside(version, bound, parts);
  }
}

/** Whether the first parts are the same. */
function inside(version: Version, bound: Version, parts: number): boolean {
  if (parts >= 1 && version.major !== bound.major) return false;
  if (parts >= 2 && version.minor !== bound.minor) return false;
  return parts < 3 || version.patch === bound.patch;
}

/** `^` lets everything change behind the first part that is not zero. */
function caretParts(bound: Version, parts: number): number {
  if (bound.major > 0 || parts < 2) return Math.min(parts, 1);
  if (bound.minor > 0 || parts < 3) return 2;
  return 3;
}

function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '') return 1;
  if (b === '') return -1;
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = compareIdentifiers(left[i], right[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareIdentifiers(x: string | undefined, y: string | undefined): number {
  if (x === y) return 0;
  if (x === undefined) return -1;
  if (y === undefined) return 1;
  const numericX = /^\d+$/.test(x);
  const numericY = /^\d+$/.test(y);
  if (numericX && numericY) return Number(x) - Number(y);
  if (numericX !== numericY) return numericX ? -1 : 1;
  return x < y ? -1 : 1;
}
