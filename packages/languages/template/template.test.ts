import { describe, expect, it } from 'vitest';
import {
  createTemplateCache,
  createTemplates,
  GoError,
  innermost,
  TemplateError,
} from '@plumbline/languages';
import { brokenTemplates } from './errors-parse.table.ts';
import { failingTemplates } from './errors-run.table.ts';
import { templateOutputs } from './language.table.ts';
import { goValue, testFunctions } from './test-functions.ts';
import type { Templates, TemplatesOptions, Value } from '@plumbline/languages';

const helpers =
  '{{ define "deep" }}{{ include "deeper" . }}{{ end }}\n{{ define "deeper" }}x\n {{ .Values.s.x }}{{ end }}{{ define "defs" }}{{ .x }}{{ end }}';

const root = () =>
  goValue({
    Values: {
      s: 'str',
      l: [1, 'b', { c: 'd' }],
      num: 5,
      f: 1.5,
      t: true,
      m: { k: { x: 1 }, j: 'z' },
      big: 1e6,
    },
  });

function set(options: Partial<TemplatesOptions> = {}): Templates {
  return createTemplates({ functions: testFunctions, missingKey: 'zero', ...options });
}

function print(text: string, options: Partial<TemplatesOptions> = {}, data: Value = root()): string {
  const templates = set(options);
  templates.parse('helpers', helpers);
  templates.parse('file', text);
  return templates.execute('file', data);
}

function problemOf(text: string, options: Partial<TemplatesOptions> = {}): TemplateError {
  try {
    print(text, options);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('nothing is wrong with the template');
}

describe('a template', () => {
  it.each(templateOutputs)('prints %s', (text, output) => {
    const templates = set();
    for (const [at, [other]] of templateOutputs.entries()) templates.parse(`other${at}`, other);
    templates.parse('file', text);
    expect(templates.execute('file', root())).toBe(output);
    expect(templates.trace('file', root(), { originOf: () => undefined }).text).toBe(output);
  });

  it.each([...brokenTemplates, ...failingTemplates])('says what is wrong with %s', (text, message) => {
    expect(problemOf(text).message).toBe(message);
  });

  it('calls methods and reads fields of objects', () => {
    expect(
      print('{{ object.Name }} {{ object.Hello }} {{ object.Join "a" 1.5 }} {{ "b" | object.Join "a" }}'),
    ).toBe('thing hello a+1.5 a+b');
    expect(
      print(
        '{{ $o := object }}{{ $o.Nested.Nested.Join "x" }} {{ with object }}{{ .Join .Name }}{{ end }} {{ object }}',
      ),
    ).toBe('x thing {thing}');
  });

  it.each([
    ['{{ object.Name 1 }}', 'Name has arguments but cannot be invoked as function'],
    ['{{ object.None }}', "can't evaluate field None in type *test.Thing"],
    ['{{ object.Join }}', 'wrong number of args for Join: want at least 1 got 0'],
    ['{{ object.Join 1 }}', 'expected string; found 1'],
    ['{{ object.Hello "a" }}', 'wrong number of args for Hello: want 0 got 1'],
    ['{{ object.Break }}', 'error calling Break: broken'],
    ['{{ half "a" }}', 'expected float; found "a"'],
    ['{{ half .Values.s }}', 'wrong type for value; expected float64; got string'],
    ['{{ byte -1 }}', 'expected unsigned integer; found -1'],
    ['{{ flag 1 }}', 'expected bool; found 1'],
    ['{{ half nil }}', 'cannot assign nil to float64'],
  ])('checks the call in %s', (text, detail) => {
    expect(problemOf(text).detail).toBe(detail);
  });

  it('gives functions the context of the execution and the template that calls', () => {
    const templates = set();
    templates.parse(
      'file',
      '{{ define "inner" }}{{ context }}{{ end }}{{ context }}, {{ include "inner" . }}',
    );
    expect(templates.execute('file', null, { context: 'here' })).toBe('here in file, here in inner');
  });
});

describe('a missing key', () => {
  it('is no value, nil or an error, as it was asked for', () => {
    expect(print('{{ .none }}', { missingKey: 'default' })).toBe('<no value>');
    expect(print('{{ .none.x }}|{{ .none.x.y }}', { missingKey: 'default' })).toBe('<no value>|<no value>');
    expect(problemOf('{{ .none.x }}', { missingKey: 'zero' }).detail).toBe(
      'nil pointer evaluating interface {}.x',
    );
    expect(problemOf('{{ .none }}', { missingKey: 'error' }).detail).toBe('map has no entry for key "none"');
    expect(problemOf('{{ (nothing).x }}', { missingKey: 'error' }).detail).toBe(
      'nil data; no entry for key "x"',
    );
  });

  it('vanishes from the text where that is asked for', () => {
    const templates = set();
    templates.parse('file', 'a{{ .none }}b');
    expect(templates.execute('file', new Map(), { dropNoValue: true })).toBe('ab');
  });
});

describe('definitions', () => {
  it('replace earlier ones of the same name, but never by white space', () => {
    const templates = set();
    templates.parse('a', '{{ define "x" }}one{{ end }}');
    templates.parse('b', '{{ define "x" }}two{{ end }}{{ template "x" }}');
    templates.parse('c', '{{ define "x" }} {{/* nothing */}} {{ end }}');
    expect(templates.execute('b', null)).toBe('two');
    expect(templates.names()).toEqual(['x', 'a', 'b', 'c']);
  });

  it('are refused twice in one text', () => {
    expect(problemOf('{{ define "x" }}1{{ end }}{{ define "x" }}2{{ end }}').message).toBe(
      'template: file:1: template: multiple definition of template "x"',
    );
  });

  it('of an evaluated text are seen inside of it and by nothing after it', () => {
    const text =
      '{{ define "x" }}old{{ end }}{{ define "callsX" }}{{ include "x" . }}{{ end }}' +
      '{{ tpl "{{ define \\"x\\" }}new{{ end }}{{ define \\"y\\" }}y{{ end }}{{ include \\"callsX\\" . }}{{ include \\"y\\" . }}" . }} {{ include "callsX" . }}';
    expect(print(text)).toBe('newy old');
    expect(problemOf(`${text}{{ include "y" . }}`).detail).toBe(
      'error calling include: template: no template "y" associated with template "gotpl"',
    );
  });
});

describe('an error', () => {
  it('has its parts, and those of what it was caused by', () => {
    const error = problemOf('a\n {{ include "deep" . }}');
    expect(error).toMatchObject({
      kind: 'execute',
      template: 'file',
      line: 2,
      column: 4,
      executing: 'file',
      context: 'include "deep" .',
      calling: 'include',
    });
    expect(innermost(error)).toMatchObject({
      template: 'helpers',
      line: 3,
      executing: 'deeper',
      context: '.Values.s.x',
      detail: "can't evaluate field x in type interface {}",
    });
  });

  it('of a function is at the end of its causes', () => {
    const error = problemOf('{{ fail "no" }}');
    expect(error.message).toBe('template: file:1:3: executing "file" at <fail "no">: error calling fail: no');
    expect(innermost(error)).toBeInstanceOf(GoError);
  });

  it('counts columns in bytes', () => {
    expect(problemOf('é{{ .Values.s.x }}').column).toBe(12);
  });

  it('of a text that does not parse names the line', () => {
    expect(problemOf('a\n\n{{ if }}')).toMatchObject({
      kind: 'parse',
      template: 'file',
      line: 3,
      detail: 'missing value for if',
    });
  });

  it('names a template that nobody defined', () => {
    expect(() => set({ name: 'root' }).execute('none', null)).toThrow(
      'template: no template "none" associated with template "root"',
    );
  });
});

describe('a runaway template', () => {
  it.each([
    [
      'loops too long',
      '{{ range 1000000000000 }}{{ end }}',
      { steps: 10_000 },
      'takes more than 10000 steps',
    ],
    [
      'writes too much',
      '{{ range 100000 }}0123456789{{ end }}',
      { output: 5000 },
      'writes more than 5000 characters',
    ],
    [
      'makes too long a text',
      '{{ $x := "x" }}{{ range 30 }}{{ $x = print $x $x }}{{ end }}',
      { output: 5000 },
      'print gives more than 5000 characters',
    ],
    [
      'calls itself',
      '{{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }}',
      { depth: 50 },
      'exceeded maximum template depth (50)',
    ],
    [
      'includes itself',
      '{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}',
      { depth: 250 },
      'exceeded maximum template depth (250): "x" is included 250 times in itself',
    ],
  ])('that %s is stopped', (_, text, limits, words) => {
    const error = problemOf(`\n${text}`, { limits });
    expect(error.kind).toBe('limit');
    expect(error.line).toBe(2);
    expect(error.message).toContain(words);
  });

  it('that fills the stack of the machine is said to', () => {
    const error = problemOf('\n{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}');
    expect(error).toMatchObject({ kind: 'limit', stackFull: true, line: 2 });
    expect(error.message).toMatch(/the templates call each other too deeply: "x" is included \d+ times/);
  });

  it('may stand deep in blocks at every level, traced or not', () => {
    const level =
      '{{ if 1 }}{{ range 1 }}{{ with $ }}{{ if and 1 (eq 1 1) }}{{ include "x" . | upper | print }}{{ end }}{{ end }}{{ end }}{{ end }}';
    const templates = createTemplates({ functions: testFunctions, limits: { depth: 150 } });
    templates.parse('file', `{{ define "x" }}${level}{{ end }}{{ include "x" . }}`);
    expect(() => templates.execute('file', root())).toThrow('exceeded maximum template depth');
    expect(() => templates.trace('file', root(), { originOf: () => 1 })).toThrow(
      'exceeded maximum template depth',
    );
  });

  it('that takes too long is stopped by the clock', () => {
    let now = 0;
    const clock = { now: () => (now += 10), after: () => () => {} };
    const error = problemOf('{{ range 100000000 }}{{ end }}', { clock, limits: { milliseconds: 100 } });
    expect(error.message).toContain('takes longer than 100 ms');
  });

  it('that nests too deeply is refused where it is read', () => {
    const parens = `{{ ${'('.repeat(2000)}1${')'.repeat(2000)} }}`;
    expect(problemOf(parens).message).toBe('template: file:1: max expression depth exceeded');
    const blocks = `${'{{ if 1 }}'.repeat(100_000)}${'{{ end }}'.repeat(100_000)}`;
    expect(problemOf(blocks).kind).not.toBe('execute');
  });
});

describe('a cache of texts', () => {
  it('reads a text once for all sets with the same functions', () => {
    let reads = 0;
    const cache = createTemplateCache();
    const counting = {
      read: (...args: Parameters<typeof cache.read>) => {
        reads += 1;
        return cache.read(...args);
      },
    };
    const programs = [0, 1].map(() => counting.read('file', '{{ upper "a" }}', testFunctions).get('file'));
    expect(programs[0]).toBe(programs[1]);
    expect(counting.read('file', '{{ upper "b" }}', testFunctions).get('file')).not.toBe(programs[0]);
    expect(counting.read('file', '{{ upper "a" }}', new Map(testFunctions)).get('file')).not.toBe(
      programs[0],
    );
    expect(reads).toBe(4);
  });

  it('forgets the oldest when it is full', () => {
    const cache = createTemplateCache({ characters: 10 });
    const first = cache.read('a', '12345678', testFunctions).get('a');
    cache.read('b', '12345678', testFunctions);
    expect(cache.read('a', '12345678', testFunctions).get('a')).not.toBe(first);
  });
});
