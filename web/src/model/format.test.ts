import { describe, expect, it } from 'vitest';
import {
  authorName,
  firstLine,
  formatAge,
  formatDuration,
  shortRepository,
  shortRevision,
} from './format.ts';

describe('format', () => {
  it.each([
    ['0123456789abcdef0123456789abcdef01234567', '0123456'],
    ['sha256:0123456789abcdef0123456789abcdef', 'sha256:0123456789ab'],
    ['v1.2.3', 'v1.2.3'],
    ['HEAD', 'HEAD'],
  ])('shortens the revision %s', (revision, short) => {
    expect(shortRevision(revision)).toBe(short);
  });

  it.each([
    [-5, '0s'],
    [999, '0s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [3_600_000 * 23, '23h'],
    [86_400_000 * 12, '12d'],
    [86_400_000 * 45, '1mo'],
    [86_400_000 * 800, '2y'],
  ])('prints an age of %d ms', (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });

  it.each([
    [430, '<1s'],
    [12_300, '12s'],
    [65_000, '1m 05s'],
    [7_800_000, '2h 10m'],
  ])('prints a duration of %d ms', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('reads authors, first lines and repositories', () => {
    expect(authorName('Ada Lovelace <ada@example.org>')).toBe('Ada Lovelace');
    expect(firstLine('Raise replicas\n\nBecause.')).toBe('Raise replicas');
    expect(shortRepository('https://user@git.example.org/team/mono.git')).toBe('git.example.org/team/mono');
  });
});
