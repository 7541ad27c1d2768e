import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { toYaml, yamlLines } from './yaml.ts';

describe('toYaml', () => {
  it('prints objects as kubectl does', () => {
    const value = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', labels: {}, annotations: { note: 'yes' } },
      spec: {
        replicas: 3,
        paused: false,
        template: { containers: [{ name: 'web', args: ['--port', '8080'], env: [] }, { name: 'log' }] },
        script: '#!/bin/sh\necho hello\n',
      },
    };
    expect(toYaml(value)).toBe(
      [
        'apiVersion: apps/v1',
        'kind: Deployment',
        'metadata:',
        '  name: web',
        '  labels: {}',
        '  annotations:',
        "    note: 'yes'",
        'spec:',
        '  replicas: 3',
        '  paused: false',
        '  template:',
        '    containers:',
        '    - name: web',
        '      args:',
        '      - --port',
        "      - '8080'",
        '      env: []',
        '    - name: log',
        '  script: |',
        '    #!/bin/sh',
        '    echo hello',
        '',
      ].join('\n'),
    );
  });

  it.each([
    '',
    'true',
    'NO',
    '~',
    '1e3',
    '0x1f',
    '1:30',
    '2026-01-01',
    '- a',
    'a: b',
    'a #b',
    ' x',
    'x ',
    '@a',
    '"',
    '%',
    'a\tb',
    '=',
    '<<',
    'a\r\nb',
    '\u2028',
    '|',
  ])('quotes what would not be read as the string %j', (text) => {
    expect(load(toYaml({ key: text, [text]: 1, list: [text] }))).toEqual({
      key: text,
      [text]: 1,
      list: [text],
    });
  });

  it('is read back as what was printed, whatever that was', () => {
    const value = fc.jsonValue({ depthSize: 'small', stringUnit: 'binary' });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), (data) => {
        const plain = JSON.parse(JSON.stringify(data)) as unknown;
        expect(load(toYaml(plain))).toEqual(plain);
      }),
      { numRuns: 400 },
    );
  });

  it('knows keys, strings, numbers and words apart', () => {
    expect(yamlLines({ a: 1, b: [true, 'x'] })).toEqual([
      [
        { kind: 'key', text: 'a' },
        { kind: 'mark', text: ':' },
        { kind: 'plain', text: ' ' },
        { kind: 'number', text: '1' },
      ],
      [
        { kind: 'key', text: 'b' },
        { kind: 'mark', text: ':' },
      ],
      [
        { kind: 'mark', text: '- ' },
        { kind: 'word', text: 'true' },
      ],
      [
        { kind: 'mark', text: '- ' },
        { kind: 'string', text: 'x' },
      ],
    ]);
  });
});
