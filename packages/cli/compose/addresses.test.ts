import { expect, it } from 'vitest';
import { embeddedRepositoryPath } from './addresses.ts';

const own = (): string => 'http://127.0.0.1:8080/git';

it.each([
  ['http://git.plumbline.svc/welcome.git', 'welcome.git'],
  ['http://gitea.default.svc:3000/gitea/config.git', 'gitea/config.git'],
  ['http://gitea.default.svc.cluster.local:3000/gitea/config', 'gitea/config'],
  ['http://127.0.0.1:8080/git/mono.git', 'mono.git'],
  ['http://localhost:8080/git/a/b.git/', 'a/b.git'],
  ['http://127.0.0.1:8081/git/mono.git', undefined],
  ['http://127.0.0.1:8080/other/mono.git', undefined],
  ['https://git.example/mono.git', undefined],
  ['ssh://git@git.plumbline.svc/mono.git', undefined],
  ['git@host:mono.git', undefined],
])('%s leads to %s', (url, path) => {
  expect(embeddedRepositoryPath(url, own)).toBe(path);
});
