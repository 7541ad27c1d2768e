import { describe, expect, it } from 'vitest';
import {
  applyJsonPatch,
  applyMergePatch,
  diffMergePatch,
  parsePointer,
  pointerGet,
  pointerRemove,
  threeWayMergePatch,
} from './index.ts';

describe('JSON patch', () => {
  const doc = { foo: ['a', 'b'], 'x/y': { '~': 1 }, n: null };
  it.each([
    ['adds a member', [{ op: 'add', path: '/z', value: 1 }], { ...doc, z: 1 }],
    [
      'adds in front of an item',
      [{ op: 'add', path: '/foo/1', value: 'q' }],
      { ...doc, foo: ['a', 'q', 'b'] },
    ],
    ['appends with a dash', [{ op: 'add', path: '/foo/-', value: 'q' }], { ...doc, foo: ['a', 'b', 'q'] }],
    ['appends with -1', [{ op: 'add', path: '/foo/-1', value: 'q' }], { ...doc, foo: ['a', 'b', 'q'] }],
    ['removes from the end with -1', [{ op: 'remove', path: '/foo/-1' }], { ...doc, foo: ['a'] }],
    ['unescapes tokens', [{ op: 'replace', path: '/x~1y/~0', value: 2 }], { ...doc, 'x/y': { '~': 2 } }],
    ['moves', [{ op: 'move', from: '/foo/0', path: '/foo/1' }], { ...doc, foo: ['b', 'a'] }],
    ['copies', [{ op: 'copy', from: '/foo', path: '/bar' }], { ...doc, bar: ['a', 'b'] }],
    ['replaces the document', [{ op: 'replace', path: '', value: { q: 1 } }], { q: 1 }],
    ['tests a value', [{ op: 'test', path: '/foo', value: ['a', 'b'] }], doc],
    ['tests a missing member for null', [{ op: 'test', path: '/nope', value: null }], doc],
    [
      'applies one operation after the other',
      [
        { op: 'add', path: '/o', value: {} },
        { op: 'add', path: '/o/p', value: 1 },
      ],
      { ...doc, o: { p: 1 } },
    ],
  ])('%s', (_, operations, expected) => {
    const before = structuredClone(doc);
    expect(applyJsonPatch(doc, operations)).toEqual({ ok: true, value: expected });
    expect(doc).toEqual(before);
  });

  it.each([
    ['a missing parent', [{ op: 'add', path: '/a/b', value: 1 }], 'json-patch-failed'],
    ['removing what is not there', [{ op: 'remove', path: '/nope' }], 'json-patch-failed'],
    ['replacing what is not there', [{ op: 'replace', path: '/nope', value: 1 }], 'json-patch-failed'],
    ['an index out of range', [{ op: 'add', path: '/foo/3', value: 1 }], 'json-patch-failed'],
    ['a failed test', [{ op: 'test', path: '/foo/0', value: 'b' }], 'json-patch-failed'],
    ['an unknown operation', [{ op: 'spam', path: '/foo' }], 'json-patch-malformed'],
    ['no list', { op: 'add' }, 'json-patch-malformed'],
    ['no path', [{ op: 'remove' }], 'json-patch-malformed'],
    ['no value', [{ op: 'add', path: '/x' }], 'json-patch-malformed'],
  ])('refuses %s', (_, operations, code) => {
    const result = applyJsonPatch(doc, operations);
    expect(result.ok ? 'no error' : result.error.code).toBe(code);
  });

  it('does not reach the prototype', () => {
    const result = applyJsonPatch({}, [{ op: 'add', path: '/__proto__', value: { bad: true } }]);
    expect(({} as { bad?: boolean }).bad).toBeUndefined();
    expect(result.ok && Object.getPrototypeOf(result.value)).toBe(Object.prototype);
  });
});

describe('merge patch', () => {
  // The table of RFC 7386, appendix A.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j gives %j', (doc, patch, expected) => {
    expect(applyMergePatch(doc, patch)).toEqual({ ok: true, value: expected });
  });

  it('is found as the difference of two documents', () => {
    const from = { a: 1, b: { c: 1, d: 2 }, e: [1] };
    const to = { a: 1, b: { c: 2 }, e: [1, 2], f: {} };
    expect(diffMergePatch(from, to)).toEqual({ ok: true, value: { b: { c: 2, d: null }, e: [1, 2], f: {} } });
    expect(diffMergePatch(from, structuredClone(from))).toEqual({ ok: true, value: {} });
  });

  it('deletes in the three-way form only what was applied before', () => {
    const patch = threeWayMergePatch(
      { a: 1, gone: 1, m: { x: 1, y: 1 } },
      { a: 2, m: { x: 1 } },
      { a: 1, gone: 1, other: 1, m: { x: 1, y: 1, z: 1 } },
    );
    expect(patch).toEqual({ ok: true, value: { a: 2, gone: null, m: { y: null } } });
  });
});

describe('JSON pointer', () => {
  const doc = { a: [{ b: 1 }, { b: 2 }], 'c/d': 3 };
  it('reads and removes a place, copying only the way to it', () => {
    const tokens = parsePointer('/a/1/b');
    expect(tokens.ok && pointerGet(doc, tokens.value)).toBe(2);
    const removed = tokens.ok && (pointerRemove(doc, tokens.value) as typeof doc);
    expect(removed).toEqual({ a: [{ b: 1 }, {}], 'c/d': 3 });
    expect(removed && removed.a[0]).toBe(doc.a[0]);
    expect(doc.a[1]).toEqual({ b: 2 });
  });
  it('leaves a document alone that has no such place', () => {
    expect(pointerRemove(doc, ['a', '7', 'b'])).toBe(doc);
    expect(parsePointer('a/b').ok).toBe(false);
  });
});
