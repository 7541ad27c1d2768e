import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest, OriginStep } from '@plumbline/api';
import { readGoYaml } from '@plumbline/languages';
import type { GoMap, Value } from '@plumbline/languages';
import { createHelmEngine } from '@plumbline/render';
import type { UserValues } from '@plumbline/render';
import { folderTree } from '@plumbline/sources';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';

const engine = createHelmEngine();

const files = {
  'Chart.yaml':
    'apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: web, version: 1.0.0, repository: "", alias: front}\n',
  'values.yaml':
    'replicas: 2\nimage:\n  name: reg/shop\n  tag: 1.0.0\nglobal:\n  team: a\nfront:\n  port: 81\nlabels: {tier: b, zone: c}\nextra: true\n',
  'templates/_names.tpl':
    '{{ define "shop.image" }}{{ .Values.image.name }}:{{ .Values.image.tag }}{{ end }}\n',
  'templates/cm.yaml': `{{- if .Values.extra }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  labels:
    {{- toYaml .Values.labels | nindent 4 }}
data:
  replicas: {{ .Values.replicas | quote }}
  image: {{ include "shop.image" . }}
  {{- range $i, $name := list "x" "y" }}
  item-{{ $i }}: {{ $name }}
  {{- end }}
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: second
data:
  hash: {{ toJson .Values.image | sha256sum }}
`,
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'charts/web/values.yaml': 'port: 80\nhost: h\n',
  'charts/web/templates/svc.yaml':
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  labels: {team: {{ .Values.global.team }}}\nspec:\n  externalName: {{ .Values.host }}\n  ports: [{port: {{ .Values.port }}}]\n',
};

async function manifests(values: UserValues = {}): Promise<readonly Manifest[]> {
  const rendered = await engine.render({
    chart: { tree: memoryTree(files), path: '' },
    releaseName: 'r',
    namespace: 'n',
    values,
    origins: true,
  });
  if (!rendered.ok) throw new Error(rendered.error[0]?.message);
  return rendered.value.manifests;
}

/** The acts of a field as `act detail file:line`. */
async function acts(name: string, pointer: string, values?: UserValues): Promise<string[]> {
  const manifest = (await manifests(values)).find(({ object }) => object.metadata.name === name);
  const shown = ({ act, file, line, detail }: OriginStep): string =>
    [act, detail, line === undefined ? file : `${file}:${line}`]
      .filter((part) => part !== undefined)
      .join(' ');
  return (manifest?.origins?.get(pointer) ?? []).map(shown);
}

describe('where a field of a chart comes from', () => {
  const around = 'condition extra shop/templates/cm.yaml:1';

  it.each<[string, string, string, string[]]>([
    [
      'a key of the defaults',
      'r',
      '/data/replicas',
      ['value replicas shop/values.yaml:1', 'template shop/templates/cm.yaml:9', around],
    ],
    ['text of the template', 'r', '/kind', ['template shop/templates/cm.yaml:3', around]],
    [
      'an include with two keys',
      'r',
      '/data/image',
      [
        'value image.name shop/values.yaml:3',
        'value image.tag shop/values.yaml:4',
        'template (shop.image from shop/templates/cm.yaml:10) shop/templates/_names.tpl:1',
        around,
      ],
    ],
    [
      'a line of toYaml',
      'r',
      '/metadata/labels/zone',
      ['value labels.zone shop/values.yaml:9', 'template shop/templates/cm.yaml:7', around],
    ],
    [
      'a parent chart',
      'web',
      '/spec/ports/0/port',
      ['value front.port shop/values.yaml:8', 'template shop/charts/front/templates/svc.yaml:8'],
    ],
    [
      'a subchart',
      'web',
      '/spec/externalName',
      ['value front.host shop/charts/front/values.yaml:2', 'template shop/charts/front/templates/svc.yaml:7'],
    ],
    [
      'a global of the parent',
      'web',
      '/metadata/labels/team',
      ['value front.global.team shop/values.yaml:6', 'template shop/charts/front/templates/svc.yaml:5'],
    ],
  ])('%s', async (_, name, pointer, expected) => {
    expect(await acts(name, pointer)).toEqual(expected);
  });

  it.each<[UserValues, string]>([
    [{ files: [{ name: 'a.yaml', text: 'x: 1\nreplicas: 3\n' }] }, 'value replicas a.yaml:2'],
    [
      {
        files: [
          { name: 'a.yaml', text: 'replicas: 3\n' },
          { name: 'b.yaml', text: 'replicas: 4\n' },
        ],
      },
      'value replicas b.yaml:1',
    ],
    [{ files: [{ name: 'a.yaml', text: 'replicas: 3\n' }], set: ['replicas=5'] }, 'value replicas --set'],
    [{ set: ['replicas=5'], setString: ['replicas=6'] }, 'value replicas --set-string'],
  ])('names who set a key: %j', async (values, expected) => {
    expect((await acts('r', '/data/replicas', values))[0]).toBe(expected);
  });

  it('unions the keys of what a function made of many', async () => {
    expect(await acts('second', '/data/hash')).toEqual(
      expect.arrayContaining(['value image.tag shop/values.yaml:4', 'template shop/templates/cm.yaml:21']),
    );
  });

  it('tells the line of each document', async () => {
    const lines = (await manifests()).map(({ object, origin }) => `${object.metadata.name}:${origin.line}`);
    expect(lines).toEqual(expect.arrayContaining(['r:2', 'second:16']));
  });
});

/** Every leaf of a table by its dotted path, where it can be said with --set. */
function leaves(table: GoMap, path = ''): { path: string; value: Value }[] {
  return [...table].flatMap(([key, value]) => {
    const below = path === '' ? key : `${path}.${key}`;
    if (!/^[\w-]+$/.test(key)) return [];
    if (value instanceof Map && value.size > 0) return leaves(value, below);
    return [{ path: below, value }];
  });
}

function other(value: Value): string | undefined {
  if (typeof value === 'boolean') return String(!value);
  if (typeof value === 'number') return String(value + 1);
  if (typeof value === 'string') return 'perturbed';
  return undefined;
}

const corpus = join(
  process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../../.cache/conformance'),
  'rendering/charts',
);
const charts = existsSync(corpus) ? readdirSync(corpus).filter((_, i) => i % 6 === 0) : [];
const keysPerChart = 8;

describe.skipIf(charts.length === 0)('only fields that name a key change with it', () => {
  it.each(charts)('%s', { timeout: 60_000 }, async (name) => {
    const folder = join(corpus, name, 'chart');
    const tree = folderTree(folder);
    const render = async (set: string[], origins: boolean) => {
      const rendered = await engine.render({
        chart: { tree, path: '' },
        releaseName: 'rel',
        namespace: 'demo',
        kubeVersion: 'v1.36.0',
        values: { set },
        origins,
      });
      return rendered.ok ? rendered.value.manifests : undefined;
    };
    const before = await render([], true);
    if (before === undefined) return;
    const values = readGoYaml(readFileSync(join(folder, 'values.yaml'), 'utf8'));
    const all = values instanceof Map ? leaves(values).filter(({ value }) => other(value) !== undefined) : [];
    const picked = all.filter((_, i) => i % Math.max(1, Math.floor(all.length / keysPerChart)) === 0);
    const wrong: string[] = [];
    for (const { path, value } of picked) {
      const after = await render([`${path}=${other(value) ?? ''}`], false);
      if (after === undefined) continue;
      for (const untraced of unexplained(before, after, path)) wrong.push(`${path}: ${untraced}`);
    }
    expect(wrong).toEqual([]);
  });
});

const idOf = ({ object }: Manifest): string =>
  `${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;

/** Fields that changed although nothing of theirs names the key, nor a key above or below it. */
function unexplained(before: readonly Manifest[], after: readonly Manifest[], key: string): string[] {
  const now = new Map(after.map((manifest) => [idOf(manifest), manifest.object as unknown]));
  const names = (steps: readonly OriginStep[]): boolean =>
    steps.some(
      ({ act, detail = '' }) =>
        (act === 'value' || act === 'condition') &&
        detail
          .split(', ')
          .some(
            (one) =>
              one === key ||
              one.startsWith(`${key}.`) ||
              one.startsWith(`${key}[`) ||
              key.startsWith(`${one}.`),
          ),
    );
  return before.flatMap((manifest) => {
    const changed = now.get(idOf(manifest));
    // Objects that come, go or are called differently are another matter.
    if (changed === undefined || manifest.origins === undefined) return [];
    return [...manifest.origins]
      .filter(([pointer]) => pointer !== '')
      .filter(
        ([pointer]) => JSON.stringify(at(manifest.object, pointer)) !== JSON.stringify(at(changed, pointer)),
      )
      .filter(([pointer]) => !inOtherList(manifest.object, changed, pointer))
      .filter(([, steps]) => !names(steps))
      .map(([pointer]) => `${idOf(manifest)} ${pointer}`);
  });
}

function at(object: unknown, pointer: string): unknown {
  let value = object;
  for (const part of pointer.slice(1).split('/'))
    value = (value as Record<string, unknown> | undefined)?.[
      part.replaceAll('~1', '/').replaceAll('~0', '~')
    ];
  return value;
}

/** Where a list got longer or shorter, its items are others by their numbers. */
function inOtherList(before: unknown, after: unknown, pointer: string): boolean {
  const parts = pointer.split('/');
  return parts.some((_, i) => {
    const above = parts.slice(0, i).join('/');
    const [a, b] = above === '' ? [before, after] : [at(before, above), at(after, above)];
    return Array.isArray(a) && (!Array.isArray(b) || a.length !== b.length);
  });
}
