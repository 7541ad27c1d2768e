import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTemplates, readYaml, TemplateError } from '@plumbline/languages';
import { goValue, testFunctions } from './test-functions.ts';

/** A line of the probes: what Helm answered. */
interface Probe {
  readonly tpl: string;
  readonly out?: string;
  readonly error?: string;
  readonly v3?: { readonly out?: string; readonly error?: string };
}

const file = join(
  process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance'),
  'rendering/helm-probes/cases.jsonl',
);

const folder = join(file, '..');
const values = existsSync(file)
  ? readYaml(readFileSync(join(folder, 'values.yaml')), { file: 'values.yaml' })
  : undefined;

const builtinOnly =
  /\b(?:and|or|not|len|index|html|js|urlquery|print|printf|println|eq|ne|lt|le|gt|ge|if|else|end|with|range|break|define|template|list|dict|true|false|nil|include)\b/g;

/** Whether a probe needs only the language, the functions of the tests and the values above. */
function isOurs({ tpl }: Probe): boolean {
  const actions = [...tpl.matchAll(/\{\{([^]*?)\}\}/g)].map((match) => match[1] ?? '').join(' ');
  const plain = actions
    .replace(/"(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)*'/g, ' ')
    .replace(
      /\.Values\.(?:i|big|f|f2|hex|us|zero|one|str|s|l|m|empty|el|es|nul|zz|missing)\b(?:\.\w+)*/g,
      ' ',
    )
    .replace(/[$.]\w+|0x\w+|0b\w+|0o\w+|\b\d[\w.]*/g, ' ')
    .replace(builtinOnly, ' ');
  return (
    !/[a-zA-Z]/.test(plain) &&
    !/\.(?:Chart|Release|Files|Capabilities|Template|Subcharts)|slice|required|"req"|1i/.test(tpl)
  );
}

const probes = existsSync(file)
  ? readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Probe)
      .filter(isOurs)
  : [];

/** The answer in the frame of the probes: Helm shows the last part of a problem of parsing. */
function answer(probe: Probe): string {
  const templates = createTemplates({ functions: testFunctions, missingKey: 'zero' });
  const root = goValue({
    Values: values?.ok === true ? values.value[0]?.value : null,
    Release: { Name: 'rel' },
  });
  try {
    templates.parse(
      'probe/templates/_h.tpl',
      '{{- define "boom" }}\nx: {{ .Values.a.b.c }}\n{{- end }}\n{{- define "name" }}n-{{ .Release.Name }}{{ end }}\n',
    );
    templates.parse('probe/templates/t.yaml', probe.tpl);
    return templates.execute('probe/templates/t.yaml', root, { dropNoValue: true }).replace(/\n+$/, '');
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    if (error.kind !== 'parse') return `Error: ${error.message}`;
    return `Error: parse error at (${error.template}:${error.line}): ${error.message.split(': ').at(-1)}`;
  }
}

describe.skipIf(probes.length === 0)('probes that Helm answered', () => {
  it('are many', () => {
    expect(probes.length).toBeGreaterThan(80);
  });

  it.each(probes)('$tpl', (probe) => {
    expect(answer(probe)).toBe(probe.v3?.out ?? probe.v3?.error ?? probe.out ?? probe.error);
  });
});
