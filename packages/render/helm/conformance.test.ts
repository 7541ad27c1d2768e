import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRecord } from '@plumbline/base';
import { memoryTree } from '@plumbline/testkit';
import { createHelmEngine } from './index.ts';
import type { HelmProfile, HelmRequest } from './index.ts';
import { conformanceRoot, objectsOf, requestOf, treeOf } from './test/cases.ts';
import type { Masked } from './test/cases.ts';

const engine = createHelmEngine();
const profiles: readonly HelmProfile[] = [3, 4];
const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** The text, or what `helm` says after `Error: `. */
async function output(request: HelmRequest): Promise<string> {
  const rendered = await engine.render(request);
  return rendered.ok ? rendered.value.text : `Error: ${rendered.error[0]?.message ?? ''}`;
}

interface Probe {
  readonly tpl: string;
  readonly frame?: string;
  readonly out?: string;
  readonly error?: string;
  readonly v3?: { readonly out?: string; readonly error?: string };
  readonly v4?: { readonly out?: string; readonly error?: string };
}

const probes = join(conformanceRoot, 'helm-probes');

describe.skipIf(!existsSync(probes))('one-line templates', () => {
  const cases = existsSync(probes)
    ? readFileSync(join(probes, 'cases.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Probe)
    : [];
  const base = () => ({
    'Chart.yaml': 'apiVersion: v2\nname: probe\nversion: 0.1.0\nannotations: {a: b}\n',
    'f.txt': 'line1\nline2\n',
    'values.yaml': readFileSync(join(probes, 'values.yaml'), 'utf8'),
    'templates/_h.tpl':
      '{{- define "boom" }}\nx: {{ .Values.a.b.c }}\n{{- end }}\n{{- define "req" }}{{ required "need it" .Values.zz }}{{ end }}\n{{- define "name" }}n-{{ .Release.Name }}{{ end }}\n',
  });
  const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n';

  it.each(profiles)('say the same as Helm %s', async (profile) => {
    const wrong: unknown[] = [];
    for (const probe of cases) {
      const expected = (profile === 3 ? probe.v3 : probe.v4) ?? probe;
      const isError = expected.error !== undefined;
      const inline = isError ? probe.tpl : `${head}out: "${probe.tpl}"\n`;
      const files =
        isError || probe.frame === 'inline'
          ? { 'templates/t.yaml': inline }
          : {
              'templates/_t.tpl': probe.tpl,
              'templates/out.yaml': `${head}out: {{ include "probe/templates/_t.tpl" . | toJson }}\n`,
            };
      const rendered = await engine.render({
        chart: { tree: memoryTree({ ...base(), ...files }), path: '' },
        releaseName: 'rel',
        namespace: 'default',
        profile,
      });
      const object = rendered.ok ? rendered.value.manifests[0]?.object : undefined;
      const out = isRecord(object) ? object['out'] : '';
      const got = rendered.ok
        ? (typeof out === 'string' ? out : JSON.stringify(out ?? '').replace(/^""$/, '')).replace(/\n+$/, '')
        : `Error: ${rendered.error[0]?.message ?? ''}`;
      const want = expected.error ?? (expected.out ?? '').replace(/\n+$/, '');
      if (got !== want) wrong.push({ tpl: probe.tpl, want, got });
    }
    expect(wrong).toEqual([]);
  });
});

interface ChartCase {
  readonly name: string;
  readonly args: readonly string[];
  readonly profiles: Readonly<
    Record<
      string,
      { readonly expected?: string; readonly byteStable?: boolean; readonly error?: string } | undefined
    >
  >;
  readonly masked?: readonly Masked[];
}

const charts = join(conformanceRoot, 'charts');

describe.skipIf(!existsSync(charts))('charts of the field', () => {
  const names = existsSync(charts) ? readdirSync(charts) : [];
  it.each(names)('%s', async (name) => {
    const folder = join(charts, name, 'chart');
    const { cases } = json(join(charts, name, 'cases.json')) as { readonly cases: readonly ChartCase[] };
    const tree = treeOf(folder);
    for (const one of cases) {
      for (const profile of profiles) {
        const expected = one.profiles[profile];
        if (expected === undefined) continue;
        const label = `${one.name}, Helm ${profile}`;
        const got = await output({ chart: { tree, path: '' }, profile, ...requestOf(one.args, folder) });
        if (expected.error !== undefined) {
          expect(got.trim(), label).toBe(expected.error.trim());
          continue;
        }
        const want = readFileSync(join(charts, name, expected.expected ?? ''), 'utf8');
        if (expected.byteStable === true) {
          expect(got === want, `${label}: equal to the byte`).toBe(true);
          continue;
        }
        const masked = one.masked ?? [];
        expect(objectsOf(got, masked), label).toEqual(objectsOf(want, masked));
      }
    }
  });
});

interface Golden {
  readonly chart: string | null;
  readonly plumbFlags: readonly string[] | null;
  readonly args: readonly string[];
  readonly kubeVersionDefault: string;
  readonly wantError: boolean;
  readonly confirmed: boolean;
}

const golden = join(conformanceRoot, 'helm-template-golden');

describe.skipIf(!existsSync(golden))("runs of helm template with upstream's output", () => {
  const names = existsSync(golden) ? readdirSync(golden) : [];
  it.each(names)('%s', async (name) => {
    const folder = join(golden, name);
    const args = json(join(folder, 'args.json')) as Golden;
    // The command's own flags (--name-template, --debug) and missing arguments are not a renderer's affair.
    const isPlain = args.chart !== null && !args.args.some((arg) => /--name-template|--debug/.test(arg));
    if (!isPlain || args.chart === null) return;
    const chart = args.args.find((arg) => arg.startsWith('testdata/')) ?? args.chart;
    const flags = args.plumbFlags ?? showOnlyFlags(args, chart);
    const got = await output({
      chart: { tree: treeOf(join(folder, chart)), path: '' },
      profile: 4,
      ...requestOf(flags, folder),
    });
    const want = readFileSync(join(folder, 'expected.txt'), 'utf8');
    // The command adds a hint to an error.
    expect(got.trim()).toBe(want.split('\n\nUse --debug')[0]?.trim());
  });
});

function showOnlyFlags(args: Golden, chart: string): string[] {
  const rest = args.args.slice(1).filter((arg) => arg !== chart);
  return rest.includes('--kube-version') ? rest : [...rest, '--kube-version', args.kubeVersionDefault];
}
