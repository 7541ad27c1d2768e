import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEntries, readJsonIndex } from './index-entries.ts';
import { createIndexScanner } from './index-scanner.ts';

const line = fc.constantFrom(
  'apiVersion: v1',
  'entries:',
  '  web:',
  '  "web":',
  '  - version: 1.0.0',
  '    urls: [a.tgz]',
  '    description: |',
  '      web:',
  '  other: []',
  '\tweb:',
  'entries: {web: [{version: 1, urls: [x]}]}',
  '    urls:',
  '    - "',
  '---',
  '# web:',
  '  web: &a',
  '',
  'généré: x',
);
const index = fc.array(line, { maxLength: 20 }).map((lines) => lines.join('\n'));

/** The index in pieces of any size, as they come from the network. */
function scan(text: string, sizes: readonly number[]): string | undefined {
  const scanner = createIndexScanner('web');
  let at = 0;
  for (let i = 0; at < text.length; i++) {
    const size = sizes[i % Math.max(1, sizes.length)] ?? 7;
    scanner.push(text.slice(at, at + size));
    at += size;
  }
  return scanner.end();
}

describe('indexes of repositories', () => {
  it('mean the same in whatever pieces they come', () => {
    fc.assert(
      fc.property(
        fc.oneof(index, fc.string()),
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 5 }),
        (text, sizes) => {
          expect(scan(text, sizes)).toBe(scan(text, [text.length + 1]));
        },
      ),
      { numRuns: 800, seed: 3 },
    );
  });

  it('are read or refused, and give only entries with a version and an address', () => {
    fc.assert(
      fc.property(fc.oneof(index, fc.string()), (text) => {
        const found = scan(text, [64]);
        const read = found === undefined ? undefined : readEntries(found, 'index.yaml');
        for (const { version, urls } of read?.ok === true ? read.value : [])
          expect([typeof version, urls.length > 0]).toEqual(['string', true]);
      }),
      { numRuns: 800, seed: 3 },
    );
  });

  it('may be any JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        const read = readJsonIndex(text, '__proto__', 'index.json');
        expect(read.ok ? read.value : undefined).toSatisfy(
          (value: unknown) => value === undefined || Array.isArray(value),
        );
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  it('cannot fill the memory', () => {
    const scanner = createIndexScanner('web');
    expect(() => {
      for (let i = 0; i < 10; i++) scanner.push('x'.repeat(1 << 20));
    }).toThrow('a line of more than');
  });
});
