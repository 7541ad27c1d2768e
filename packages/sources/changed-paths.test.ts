import { changedPaths } from '@plumbline/sources';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';

const before = { 'apps/a/one.yaml': '1', 'apps/b/one.yaml': '1', 'apps/b/deep/two.yaml': '2', 'lib/x': 'x' };

async function between(after: Record<string, string>, most = 100): Promise<string[] | undefined> {
  const paths = await changedPaths(memoryTree(before), memoryTree(after), most);
  return paths && [...paths].sort();
}

describe('the paths that differ between two trees', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['nothing', before, []],
    [
      'a changed file and the folders above',
      { ...before, 'apps/a/one.yaml': '9' },
      ['', 'apps', 'apps/a', 'apps/a/one.yaml'],
    ],
    ['an added folder with all in it', { ...before, 'new/x/y': '1' }, ['', 'new', 'new/x', 'new/x/y']],
    [
      'a file in place of a folder',
      { 'apps/a/one.yaml': '1', 'apps/b': 'f', 'lib/x': 'x' },
      ['', 'apps', 'apps/b', 'apps/b/deep', 'apps/b/deep/two.yaml', 'apps/b/one.yaml'],
    ],
    [
      'all of an emptied tree',
      {},
      [
        '',
        'apps',
        'apps/a',
        'apps/a/one.yaml',
        'apps/b',
        'apps/b/deep',
        'apps/b/deep/two.yaml',
        'apps/b/one.yaml',
        'lib',
        'lib/x',
      ],
    ],
  ])('names %s', async (_, after, expected) => {
    expect(await between(after)).toEqual(expected);
  });

  it('gives up where there are too many', async () => {
    expect(await between({}, 3)).toBeUndefined();
  });
});
