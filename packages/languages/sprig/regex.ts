import { GoError, nilList, typedList } from '../go/index.ts';
import type { GoFunction, Value } from '../go/index.ts';
import { quoteRegex, regexCache } from '../regex/index.ts';
import type { GoRegex } from '../regex/index.ts';
import { fn, panic } from './define.ts';

/** Regular expressions. What `must` functions return as an error the others panic with, which reads the same. */
export function regexFunctions(): Readonly<Record<string, GoFunction>> {
  const compile = regexCache();
  const must = (pattern: string): GoRegex => {
    const compiled = compile(pattern);
    if (!compiled.ok) throw new GoError(compiled.error.message);
    return compiled.value;
  };
  const orPanic = (pattern: string): GoRegex => {
    const compiled = compile(pattern);
    return compiled.ok
      ? compiled.value
      : panic(`regexp: Compile(${quotePattern(pattern)}): ${compiled.error.message}`);
  };
  const pair = (
    name: string,
    make: (regexOf: (pattern: string) => GoRegex) => GoFunction,
  ): readonly [string, GoFunction][] => [
    [name, make(orPanic)],
    [`must${name[0]?.toUpperCase()}${name.slice(1)}`, make(must)],
  ];

  return Object.fromEntries([
    [
      'regexMatch',
      fn(['string', 'string'], 'bool', (pattern, text) => {
        const compiled = compile(pattern);
        return compiled.ok && compiled.value.test(text);
      }),
    ],
    ['mustRegexMatch', fn(['string', 'string'], 'bool', (pattern, text) => must(pattern).test(text))],
    ...pair('regexFind', (regexOf) =>
      fn(['string', 'string'], 'string', (pattern, text) => regexOf(pattern).find(text)),
    ),
    ...pair('regexFindAll', (regexOf) =>
      fn(['string', 'string', 'int'], '[]string', (pattern, text, count) =>
        strings(regexOf(pattern).findAll(text, Number(count.n))),
      ),
    ),
    ...pair('regexReplaceAll', (regexOf) =>
      fn(['string', 'string', 'string'], 'string', (pattern, text, template) =>
        regexOf(pattern).replaceAll(text, template),
      ),
    ),
    ...pair('regexReplaceAllLiteral', (regexOf) =>
      fn(['string', 'string', 'string'], 'string', (pattern, text, by) =>
        regexOf(pattern).replaceAllLiteral(text, by),
      ),
    ),
    ...pair('regexSplit', (regexOf) =>
      fn(['string', 'string', 'int'], '[]string', (pattern, text, count) =>
        strings(regexOf(pattern).split(text, Number(count.n))),
      ),
    ),
    ['regexQuoteMeta', fn(['string'], 'string', quoteRegex)],
  ]);
}

/** No matches are a nil slice. */
function strings(items: string[]): Value {
  return items.length === 0 ? nilList('[]string') : typedList('[]string', items);
}

/** As regexp quotes a pattern in its panic: with backticks where it can. */
function quotePattern(pattern: string): string {
  return /^[^`\u0000-\u001f\u007f]*$/.test(pattern) ? `\`${pattern}\`` : JSON.stringify(pattern); // eslint-disable-line no-control-regex
}
