import { describe, expect, it } from 'vitest';
import { createTemplates, printValue } from '@plumbline/languages';
import { goValue, testFunctions } from './test-functions.ts';
import type { TracedRendering, TraceSpan, Value } from '@plumbline/languages';

const toYaml = (value: Value, lead = ''): string => {
  if (value instanceof Map)
    return [...value].map(([key, item]) => `${lead}${key}:${below(item, lead)}`).join('\n');
  return `${lead}${printValue(value)}`;
};
const below = (item: Value, lead: string): string => {
  if (item instanceof Map) return `\n${toYaml(item, `${lead}  `)}`;
  if (Array.isArray(item))
    return `\n${item.map((inner) => `${lead}- ${toYaml(inner, `${lead}  `).trimStart()}`).join('\n')}`;
  return ` ${printValue(item)}`;
};

const functions = new Map([
  ...testFunctions,
  [
    'toYaml',
    { params: ['any'], result: 'string', call: ([value]: readonly Value[]) => toYaml(value ?? null) },
  ],
] as const);

/** Renders and names every value by its path below Values. */
function trace(values: object, ...texts: readonly string[]): TracedRendering<string> {
  const templates = createTemplates({ functions, missingKey: 'zero' });
  texts.forEach((text, at) => templates.parse(at === texts.length - 1 ? 'main' : `helpers${at}`, text));
  const table = goValue(values);
  const paths = new WeakMap<object, string>();
  const name = (value: Value, path: string): void => {
    if (!(value instanceof Map) && !Array.isArray(value)) return;
    paths.set(value, path);
    for (const [key, item] of value.entries()) name(item, path === '' ? String(key) : `${path}.${key}`);
  };
  name(table, '');
  const originOf = (container: object, key: string | number): string | undefined => {
    const path = paths.get(container);
    if (path === undefined) return undefined;
    return path === '' ? String(key) : `${path}.${key}`;
  };
  const root = new Map<string, Value>([['Values', table]]);
  const traced = templates.trace('main', root, { originOf });
  expect(traced.text).toBe(templates.execute('main', root));
  return traced;
}

/** The span in which a piece of the output begins. */
function spanOf(traced: TracedRendering<string>, piece: string): TraceSpan<string> {
  const at = traced.text.indexOf(piece);
  const span = traced.spans.find((one) => one.start <= at && at < one.end);
  if (at < 0 || span === undefined) throw new Error(`${piece} is not in ${traced.text}`);
  return span;
}

const keysOf = (traced: TracedRendering<string>, piece: string) => spanOf(traced, piece).origin.keys;

describe('a traced rendering', () => {
  it('covers its text without gaps, each line of a text with its own place', () => {
    const { text, spans } = trace({ a: 'x' }, 'one\n  two {{ .Values.a }}\n');
    expect(
      spans.map(({ start, end, origin }) => [text.slice(start, end), origin.line, origin.column]),
    ).toEqual([
      ['one\n', 1, 0],
      ['  two ', 2, 0],
      ['x', 2, 9],
      ['\n', 2, 21],
    ]);
  });

  it.each([
    ['{{ .Values.a.b }}', 'deep', ['a.b']],
    ['{{ $x := .Values.a }}{{ $x.b }}', 'deep', ['a.b']],
    ['{{ with .Values.a }}{{ .b }}{{ end }}', 'deep', ['a.b']],
    ['{{ range .Values.l }}{{ . }};{{ end }}', 'second', ['l.1']],
    ['{{ range $k, $v := .Values.a }}{{ $k }}={{ $v }}{{ end }}', 'deep', ['a.b']],
    ['{{ index .Values.l 1 }}', 'second', ['l.1']],
    ['{{ index .Values "a" "b" }}', 'deep', ['a.b']],
    ['{{ (dict "k" .Values.a.b).k }}', 'deep', ['a.b']],
    ['{{ $d := dict }}{{ $_ := set $d "k" .Values.n }}{{ $d.k }}', '7', ['n']],
    ['{{ .Values.a.b | quote }}', 'deep', ['a.b']],
    ['{{ .Values.a.b | upper | trunc 2 }}', 'DE', ['a.b']],
    ['{{ default .Values.n .Values.none }}', '7', ['n', 'none']],
    ['{{ printf "%s/%v" .Values.a.b .Values.n }}', '/7', ['n']],
    ['{{ printf "%s/%s" .Values.a.b .Values.s }}', 'str', ['s']],
    ['{{ eq .Values.a.b .Values.s }}', 'false', ['a.b', 's']],
    ['{{ or .Values.none .Values.s }}', 'str', ['s', 'none']],
    ['{{ and .Values.s .Values.n }}', '7', ['n', 's']],
    ['{{ .Values.a }}', 'map', ['a', 'a.b', 'a.c']],
    ['{{ tpl .Values.t . }}', 'deep', ['a.b', 't']],
    ['{{ tpl .Values.t . }}', '<', ['t']],
    ['constant {{ "text" }}', 'text', []],
  ])('knows the keys in %s', (text, piece, keys) => {
    const values = {
      a: { b: 'deep', c: 1 },
      l: ['first', 'second'],
      n: 7,
      s: 'str',
      t: '<{{ .Values.a.b }}>',
      none: null,
    };
    expect(keysOf(trace(values, text), piece)).toEqual(keys);
  });

  it('carries the pieces of a text through includes, indents and quotes', () => {
    const traced = trace(
      { name: 'shop', tag: 'v1' },
      '{{ define "name" }}{{ .Values.name }}{{ end }}{{ define "labels" }}app: {{ include "name" . | quote }}\ntag: {{ .Values.tag }}{{ end }}',
      'labels: {{- include "labels" . | nindent 2 }}\n',
    );
    expect(traced.text).toBe('labels:\n  app: "shop"\n  tag: v1\n');
    expect(spanOf(traced, 'shop').origin).toMatchObject({
      template: 'helpers0',
      line: 1,
      column: 22,
      keys: ['name'],
      includes: [
        { template: 'main', line: 1, column: 12, name: 'labels' },
        { template: 'helpers0', line: 1, column: 75, name: 'name' },
      ],
    });
    expect(keysOf(traced, 'v1')).toEqual(['tag']);
    expect(spanOf(traced, 'tag: ').origin).toMatchObject({ template: 'helpers0', line: 2, keys: [] });
  });

  it('knows which line of a YAML came from which key', () => {
    const values = {
      r: {
        limits: { cpu: 1, memory: '2Gi' },
        ports: [
          { name: 'web', port: 80 },
          { name: 'db', port: 81 },
        ],
      },
    };
    const traced = trace(values, 'r: {{- toYaml .Values.r | nindent 2 }}\n');
    expect(keysOf(traced, 'cpu')).toEqual(['r.limits.cpu']);
    expect(keysOf(traced, 'memory')).toEqual(['r.limits.memory']);
    expect(keysOf(traced, 'port: 81')).toEqual(['r.ports.1.port']);
    expect(keysOf(traced, 'name: web')).toEqual(['r.ports.0.name']);
  });

  it('names the conditions and loops around a piece', () => {
    const text =
      '{{ if .Values.on }}\n{{ range .Values.l }}{{ if eq . $.Values.pick }}{{ . }}{{ end }}{{ end }}{{ else }}off{{ end }}';
    const on = spanOf(trace({ on: true, l: ['a', 'b'], pick: 'b' }, text), 'b').origin;
    expect(on.conditions.map(({ line, keys }) => [line, keys])).toEqual([
      [1, ['on']],
      [2, ['l']],
      [2, ['l.1', 'pick']],
    ]);
    expect(spanOf(trace({ on: false }, text), 'off').origin.conditions).toMatchObject([
      { line: 1, keys: ['on'] },
    ]);
  });

  it('adds the conditions of the printing to those of the making', () => {
    const traced = trace(
      { a: 'x', on: true },
      '{{ define "x" }}{{ .Values.a }}{{ end }}{{ $x := include "x" . }}{{ if .Values.on }}{{ $x }}{{ end }}',
    );
    expect(spanOf(traced, 'x').origin).toMatchObject({ keys: ['a'], conditions: [{ keys: ['on'] }] });
  });

  it('explains every change of the output by a key that it names', () => {
    const text =
      '{{ $l := list }}{{ range $i, $e := .Values.l }}{{ if $e }}{{ $i }}-{{ $e | quote | upper }} {{ end }}{{ end }}\n{{ with .Values.a }}{{ include "h" . | nindent 2 }}{{ end }}\n{{ printf "%v:%v" .Values.n .Values.s | trunc 3 }}';
    const helpers = '{{ define "h" }}b: {{ .b }}\nc: {{ default "none" .c }}{{ end }}';
    const values = { l: ['x', '', 'z'], a: { b: 1, c: 2 }, n: 3, s: 'str', unused: 1 };
    const lines = (traced: TracedRendering<string>) => traced.text.split('\n');
    const keysOfLine = (traced: TracedRendering<string>, line: number) => {
      const start = lines(traced).slice(0, line).join('\n').length;
      const end = lines(traced)
        .slice(0, line + 1)
        .join('\n').length;
      const touched = traced.spans.filter((span) => span.start < end && span.end > start);
      return new Set(
        touched.flatMap(({ origin }) => [...origin.keys, ...origin.conditions.flatMap(({ keys }) => keys)]),
      );
    };
    const before = trace(values, helpers, text);
    const changes: readonly (readonly [string, object])[] = [
      ['l.0', { l: ['y', '', 'z'] }],
      ['l.1', { l: ['x', 'y', 'z'] }],
      ['a.b', { a: { b: 9, c: 2 } }],
      ['a.c', { a: { b: 1, c: null } }],
      ['n', { n: 4 }],
      ['s', { s: 'other' }],
      ['unused', { unused: 2 }],
    ];
    for (const [key, change] of changes) {
      const after = trace({ ...values, ...change }, helpers, text);
      lines(after).forEach((line, at) => {
        if (line === lines(before)[at]) return;
        const named = new Set([...keysOfLine(before, at), ...keysOfLine(after, at)]);
        expect(
          [...named].some((one) => key === one || key.startsWith(`${one}.`)),
          `${key} changed ${line}`,
        ).toBe(true);
      });
    }
  });
});
