import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GoError } from '@plumbline/languages';
import type { GoMap } from '@plumbline/languages';
import { memoryTree } from '@plumbline/testkit';
import { unpackChart } from './chart/archive.ts';
import { createHelmEngine } from './index.ts';
import { parseSetInto } from './strvals/parse.ts';
import type { SetKind } from './strvals/parse.ts';

const runs = { numRuns: 400, seed: 11 };
/** Far more than any of this takes, far less than a hang. */
const millisecondsMax = 20_000;

const signs = fc.constantFrom(
  ...'a.b[0]=,{}\\"\n -9null true[65537].[ =,{a,b} __proto__ é \u0000'.split(''),
  '[1]',
  'a.b',
  '=x',
);
const line = fc.array(signs, { maxLength: 30 }).map((parts) => parts.join(''));

/** Anything may be refused, but only in words. */
function refusesInWords(run: () => unknown): void {
  try {
    run();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(GoError);
  }
}

describe('lines of --set', () => {
  it(
    'are read or refused, whatever they say',
    () => {
      const kinds: readonly SetKind[] = ['typed', 'string', 'json', 'literal', 'file'];
      fc.assert(
        fc.property(fc.oneof(line, fc.string()), fc.constantFrom(...kinds), (text, kind) => {
          const into: GoMap = new Map();
          refusesInWords(() => parseSetInto(text, into, kind, { readFile: () => 'content' }));
        }),
        { ...runs, numRuns: 3_000 },
      );
      expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
    },
    millisecondsMax,
  );

  it('cannot fill the memory', () => {
    for (const text of ['a[65537]=x', 'a[999999999999]=x', `${'a.'.repeat(40)}b=1`, `a=${'{'.repeat(5_000)}`])
      refusesInWords(() => parseSetInto(text, new Map(), 'typed'));
  });
});

/** A tar archive of files with any names, as somebody who means harm would write it. */
function tarOf(
  entries: readonly { readonly name: string; readonly content: Uint8Array; readonly type: string }[],
): Buffer {
  const blocks: Buffer[] = [];
  for (const { name, content, type } of entries) {
    const head = Buffer.alloc(512);
    head.write(name, 0, 100);
    head.write('0000644\0', 100);
    head.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    head.write('        ', 148);
    head.write(type, 156, 1);
    head.write('ustar\0' + '00', 257);
    const sum = head.reduce((total, byte) => total + byte, 0);
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(head, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const nameInTar = fc.constantFrom(
  'web/Chart.yaml',
  'web/values.yaml',
  'web/templates/a.yaml',
  '../../etc/passwd',
  '/etc/passwd',
  'web/../../x',
  'C:/x',
  'web\\..\\..\\x',
  'Chart.yaml',
  'web/',
  'web/charts/sub/Chart.yaml',
  'web/charts/sub.tgz',
  '',
);
const archive = fc
  .array(
    fc.record({
      name: nameInTar,
      content: fc.uint8Array({ maxLength: 600 }),
      type: fc.constantFrom('0', '5', '2', 'x', 'g', 'L', '7'),
    }),
    { maxLength: 6 },
  )
  .map((entries) => gzipSync(tarOf(entries)));

describe('archives of charts', () => {
  it(
    'give names inside of the chart, or are refused',
    async () => {
      await fc.assert(
        fc.asyncProperty(archive, async (bytes) => {
          const files = await unpackChart(bytes).catch((thrown: unknown) => {
            expect(thrown).toBeInstanceOf(GoError);
            return [];
          });
          for (const { name } of files) {
            expect(name.startsWith('/')).toBe(false);
            expect(name.split('/')).not.toContain('..');
          }
        }),
        runs,
      );
    },
    millisecondsMax,
  );

  it(
    'are refused when they were cut or changed on their way',
    async () => {
      const whole = gzipSync(
        tarOf([{ name: 'web/Chart.yaml', content: Buffer.from('name: web\n'.repeat(80)), type: '0' }]),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.nat(whole.length - 1),
          fc.integer({ min: 1, max: 255 }),
          fc.boolean(),
          async (at, change, cut) => {
            const bytes = cut
              ? whole.subarray(0, at)
              : whole.map((byte, i) => (i === at ? byte ^ change : byte));
            const engine = createHelmEngine();
            const rendered = await engine.render({
              chart: { archive: bytes },
              releaseName: 'r',
              namespace: 'n',
            });
            if (!rendered.ok) expect(rendered.error[0]?.code).toBe('helm-failed');
          },
        ),
        { ...runs, numRuns: 150 },
      );
    },
    millisecondsMax,
  );
});

const yamlLine = fc.constantFrom(
  'apiVersion: v2',
  'name: web',
  'version: 1.0.0',
  'dependencies:',
  '- name: sub',
  '  version: ">=0"',
  '  alias: ../x',
  '  condition: sub.enabled,,.',
  '  tags: [a, 1]',
  '  import-values:',
  '  - child: .',
  '    parent: a.b',
  'type: library',
  'kubeVersion: ">=1"',
  'annotations: {a: 1}',
  '- x',
  'sub: null',
  'global: {a: b}',
  'tags: {a: true}',
  'sub: {enabled: no}',
  '{{ .Values.x }}',
  'x: *y',
  '&y x',
);
const yaml = fc.array(yamlLine, { maxLength: 12 }).map((lines) => lines.join('\n'));
const chartHead = 'apiVersion: v2\nname: web\nversion: 1.0.0\n';

describe('folders of charts', () => {
  it(
    'are rendered or refused in words, whatever their files say',
    async () => {
      const engine = createHelmEngine({}, { chartsMax: 1 });
      await fc.assert(
        fc.asyncProperty(
          yaml,
          yaml,
          yaml,
          fc.constantFrom<3 | 4>(3, 4),
          async (metadata, values, sub, profile) => {
            const tree = memoryTree({
              'Chart.yaml': `${chartHead}${metadata}\n`,
              'values.yaml': values,
              'templates/a.yaml': `${sub}\n{{ .Values | toYaml }}\n`,
              'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
              'charts/sub/values.yaml': values,
              '.helmignore': metadata,
            });
            const rendered = await engine.render({
              chart: { tree, path: '' },
              releaseName: 'r',
              namespace: 'n',
              profile,
            });
            if (!rendered.ok)
              expect([rendered.error[0]?.code, rendered.error[0]?.message]).toEqual([
                'helm-failed',
                expect.not.stringMatching(/undefined|\[object/),
              ]);
          },
        ),
        runs,
      );
    },
    millisecondsMax,
  );
});
