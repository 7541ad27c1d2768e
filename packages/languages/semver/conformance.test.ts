import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  compareVersions,
  formatConstraints,
  formatVersion,
  increment,
  parseConstraints,
  parseStrictVersion,
  parseVersion,
  satisfies,
  versionErrors,
  violations,
  withMetadata,
  withPrerelease,
} from './index.ts';
import type { Constraints, Version } from './index.ts';

const root = process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance');
const file = join(root, 'rendering/go-tables/semver.json');

type Case = Readonly<Record<string, unknown>>;
interface Row {
  readonly test: string;
  readonly case: Case;
}
const rows: readonly Row[] = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Row[]) : [];

function version(text: unknown): Version {
  const parsed = parseVersion(String(text));
  if (!parsed.ok) throw new Error(`${String(text)}: ${parsed.error}`);
  return parsed.value;
}

function constraints(text: unknown): Constraints {
  const parsed = parseConstraints(String(text));
  if (!parsed.ok) throw new Error(`${String(text)}: ${parsed.error}`);
  return parsed.value;
}

/** Upstream's names of its errors. */
const errorNames: Readonly<Record<string, string>> = {
  ErrInvalidSemVer: versionErrors.invalid,
  ErrEmptyString: versionErrors.empty,
  ErrInvalidCharacters: versionErrors.characters,
  ErrSegmentStartsZero: versionErrors.startsZero,
  ErrInvalidMetadata: versionErrors.metadata,
  ErrInvalidPrerelease: versionErrors.prerelease,
};

/** The text of an error of the table; undefined where it was not evaluated. */
function errorText(value: unknown): string | undefined {
  if (value === null) return '';
  const name = (value as { $sym?: string }).$sym;
  return name === undefined ? undefined : errorNames[name];
}
const said = (parsed: { readonly ok: boolean; readonly error?: string }): string => parsed.error ?? '';
const order = (c: Case): number => compareVersions(version(c['v1']), version(c['v2']));

type Check = (c: Case) => readonly [actual: unknown, expected: unknown];

const checks: Readonly<Record<string, Check>> = {
  TestConstraintCheck: (c) => [satisfies(version(c['version']), constraints(c['constraint'])), c['check']],
  TestConstraintsCheck: (c) => [satisfies(version(c['version']), constraints(c['constraint'])), c['check']],
  TestConstraintsValidate: (c) => [
    violations(version(c['version']), constraints(c['constraint'])).length === 0,
    c['check'],
  ],
  TestConstraintsCheckIncludePrerelease: (c) => [
    satisfies(version(c['version']), constraints(c['constraint']), { includePrereleases: true }),
    c['check'],
  ],
  TestConstraintsValidateIncludePrerelease: (c) => [
    violations(version(c['version']), constraints(c['constraint']), { includePrereleases: true }).length ===
      0,
    c['check'],
  ],
  TestParseConstraint: (c) => {
    const parsed = parseConstraints(String(c['in']));
    if (c['err'] === true) return [parsed.ok, false];
    const bound = constraints(c['in']).alternatives[0]?.bounds[0];
    return [bound === undefined ? '' : formatVersion(bound.version), formatVersion(version(c['v']))];
  },
  TestNewConstraint: (c) => {
    const parsed = parseConstraints(String(c['input']));
    if (c['err'] === true || !parsed.ok) return [parsed.ok, c['err'] !== true];
    const [first] = parsed.value.alternatives;
    return [
      [parsed.value.alternatives.length, first?.bounds.length],
      [c['ors'], c['count']],
    ];
  },
  TestConstraintString: (c) => [formatConstraints(constraints(c['constraint'])), c['st']],
  TestTextMarshalConstraints: (c) => [formatConstraints(constraints(c['constraint'])), c['want']],
  TestTextUnmarshalConstraints: (c) => [formatConstraints(constraints(c['constraint'])), c['want']],
  TestStrictNewVersion: (c) => [!parseStrictVersion(String(c['version'])).ok, c['err']],
  'TestNewVersion/With loose NewVersion': (c) => [!parseVersion(String(c['version'])).ok, c['err']],
  'TestNewVersion/Without loose NewVersion': (c) => [
    !parseVersion(String(c['version']), { coerce: false }).ok,
    c['err'],
  ],
  'TestNewVersionCheckError/With detailed errors': (c) => [
    said(parseVersion(String(c['version']), { coerce: false })),
    errorText(c['wantErr']),
  ],
  'TestNewVersionCheckError/Without detailed errors': (c) => [
    said(parseVersion(String(c['version']), { coerce: false, detailed: false })),
    errorText(c['wantErr']),
  ],
  TestCoerceString: (c) => [formatVersion(version(c['version'])), c['expected']],
  TestCompare: (c) => [Math.sign(order(c)), c['expected']],
  TestLessThan: (c) => [order(c) < 0, c['expected']],
  TestLessThanEqual: (c) => [order(c) <= 0, c['expected']],
  TestGreaterThan: (c) => [order(c) > 0, c['expected']],
  TestGreaterThanEqual: (c) => [order(c) >= 0, c['expected']],
  TestInc: (c) => {
    const next = increment(version(c['v1']), c['how'] as 'major' | 'minor' | 'patch');
    return [
      [formatVersion(next), next.original],
      [c['expected'], c['expectedOriginal']],
    ];
  },
  TestSetPrerelease: (c) => {
    const next = withPrerelease(version(c['v1']), String(c['prerelease']));
    return [
      next.ok ? [formatVersion(next.value), next.value.original] : next.error,
      next.ok ? [c['expectedVersion'], c['expectedOriginal']] : errorText(c['expectedErr']),
    ];
  },
  TestSetMetadata: (c) => {
    const next = withMetadata(version(c['v1']), String(c['metadata']));
    if (!next.ok) return [next.error, errorText(c['expectedErr']) ?? versionErrors.metadata];
    return [
      [formatVersion(next.value), next.value.original],
      [c['expectedVersion'], c['expectedOriginal']],
    ];
  },
  TestOriginalVPrefix: (c) => [version(c['version']).original.startsWith('v') ? 'v' : '', c['vprefix']],
  TestValidatePrerelease: (c) => [
    said(withPrerelease(version('1.0.0'), String(c['pre']))),
    errorText(c['expected']),
  ],
  TestValidateMetadata: (c) => [
    said(withMetadata(version('1.0.0'), String(c['meta']))),
    errorText(c['expected']),
  ],
};

/** Helpers that are private to upstream: the empty text is only a constraint for one of them. */
const skipped = (row: Row, name: string): boolean =>
  checks[name] === undefined || row.case['constraint'] === '';

describe.skipIf(rows.length === 0)("the tables of Masterminds/semver's own tests", () => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = row.test.replace(/^[^:]*:/, '');
    if (!skipped(row, name)) groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  it.each([...groups])('%s', (name, own) => {
    for (const row of own) {
      const [actual, expected] = checks[name]?.(row.case) ?? [];
      if (expected !== undefined) expect(actual, JSON.stringify(row.case)).toEqual(expected);
    }
  });

  it('leaves out only helpers that are private to upstream', () => {
    const left = rows
      .map((row) => row.test.replace(/^[^:]*:/, ''))
      .filter((name) => checks[name] === undefined);
    expect([...new Set(left)].toSorted()).toEqual(['TestEqual', 'TestIsX', 'TestRewriteRange']);
  });
});
