import { describe, expect, it } from 'vitest';
import { createSprigCrypto, seededRandom } from '@plumbline/crypto';
import { GoError, GoInt, GoObject, nilList, printValue, typedList } from '../go/index.ts';
import type { GoFunction, GoType, Value } from '../go/index.ts';
import { helmDurationFunctions, sprigFunctions } from './index.ts';
import { render, testFunctions, testNow } from './test/render.ts';

/** A small generator with a seed, so that a failure can be looked at again. */
function chance(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const texts = [
  '', ' ', 'a', 'abc', 'Hello World', 'é日本\u{1f600}', '\udc80\udcff', '0', '-1', '1.5', '1e400', '0x1f', '010', 'true',
  '(', '[a-', 'a**', '(a|b)*c', '$1 ${x} $', '%s %d', '<a&b>', 'a\nb\n\nc', '{"a":[1,', '[1,2]', 'aGk=', '!!', 'ME======',
  'http://u:p@h:1/p?q#f', 'http://[::1', '%zz', '2006-01-02', 'Jan _2 15:04:05.000 MST Z07:00', '2020-02-30', '1h30m', '-5s',
  'America/New_York', 'Local', '>=1.2 <3 || ^4', '1.2.3-rc.1+b', '~', '10.0.0.1', '/a/../b//c.d', 'rsa', 'ed25519', '_0', 'x-y_z',
  'a'.repeat(300), ' '.repeat(200), '1  '.repeat(100), '-----BEGIN X-----\nAA==\n-----END X-----\n',
]; // prettier-ignore
const wholes = [0n, 1n, -1n, 2n, 3n, 7n, 10n, 64n, -64n, 1000n, (1n << 63n) - 1n, -(1n << 63n)];
const floats = [0, -0, 1, -1.5, 0.1, 1e21, 1e-7, 1e308, Number.NaN, Infinity, -Infinity, 123456789];

const functions = new Map<string, GoFunction>([
  ...sprigFunctions({ random: seededRandom('fuzz'), now: () => testNow, crypto: createSprigCrypto() }),
  ...helmDurationFunctions(),
]);
const objects = ['semver', 'now'].map(
  (name) => functions.get(name)?.call(name === 'semver' ? ['1.2.3'] : []) ?? null,
);

function anything(pick: (limit: number) => number, depth = 0): Value {
  const of = <T>(items: readonly T[]): T | undefined => items[pick(items.length)];
  switch (pick(depth > 2 ? 6 : 11)) {
    case 0:
      return null;
    case 1:
      return pick(2) === 0;
    case 2:
      return of(floats) ?? 0;
    case 3:
      return new GoInt(
        of(['int', 'int64', 'uint8', 'uint64', 'duration'] as const) ?? 'int',
        of(wholes.slice(0, 9)) ?? 0n,
      );
    case 4:
    case 5:
      return of(texts) ?? '';
    case 6:
      return of(objects) ?? null;
    case 7:
      return Uint8Array.from([1, 255, 97]);
    case 8:
      return new Map(Array.from({ length: pick(4) }, () => [of(texts) ?? '', anything(pick, depth + 1)]));
    case 9:
      return pick(3) === 0 ? nilList() : typedList('[]string', [of(texts) ?? '', of(texts) ?? '']);
    default:
      return Array.from({ length: pick(4) }, () => anything(pick, depth + 1));
  }
}

function argument(type: GoType, pick: (limit: number) => number): Value {
  const of = <T>(items: readonly T[]): T | undefined => items[pick(items.length)];
  switch (type) {
    case 'bool':
      return pick(2) === 0;
    case 'string':
      return of(texts) ?? '';
    case 'int':
    case 'int64':
      return new GoInt(type, of(wholes) ?? 0n);
    case 'float64':
      return of(floats) ?? 0;
    case 'map':
      return pick(8) === 0
        ? null
        : new Map(Array.from({ length: pick(4) }, () => [of(texts) ?? '', anything(pick)]));
    case 'list':
      return pick(8) === 0 ? null : Array.from({ length: pick(4) }, () => anything(pick));
    case 'time':
      return objects[1] ?? null;
    case 'duration':
      return new GoInt('duration', of(wholes) ?? 0n);
    default:
      return anything(pick);
  }
}

/** Real work that takes its time: primes and passwords. */
const slow = /^(?:gen|bcrypt|htpasswd|derivePassword)/;
/** Far more than needed: other work may keep the machine busy. */
const callMsMax = 2_000;

function isValue(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value) || value instanceof GoInt ||
    value instanceof GoObject || value instanceof Map || Array.isArray(value) || value instanceof Uint8Array; // prettier-ignore
}

describe('whatever they are given', () => {
  it.each([...functions].filter(([name]) => !slow.test(name)))(
    '%s answers or fails as Go does',
    (name, each) => {
      const { params, variadic } = each;
      const pick = chance(name.length * 7919 + (name.codePointAt(0) ?? 0));
      for (let round = 0; round < 60; round++) {
        const fixed = variadic === true ? params.slice(0, -1) : params;
        const rest = variadic === true ? Array.from({ length: pick(4) }, () => params.at(-1) ?? 'any') : [];
        const args = [...fixed, ...rest].map((type) => argument(type, pick));
        const started = performance.now();
        try {
          expect(isValue(each.call(args)), name).toBe(true);
        } catch (thrown) {
          if (!(thrown instanceof GoError)) throw thrown;
          expect(thrown.message).not.toBe('');
        }
        expect(performance.now() - started, `${name} with ${args.length} arguments`).toBeLessThan(callMsMax);
      }
    },
  );

  it('values that contain themselves end in an error', () => {
    for (const name of [
      'toJson',
      'toString',
      'quote',
      'deepCopy',
      'cat',
      'merge',
      'uniq',
      'has',
      'toPrettyJson',
    ]) {
      const own = new Map<string, Value>();
      own.set('own', own);
      const twin = new Map<string, Value>();
      twin.set('own', twin);
      const each = functions.get(name);
      const args =
        name === 'merge'
          ? [own, twin]
          : name === 'uniq'
            ? [[own, twin]]
            : name === 'has'
              ? [own, [twin]]
              : [own];
      try {
        const result = each?.call(args);
        expect(['', undefined].includes(result as string) || name === 'merge', name).toBe(true);
      } catch (thrown) {
        expect(thrown, name).toBeInstanceOf(GoError);
      }
    }
  });
});

describe('time grows with the length and no faster', () => {
  const long = 'line of text\n'.repeat(20_000);
  const many = Array.from({ length: 20_000 }, (_, i): Value => `item ${i}`);
  const own = testFunctions();
  it.each<[string, Value[]]>([
    ['nindent', [new GoInt('int', 4n), long]],
    ['indent', [new GoInt('int', 4n), long]],
    ['quote', [long]],
    ['trimSuffix', ['x', long]],
    ['trim', [`${' '.repeat(200_000)}x${' '.repeat(200_000)}`]],
    ['trimAll', [' ', ' '.repeat(200_000)]],
    ['trunc', [new GoInt('int', 100_000n), long]],
    ['sha256sum', [long]],
    ['b64enc', [long]],
    ['b64dec', ['YWJj'.repeat(60_000)]],
    ['uniq', [many]],
    ['without', [many, ...many.slice(0, 5_000)]],
    ['join', [',', many]],
    ['sortAlpha', [many]],
    ['toJson', [many]],
    ['wrap', [new GoInt('int', 20n), long]],
    ['replace', ['line', 'row', long]],
    ['splitList', ['\n', long]],
    ['snakecase', ['someWord'.repeat(10_000)]],
    ['camelcase', ['some_word'.repeat(10_000)]],
    ['regexReplaceAll', ['\\s+', long, ' ']],
    ['regexSplit', ['\n', long, new GoInt('int', -1n)]],
    ['semverCompare', [`${'>=1.0  '.repeat(200)}!`, '1.0.0']],
    ['merge', [new Map(), new Map(many.map((item): [string, Value] => [printValue(item), item]))]],
  ])('%s', (name, args) => {
    const started = performance.now();
    try {
      own.get(name)?.call(args);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(GoError);
    }
    expect(performance.now() - started).toBeLessThan(callMsMax);
  });

  it('texts may be built piece by piece', () => {
    const template = '{{ $t := "" }}{{ range until 5000 }}{{ $t = cat $t "word" }}{{ end }}{{ len $t }}';
    expect(render(template)).toBe('25000');
  });
});
