import type { Result } from '@plumbline/base';

/** A version as Masterminds/semver reads it (Semantic Versioning 2.0, with `v` and missing parts tolerated). */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
  /** As it was written. */
  readonly original: string;
}

/** How strictly a version is read. */
export interface VersionStyle {
  /** `01.2` is taken for `1.2`, which is upstream's default. */
  readonly coerce?: boolean;
  /** Where versions are not coerced, says what is wrong rather than only that something is. */
  readonly detailed?: boolean;
}

const looseText =
  /^v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(-([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(\+([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?$/;
const exactText =
  /^v?(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?(?:\.(0|[1-9]\d*))?(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;
const uint64Max = (1n << 64n) - 1n;

export const versionErrors = {
  invalid: 'invalid semantic version',
  empty: 'version string empty',
  characters: 'invalid characters in version',
  startsZero: 'version segment starts with 0',
  metadata: 'invalid metadata string',
  prerelease: 'invalid prerelease string',
} as const;

const fail = (error: string): { readonly ok: false; readonly error: string } => ({ ok: false, error });

/** Reads a version; parts may be left out (`v1.2`). */
export function parseVersion(text: string, style: VersionStyle = {}): Result<Version, string> {
  if (style.coerce === false) return parseExact(text, style.detailed !== false);
  const match = looseText.exec(text);
  if (match === null) return fail(versionErrors.invalid);
  return build(text, [match[1] ?? '', match[2] ?? '', match[3] ?? ''], match[5] ?? '', match[8] ?? '');
}

function parseExact(text: string, detailed: boolean): Result<Version, string> {
  const match = exactText.exec(text);
  if (match !== null)
    return build(text, [match[1] ?? '', match[2] ?? '', match[3] ?? ''], match[4] ?? '', match[5] ?? '');
  const loose = detailed ? looseText.exec(text) : null;
  if (loose === null) return fail(versionErrors.invalid);
  return fail(whatIsWrong(loose) ?? versionErrors.invalid);
}

function whatIsWrong(match: RegExpExecArray): string | undefined {
  for (const part of [match[1], match[2], match[3]]) {
    const digits = (part ?? '').replace('.', '');
    if (digits.length > 1 && digits.startsWith('0')) return versionErrors.startsZero;
    if (digits !== '' && BigInt(digits) > uint64Max) return segmentError(digits);
  }
  return prereleaseError(match[5] ?? '') ?? metadataError(match[8] ?? '');
}

function segmentError(digits: string): string {
  return `error parsing version segment: ${rangeError(digits)}`;
}

function rangeError(digits: string): string {
  return `strconv.ParseUint: parsing "${digits}": value out of range`;
}

function build(
  original: string,
  parts: readonly string[],
  prerelease: string,
  metadata: string,
): Result<Version, string> {
  const numbers: bigint[] = [];
  for (const part of parts) {
    const digits = part.replace('.', '');
    const number = BigInt(digits === '' ? '0' : digits);
    if (number > uint64Max) return fail(segmentError(digits));
    numbers.push(number);
  }
  const wrong = prereleaseError(prerelease) ?? metadataError(metadata);
  if (wrong !== undefined) return fail(wrong);
  const [major = 0n, minor = 0n, patch = 0n] = numbers;
  return { ok: true, value: { major, minor, patch, prerelease, metadata, original } };
}

/** Reads a version that follows the specification to the letter: three parts and no `v`. */
export function parseStrictVersion(text: string): Result<Version, string> {
  if (text === '') return fail(versionErrors.empty);
  const [first, second, ...others] = text.split('.');
  if (first === undefined || second === undefined || others.length === 0) return fail(versionErrors.invalid);
  const [core, metadata] = cut(others.join('.'), '+');
  if (metadata !== undefined) {
    const wrong = metadata === '' ? versionErrors.metadata : metadataError(metadata);
    if (wrong !== undefined) return fail(wrong);
  }
  const [patch, prerelease] = cut(core, '-');
  if (prerelease !== undefined) {
    const wrong = prerelease === '' ? versionErrors.prerelease : prereleaseError(prerelease);
    if (wrong !== undefined) return fail(wrong);
  }
  for (const part of [first, second, patch]) {
    if (!/^[0-9]*$/.test(part)) return fail(versionErrors.characters);
    if (part.length > 1 && part.startsWith('0')) return fail(versionErrors.startsZero);
  }
  for (const part of [first, second, patch]) {
    if (part === '') return fail('strconv.ParseUint: parsing "": invalid syntax');
    if (BigInt(part) > uint64Max) return fail(rangeError(part));
  }
  return build(text, [first, second, patch], prerelease ?? '', metadata ?? '');
}

function cut(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function prereleaseError(text: string): string | undefined {
  if (text === '') return undefined;
  for (const part of text.split('.')) {
    if (!/^[0-9A-Za-z-]+$/.test(part)) return versionErrors.prerelease;
    if (/^0[0-9]+$/.test(part)) return versionErrors.startsZero;
  }
  return undefined;
}

function metadataError(text: string): string | undefined {
  return text === '' || text.split('.').every((part) => /^[0-9A-Za-z-]+$/.test(part))
    ? undefined
    : versionErrors.metadata;
}

/** The version in full: three parts, pre-release, metadata. */
export function formatVersion({ major, minor, patch, prerelease, metadata }: Version): string {
  const suffix = (sign: string, text: string): string => (text === '' ? '' : sign + text);
  return `${major}.${minor}.${patch}${suffix('-', prerelease)}${suffix('+', metadata)}`;
}

/** Below zero: `a` is older; above: newer. Metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  const order = sign(a.major, b.major) || sign(a.minor, b.minor) || sign(a.patch, b.patch);
  if (order !== 0 || a.prerelease === b.prerelease) return order;
  if (a.prerelease === '') return 1;
  return b.prerelease === '' ? -1 : comparePrereleases(a.prerelease, b.prerelease);
}

function sign<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Part by part: numbers before words, and fewer parts before more. */
export function comparePrereleases(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = compareParts(left[i] ?? '', right[i] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function compareParts(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? -1 : 1;
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x === undefined && y === undefined) return a > b ? 1 : -1;
  if (x === undefined || y === undefined) return y === undefined ? -1 : 1;
  return x > y ? 1 : -1;
}

function numberOf(part: string): bigint | undefined {
  if (!/^[0-9]+$/.test(part)) return undefined;
  const number = BigInt(part);
  return number > uint64Max ? undefined : number;
}

/** The next version; a pre-release of a patch is followed by the patch itself. */
export function increment(version: Version, part: 'major' | 'minor' | 'patch'): Version {
  const { major, minor, patch } = version;
  const next =
    part === 'major'
      ? { major: major + 1n, minor: 0n, patch: 0n }
      : part === 'minor'
        ? { major, minor: minor + 1n, patch: 0n }
        : { major, minor, patch: version.prerelease === '' ? patch + 1n : patch };
  return rewritten(version, { ...next, prerelease: '', metadata: '' });
}

/** The version with another pre-release. */
export function withPrerelease(version: Version, prerelease: string): Result<Version, string> {
  const wrong = prereleaseError(prerelease);
  return wrong === undefined ? { ok: true, value: rewritten(version, { prerelease }) } : fail(wrong);
}

/** The version with other metadata. */
export function withMetadata(version: Version, metadata: string): Result<Version, string> {
  const wrong = metadataError(metadata);
  return wrong === undefined ? { ok: true, value: rewritten(version, { metadata }) } : fail(wrong);
}

/** A changed version is written in full, with the `v` that it had. */
function rewritten(version: Version, changes: Partial<Version>): Version {
  const next = { ...version, ...changes };
  return { ...next, original: (version.original.startsWith('v') ? 'v' : '') + formatVersion(next) };
}
