import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTemplates, TemplateError } from '@plumbline/languages';
import { goValue, testFunctions } from './test-functions.ts';
import type { Value } from '@plumbline/languages';

const words =
  '{{ }} {{- -}} | ( ) . $ $x $y := = , .a .b.c .Values "s" `r` \'c\' 1 1.5 0x1 nil true if else end range with define block template break continue upper list dict include tpl index printf eq and or not len text /* */ % \\n é "x"'.split(
    ' ',
  );
const soup = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((some) => some.join(' '));
const leaf = fc.constantFrom(
  '.a',
  '.b.c',
  '$',
  '.',
  '"s"',
  '1',
  'nil',
  '(list 1 2)',
  '(dict "a" 1)',
  '.Values.x',
  '$.l',
  '1.5',
);
const call = fc
  .tuple(
    fc.constantFrom(
      'upper',
      'list',
      'index',
      'printf "%v %s"',
      'eq',
      'and',
      'or',
      'len',
      'quote',
      'include "t"',
      'tpl',
    ),
    fc.array(leaf, { maxLength: 3 }),
  )
  .map(([name, args]) => [name, ...args].join(' '));
const expression = fc
  .array(fc.oneof(leaf, call), { minLength: 1, maxLength: 3 })
  .map((some) => some.join(' | '));
const { template } = fc.letrec<{ template: string }>((tie) => ({
  template: fc.oneof(
    { maxDepth: 4 },
    fc.string({ maxLength: 6 }),
    expression.map((some) => `{{ ${some} }}`),
    fc
      .tuple(
        fc.constantFrom('if', 'with', 'range', 'range $i, $e :='),
        expression,
        tie('template'),
        tie('template'),
      )
      .map(([word, some, then, otherwise]) => `{{ ${word} ${some} }}${then}{{ else }}${otherwise}{{ end }}`),
    fc.tuple(tie('template'), tie('template')).map(([a, b]) => a + b),
  ),
}));

const data = (): Value =>
  goValue({ a: 'x', b: { c: ['y', 1, { d: null }] }, l: [1, 'two', null], Values: { x: '{{ .a }}' } });

type Ending = { readonly text: string } | { readonly error: string };

/** What a text comes to; whatever is not an error of the template with a place is a bug. */
function ending(text: string, traced: boolean): Ending {
  const templates = createTemplates({
    functions: testFunctions,
    missingKey: 'zero',
    limits: { steps: 20_000, output: 100_000 },
  });
  try {
    templates.parse('helpers', '{{ define "t" }}[{{ . }}]{{ end }}');
    templates.parse('fuzz', text);
    if (!traced) return { text: templates.execute('fuzz', data()) };
    const { text: output, spans } = templates.trace('fuzz', data(), {
      originOf: (_container, key) => String(key),
    });
    let end = 0;
    for (const span of spans) {
      expect(span.start).toBe(end);
      expect(span.origin.line).toBeGreaterThan(0);
      ({ end } = span);
    }
    expect(end).toBe(output.length);
    return { text: output };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    expect(error.line).toBeGreaterThan(0);
    expect(error.message).toMatch(/^template: /);
    return { error: error.message };
  }
}

describe('any text', () => {
  it('parses and runs, or ends with an error that has a place', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.oneof(soup, template, fc.string()), (text) => {
        ending(text, false);
      }),
      { numRuns: 500 },
    );
  });

  it('comes to the same with both backends', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.oneof(template, soup), (text) => {
        expect(ending(text, true)).toEqual(ending(text, false));
      }),
      { numRuns: 500 },
    );
  });
});
