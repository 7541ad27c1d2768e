import { describe, expect, it } from 'vitest';
import { parseConstraint, parseVersion } from './semver.ts';

describe('version constraints', () => {
  it.each<[string, string[], string[]]>([
    ['1.*', ['1.0.0', 'v1.9.3', '1'], ['2.0.0', '0.9.0', '1.2.3-rc.1']],
    ['*', ['0.1.0', '9.9.9'], ['1.0.0-a']],
    ['^1.2', ['1.2.0', '1.9.0'], ['1.1.9', '2.0.0']],
    ['^0.2.3', ['0.2.3', '0.2.9'], ['0.3.0', '0.2.2']],
    ['^0.0.3', ['0.0.3'], ['0.0.4']],
    ['~1.2.3', ['1.2.3', '1.2.9'], ['1.3.0', '1.2.2']],
    ['~1', ['1.9.0'], ['2.0.0']],
    ['>=1, <2', ['1.0.0', '1.9.9'], ['2.0.0', '0.9.0']],
    ['>= 1.2 < 1.4', ['1.2.0', '1.3.9'], ['1.4.0']],
    ['>1.2', ['1.3.0'], ['1.2.9']],
    ['<=1.2', ['1.2.9', '0.1.0'], ['1.3.0']],
    ['1.2 - 1.4', ['1.2.0', '1.4.5'], ['1.5.0', '1.1.0']],
    ['!=1.2.3', ['1.2.4'], ['1.2.3']],
    ['1.x || >=3', ['1.5.0', '3.0.0'], ['2.0.0']],
    ['>=1.0.0-0', ['1.0.0-rc.1', '1.0.0'], ['0.9.0']],
  ])('%s', (text, inside, outside) => {
    const allows = parseConstraint(text);
    for (const version of inside)
      expect([version, allows?.(parseVersion(version)!)]).toEqual([version, true]);
    for (const version of outside)
      expect([version, allows?.(parseVersion(version)!)]).toEqual([version, false]);
  });

  it.each(['main', 'feature/x', '1.2.3.4', '', '>>1'])('%s is none', (text) =>
    expect(parseConstraint(text)).toBeUndefined(),
  );
});
