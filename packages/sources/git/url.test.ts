import { repositoryKey, sameRepository } from '@plumbline/sources';
import { describe, expect, it } from 'vitest';

describe('addresses of repositories', () => {
  it.each([
    ['https://GitHub.com/a/b.git', 'https://github.com/a/b'],
    ['https://github.com:443/a/b/', 'https://github.com/a/b'],
    ['git@github.com:a/b.git', 'ssh://git@github.com/a/b'],
    ['ssh://git@github.com:22/a/b', 'ssh://git@github.com/a/b'],
    ['https://user:secret@host/a', 'https://host/a'],
    ['  file:///srv/git/x.git ', 'file:///srv/git/x'],
  ])('%s is %s', (url, key) => expect(repositoryKey(url)).toBe(key));

  it('are compared without case, but mirrored with it', () => {
    expect(sameRepository('https://host/Team/App.git', 'https://HOST/team/app')).toBe(true);
    expect(repositoryKey('https://host/Team/App')).not.toBe(repositoryKey('https://host/team/app'));
    expect(sameRepository('https://host/a', 'ssh://git@host/a')).toBe(false);
  });
});
