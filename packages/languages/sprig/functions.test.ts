import { describe, expect, it } from 'vitest';
import { seededRandom } from '@plumbline/crypto';
import { GoInt } from '../go/index.ts';
import { cases } from './tables/index.ts';
import { helmDurationFunctions } from './index.ts';
import { failure, render, testFunctions } from './test/render.ts';

const functions = new Map([...testFunctions({ random: seededRandom('tests') }), ...helmDurationFunctions()]);

/** What an expression leads to: type and text, or `!` and the error without its place. */
function outcome(expression: string): string {
  const template = `{{ $x := (${expression}) }}{{ printf "%T|%v" $x $x }}`;
  try {
    return render(template, new Map(), functions);
  } catch {
    return `!${failure(template, new Map(), functions).replace(/^template: [^ ]* executing "t" at <.*?>: /s, '')}`;
  }
}

describe.each(Object.entries(cases))('%s', (_, own) => {
  it.each(own)('%s', (expression, expected) => {
    expect(outcome(expression)).toBe(expected);
  });
});

describe('durations of Helm 4', () => {
  it.each([
    ['mustToDuration "1h30m"', 'time.Duration|1h30m0s'],
    ['mustToDuration 90', 'time.Duration|1m30s'],
    ['mustToDuration " 1.5 "', 'time.Duration|1.5s'],
    ['mustToDuration ""', '!empty duration'],
    ['mustToDuration "x"', '!could not parse duration "x"'],
    ['mustToDuration nil', '!invalid duration'],
    ['mustToDuration (list)', '!unsupported duration type []interface {}'],
    ['mustToDuration 99999999999999', '!duration seconds overflow: 99999999999999'],
    ['durationSeconds "1h0.5s"', 'float64|3600.5'],
    ['durationSeconds "x"', 'float64|0'],
    ['durationMilliseconds "1.5s"', 'int64|1500'],
    ['durationMicroseconds "1.5ms"', 'int64|1500'],
    ['durationNanoseconds "1.5us"', 'int64|1500'],
    ['durationMinutes "90s"', 'float64|1.5'],
    ['durationHours "1h1s"', 'float64|1.0002777777777778'],
    ['durationDays "36h"', 'float64|1.5'],
    ['durationWeeks "84h"', 'float64|0.5'],
    ['durationRoundTo "-1h30m" "1h"', 'time.Duration|-2h0m0s'],
    ['durationRoundTo "1h29m" "1h"', 'time.Duration|1h0m0s'],
    ['durationRoundTo "1h30m" "x"', 'time.Duration|1h30m0s'],
    ['durationTruncateTo "-1h59m" "1h"', 'time.Duration|-1h0m0s'],
  ])('%s', (expression, expected) => {
    expect(outcome(expression)).toBe(expected);
  });
});

describe('the list of functions', () => {
  it('is complete: an unknown one would keep the whole chart from being read', () => {
    // The names of sprig 3.3 and of its main branch, without env and expandenv.
    const names = `
      abbrev abbrevboth add add1 add1f addf adler32sum ago all any append atoi b32dec b32enc b64dec b64enc base bcrypt biggest
      buildCustomCert camelcase cat ceil chunk clean coalesce compact concat contains date dateInZone dateModify date_in_zone
      date_modify decryptAES deepCopy deepEqual default derivePassword dict dig dir div divf duration durationRound empty encryptAES
      ext fail first float64 floor fromJson genCA genCAWithKey genPrivateKey genSelfSignedCert genSelfSignedCertWithKey
      genSignedCert genSignedCertWithKey get getHostByName has hasKey hasPrefix hasSuffix hello htmlDate htmlDateInZone htpasswd
      indent initial initials int int64 isAbs join kebabcase keys kindIs kindOf last list lower max maxf merge mergeOverwrite min
      minf mod mul mulf mustAppend mustChunk mustCompact mustDateModify mustDeepCopy mustFirst mustFromJson mustHas mustInitial
      mustLast mustMerge mustMergeOverwrite mustPrepend mustPush mustRegexFind mustRegexFindAll mustRegexMatch
      mustRegexReplaceAll mustRegexReplaceAllLiteral mustRegexSplit mustRest mustReverse mustSlice mustToDate mustToJson
      mustToPrettyJson mustToRawJson mustUniq mustWithout must_date_modify nindent nospace now omit osBase osClean osDir osExt
      osIsAbs pick pluck plural prepend push quote randAlpha randAlphaNum randAscii randBytes randInt randNumeric regexFind
      regexFindAll regexMatch regexQuoteMeta regexReplaceAll regexReplaceAllLiteral regexSplit repeat replace rest reverse round
      semver semverCompare seq set sha1sum sha256sum sha512sum shuffle slice snakecase sortAlpha split splitList splitn squote
      sub subf substr swapcase ternary title toDate toDecimal toJson toPrettyJson toRawJson toString toStrings trim trimAll
      trimPrefix trimSuffix trimall trunc tuple typeIs typeIsLike typeOf uniq unixEpoch unset until untilStep untitle upper
      urlJoin urlParse uuidv4 values without wrap wrapWith`;
    const expected = names.split(/\s+/).filter((name) => name !== '');
    expect([...testFunctions().keys()].toSorted()).toEqual(expected.toSorted());
  });
});

describe('chance', () => {
  const draw = (expression: string, seed = 's'): string =>
    render(`{{ ${expression} }}`, new Map(), testFunctions({ random: seededRandom(seed) }));

  it.each([
    ['randAlphaNum 20', /^[0-9A-Za-z]{20}$/],
    ['randAlpha 20', /^[A-Za-z]{20}$/],
    ['randNumeric 20', /^[0-9]{20}$/],
    ['randAscii 20', /^[ -~]{20}$/],
    ['randBytes 9', /^[0-9A-Za-z+/]{12}$/],
    ['uuidv4', /^[0-9a-f-]{36}$/],
    ['randInt 5 8', /^[567]$/],
    ['htpasswd "me" "secret"', /^me:\$2a\$10\$.{53}$/],
    ['htpasswd "me" "secret" "sha"', /^me:\{SHA\}5en6G6MezRroT3XKqkdPOmY\/BfQ=$/],
  ])('%s repeats itself for a seed', (expression, shape) => {
    expect(draw(expression)).toMatch(shape);
    expect(draw(expression)).toBe(draw(expression));
  });

  it('differs by seed', () => {
    expect(draw('randAlphaNum 20')).not.toBe(draw('randAlphaNum 20', 't'));
  });

  it('shuffles without losing anything', () => {
    expect(Array.from(draw('shuffle "abcdé"')).toSorted().join('')).toBe('abcdé');
  });

  it('draws every character equally often', () => {
    const counts = new Map<string, number>();
    for (const digit of draw('randNumeric 20000')) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(250);
    expect(counts.size).toBe(10);
  });

  it('makes certificates that templates take apart', () => {
    const template =
      '{{ $ca := genCA "ca" 365 }}{{ $cert := genSignedCert "web" (list "10.0.0.1") (list "web.demo") 30 $ca }}' +
      '{{ trunc 27 $ca.Cert }} {{ trunc 31 $cert.Key }} {{ (buildCustomCert (b64enc $ca.Cert) (b64enc $ca.Key)).Key | eq $ca.Key }}';
    expect(render(template, new Map(), testFunctions({ random: seededRandom('s') }))).toBe(
      '-----BEGIN CERTIFICATE----- -----BEGIN RSA PRIVATE KEY----- true',
    );
  });
});

describe('the clock', () => {
  it('is the one that the caller brings', () => {
    expect(render('{{ now }} {{ now | htmlDate }} {{ ago (now | date_modify "-90m") }}')).toBe(
      '2026-05-06 07:08:09 +0000 UTC 2026-05-06 1h30m0s',
    );
  });

  it('shows the zone that the caller says is local', () => {
    const berlin = testFunctions({ timeZone: 'Europe/Berlin' });
    expect(
      render(
        '{{ now }} {{ date "15:04 MST" 0 }} {{ toDate "2006-01-02 15:04" "2026-07-01 12:00" | unixEpoch }}',
        new Map(),
        berlin,
      ),
    ).toBe('2026-05-06 09:08:09 +0200 CEST 01:00 CET 1782900000');
  });
});

describe('tables', () => {
  it('are changed in place and shared, as upstream does', () => {
    expect(
      render(
        '{{ $a := dict "x" (dict) }}{{ $b := dict "y" (dict "z" 1) }}{{ $_ := merge $a $b }}{{ $_ := set $a.y "z" 2 }}{{ $a }} {{ $b }}',
      ),
    ).toBe('map[x:map[] y:map[z:2]] map[y:map[z:2]]');
  });

  it('are no longer shared behind deepCopy', () => {
    expect(
      render(
        '{{ $a := dict "x" (dict "y" 1) }}{{ $b := deepCopy $a }}{{ $_ := set $b.x "y" 2 }}{{ $a }} {{ $b }}',
      ),
    ).toBe('map[x:map[y:1]] map[x:map[y:2]]');
  });

  it('are read with nil for what is missing', () => {
    expect(functions.get('hasKey')?.call([null, 'a'])).toBe(false);
    expect(functions.get('add')?.call([new GoInt('int', 1n), 2.9, '3'])).toEqual(new GoInt('int64', 6n));
  });
});
