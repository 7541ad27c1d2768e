import { describe, expect, it } from 'vitest';
import { chordMs, resolveHotkey } from './hotkeys.ts';

describe('resolveHotkey', () => {
  const names = ['g a', 'j', '?'];

  it('knows single keys and ignores others', () => {
    expect(resolveHotkey(names, undefined, 'j', 0)).toEqual({ name: 'j' });
    expect(resolveHotkey(names, undefined, 'x', 0)).toEqual({});
  });

  it('waits for the second key of two, but not for long', () => {
    const begun = resolveHotkey(names, undefined, 'g', 100);
    expect(begun).toEqual({ pending: { key: 'g', at: 100 } });
    expect(resolveHotkey(names, begun.pending, 'a', 200)).toEqual({ name: 'g a' });
    expect(resolveHotkey(names, begun.pending, 'a', 101 + chordMs)).toEqual({});
    expect(resolveHotkey(names, begun.pending, 'j', 200)).toEqual({ name: 'j' });
  });
});
