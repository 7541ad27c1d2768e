import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@plumbline/base';
import { systemClock } from '@plumbline/base/node';
import { commitFiles, createGitServer, createGitSources, seedRepository } from '@plumbline/sources';
import type { GitSources, GitSourcesOptions } from '@plumbline/sources';
import type { Snapshot } from '@plumbline/api';
import { makeRepository, testGit } from '@plumbline/testkit';
import type { TestRepository } from '@plumbline/testkit';
import { afterEach, describe, expect, it } from 'vitest';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function setUp(options: Partial<GitSourcesOptions> = {}, files = { 'deploy/cm.yaml': 'a: 1\n' }) {
  const dataDir = await mkdtemp(join(tmpdir(), 'plumbline-mirrors-'));
  const repository = await makeRepository({ files });
  const sources = createGitSources({
    git: testGit(),
    dataDir,
    clock: systemClock,
    logger: silentLogger,
    ...options,
  });
  cleanups.push(
    () => rm(dataDir, { recursive: true, force: true }),
    () => repository.remove(),
    () => sources.close(),
  );
  return { sources, repository, dataDir };
}

async function snapshot(
  sources: GitSources,
  url: string,
  revision = 'HEAD',
  refresh: 'cached' | 'fetch' = 'cached',
): Promise<Snapshot> {
  const result = await sources.resolve(url, revision, { refresh });
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const text = async (from: Snapshot, path: string): Promise<string | undefined> => {
  const bytes = await from.tree.read(path, 1_000);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString();
};

describe('a remote repository', () => {
  it('is mirrored once and read without a checkout', async () => {
    const { sources, repository } = await setUp();
    const first = await snapshot(sources, repository.url);
    expect(await text(first, 'deploy/cm.yaml')).toBe('a: 1\n');
    expect(await first.tree.stat('deploy')).toMatchObject({ name: 'deploy', kind: 'folder' });
    expect(await first.tree.stat('deploy/none')).toBeUndefined();
    expect(await first.tree.stat('deploy/cm.yaml/x')).toBeUndefined();
    expect(await first.tree.list('nowhere')).toBeUndefined();
    expect((await first.tree.list(''))?.map((entry) => entry.name)).toEqual(['deploy']);
    await expect(first.tree.read('deploy/cm.yaml', 3)).rejects.toThrow('longer than 3 bytes');
    expect(await snapshot(sources, repository.url, 'main')).toBe(first);
    expect(sources.counts().fetches).toBe(1);
  });

  it('is asked again when told to or when it is known to have moved', async () => {
    const { sources, repository } = await setUp();
    const first = await snapshot(sources, repository.url);
    const second = await repository.commit({ 'deploy/cm.yaml': 'a: 2\n' });
    expect((await snapshot(sources, repository.url)).revision).toBe(first.revision);
    expect((await snapshot(sources, repository.url, '', 'fetch')).revision).toBe(second);
    const third = await repository.commit({ 'deploy/cm.yaml': 'a: 3\n' });
    const heard: string[] = [];
    sources.listen((url) => heard.push(url));
    sources.notify(repository.url);
    expect(heard).toEqual([repository.url]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => snapshot(sources, repository.url, 'main')),
    );
    expect(new Set(answers.map((answer) => answer.revision))).toEqual(new Set([third]));
    expect(sources.counts().fetches).toBe(3);
    expect(await text(first, 'deploy/cm.yaml')).toBe('a: 1\n');
  });

  it('finds revisions in the order that Argo CD does', async () => {
    const { sources, repository } = await setUp();
    const url = repository.url;
    const one = (await snapshot(sources, url)).revision;
    await repository.tag('v1.0.0');
    const two = await repository.commit({ x: '2' });
    await repository.tag('v1.1.0', { message: 'annotated' });
    const three = await repository.commit({ x: '3' });
    await repository.tag('v2.0.0');
    await repository.tag('v2.1.0-rc.1');
    const side = await repository.commit({ x: '4' }, 'side', { branch: 'v1.0.0', from: 'main' });
    await repository.git.run(['update-ref', 'refs/pull/7/head', two], { gitDir: repository.dir });
    sources.notify(url);
    const expected: Record<string, string> = {
      '': three,
      HEAD: three,
      main: three,
      'refs/heads/main': three,
      'v1.1.0': two,
      '1.*': two,
      '>=1.0.0': three,
      '~1.0': one,
      'v1.0.0': side,
      'refs/tags/v1.0.0': one,
      [one]: one,
      [one.slice(0, 8)]: one,
      [one.toUpperCase()]: one,
      '>1.5 <2.1.0-rc.2': three,
      'refs/pull/7/head': two,
      'pull/7/head': two,
    };
    for (const [revision, commit] of Object.entries(expected)) {
      expect([revision, (await snapshot(sources, url, revision)).revision]).toEqual([revision, commit]);
    }
    for (const revision of ['nope', '9.*', '../../HEAD', 'f'.repeat(40), '-x', 'refs/heads/..']) {
      expect(await sources.resolve(url, revision)).toMatchObject({
        ok: false,
        error: { code: 'revision-unknown', message: `unable to resolve '${revision}' to a commit SHA` },
      });
    }
  });

  it('tells who made a commit', async () => {
    const { sources, repository } = await setUp();
    const { revision } = await snapshot(sources, repository.url);
    await repository.tag('v1', { message: 'x' });
    await snapshot(sources, repository.url, '', 'fetch');
    expect(await sources.revision(repository.url, revision)).toEqual({
      revision,
      author: 'Ada',
      email: 'ada@example.com',
      date: '2026-01-01T00:00:00Z',
      message: 'first',
      tags: ['v1'],
    });
    expect(await sources.revision(repository.url, 'e'.repeat(40))).toBeUndefined();
  });

  it('keeps working from what it has after a crash that left locks behind', async () => {
    const { sources, repository, dataDir } = await setUp();
    await snapshot(sources, repository.url);
    const mirror = join(dataDir, readdirSync(dataDir)[0] ?? '');
    for (const lock of ['packed-refs.lock', 'refs/heads/main.lock', 'refs/plumbline/HEAD.lock'])
      await writeFile(join(mirror, lock), '');
    sources.close();
    const again = createGitSources({ git: testGit(), dataDir, clock: systemClock, logger: silentLogger });
    cleanups.push(() => again.close());
    const moved = await repository.commit({ x: '2' });
    expect((await snapshot(again, repository.url)).revision).toBe(moved);
  });
});

describe('a damaged mirror', () => {
  it('is fetched again when something cannot be read', async () => {
    const { sources, repository, dataDir } = await setUp();
    await snapshot(sources, repository.url);
    const second = await repository.commit({ 'deploy/cm.yaml': 'a: 2\n' });
    sources.notify(repository.url);
    const objects = join(dataDir, readdirSync(dataDir)[0] ?? '', 'objects');
    for (const name of readdirSync(objects)) await rm(join(objects, name), { recursive: true });
    const attempts = [];
    for (let i = 0; i < 3; i++)
      attempts.push(await sources.resolve(repository.url, 'main', { refresh: 'fetch' }));
    expect(attempts.at(-1)).toMatchObject({ ok: true, value: { revision: second } });
    const tree = (await snapshot(sources, repository.url, 'main')).tree;
    for (const name of readdirSync(objects)) await rm(join(objects, name), { recursive: true });
    await repository.commit({ 'other/x': '' });
    await expect(tree.read('deploy/cm.yaml', 1_000)).rejects.toThrow('lacks');
    expect(await text(await snapshot(sources, repository.url, 'main'), 'deploy/cm.yaml')).toBe('a: 2\n');
  });
});

describe('a repository that is served here', () => {
  it('is read in place, one ref read and only the changed folders for a thousand applications', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, i) => [`apps/app-${i}/cm.yaml`, `n: ${i}\n`]),
    ) as { 'deploy/cm.yaml': string };
    const box: { repository?: TestRepository } = {};
    const { sources, repository } = await setUp({ local: () => box.repository?.dir }, files);
    box.repository = repository;
    const url = 'http://here/git/mono.git';
    const hashes = (from: Snapshot) =>
      Promise.all(Array.from({ length: 1_000 }, (_, i) => from.tree.stat(`apps/app-${i}`)));
    const before = await hashes(await snapshot(sources, url, 'main'));
    const counts = sources.counts();
    expect(counts).toMatchObject({ fetches: 0, revisionsResolved: 1, foldersRead: 2 });
    await repository.commit({ 'apps/app-500/cm.yaml': 'n: changed\n' });
    sources.notify(url);
    const snapshots = await Promise.all(Array.from({ length: 1_000 }, () => snapshot(sources, url, 'main')));
    const after = await hashes(snapshots[0] as Snapshot);
    expect(after.filter((entry, i) => entry?.hash !== before[i]?.hash).map((entry) => entry?.name)).toEqual([
      'app-500',
    ]);
    expect(sources.counts()).toMatchObject({ revisionsResolved: 2, foldersRead: 4 });
  });

  it('is known by its folder under every address that leads to it', async () => {
    const box: { repository?: TestRepository } = {};
    const { sources, repository } = await setUp({ local: () => box.repository?.dir });
    box.repository = repository;
    const urls = ['http://git.svc/mono.git', 'http://127.0.0.1:8080/git/mono'];
    const [first, second] = await Promise.all(urls.map((url) => snapshot(sources, url, 'main')));
    expect(first).toBe(second);
    const heard: string[] = [];
    sources.listen((url) => heard.push(url));
    const commit = await repository.commit({ x: '2' });
    sources.notifyLocal(repository.dir);
    expect(heard).toEqual(urls);
    expect((await snapshot(sources, urls[1] ?? '', 'main')).revision).toBe(commit);
  });

  it('is not there before it was pushed to, and then is', async () => {
    const { sources, repository } = await setUp({
      local: (url) => (url.includes('late') ? join(repositoryDir, 'late.git') : repositoryDir),
    });
    const repositoryDir = repository.dir;
    expect(await sources.resolve('http://here/late.git', 'main')).toMatchObject({
      ok: false,
      error: { code: 'git-not-found' },
    });
    await repository.git.run(['clone', '--quiet', '--bare', repository.dir, join(repositoryDir, 'late.git')]);
    expect(await sources.resolve('http://here/late.git', 'main')).toMatchObject({ ok: true });
  });
});

describe('faults', () => {
  it.each([
    ['--upload-pack=touch x', 'git-url'],
    ['ext::sh -c true', 'git-url'],
    ['ssh://-oProxyCommand=x/y', 'git-url'],
    ['', 'git-url'],
    ['ftp://host/x', 'git-url'],
    ['file:///nonexistent/repository', 'git-not-found'],
    ['http://127.0.0.1:9/x.git', 'git-unreachable'],
  ])('%s gives %s', async (url, code) => {
    const { sources } = await setUp();
    expect(await sources.resolve(url, 'main')).toMatchObject({ ok: false, error: { code } });
  });

  it('folders of the machine are only for those who allow them', async () => {
    const { createGit } = await import('@plumbline/sources');
    const { sources, repository } = await setUp({ git: createGit({ clock: systemClock }) });
    expect(await sources.resolve(repository.url, 'main')).toMatchObject({
      ok: false,
      error: { code: 'git-protocol' },
    });
  });

  it('one attempt serves a thousand callers while a host does not answer', async () => {
    const { sources } = await setUp();
    const results = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => sources.resolve('http://127.0.0.1:9/x.git', `b${i}`)),
    );
    expect(results.every((result) => !result.ok && result.error.retryable === true)).toBe(true);
    await sources.resolve('http://127.0.0.1:9/x.git', 'main');
    expect(sources.counts().fetches).toBe(1);
  });

  it('an empty repository has no HEAD', async () => {
    const { sources } = await setUp();
    const empty = await makeRepository();
    cleanups.push(() => empty.remove());
    expect(await sources.resolve(empty.url, 'HEAD')).toMatchObject({
      ok: false,
      error: { message: "unable to resolve 'HEAD' to a commit SHA", hint: 'the repository is empty' },
    });
    const commit = await empty.commit({ a: '1' });
    expect(await sources.resolve(empty.url, 'HEAD', { refresh: 'fetch' })).toMatchObject({
      ok: true,
      value: { revision: commit },
    });
  });

  it('a transfer that is cut leaves what was there before, and the next one succeeds', async () => {
    const root = await mkdtemp(join(tmpdir(), 'plumbline-cut-'));
    cleanups.push(() => rm(root, { recursive: true, force: true }));
    const first = await seedRepository(root, 'app', { 'a.yaml': 'a: 1' });
    const git = createGitServer({
      root,
      authorize: () => true,
      onPush: () => {},
      clock: systemClock,
      logger: silentLogger,
    });
    let cut = false;
    const server = createServer((request, response) => {
      if (!cut || request.method !== 'POST' || !request.url?.includes('upload-pack')) {
        git.handle(request, response);
        return;
      }
      response
        .writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' })
        .write('000dpackfile\n');
      response.socket?.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/app.git`;
    const { sources } = await setUp();
    const before = await snapshot(sources, url);
    const second = await commitFiles(testGit(), join(root, 'app.git'), {
      files: { 'a.yaml': 'a: 2' },
      message: 'second',
    });
    cut = true;
    expect(await sources.resolve(url, 'main', { refresh: 'fetch' })).toMatchObject({
      ok: false,
      error: { code: 'git-unreachable', retryable: true },
    });
    expect(before.revision).toBe(first.ok && first.value);
    expect(await text(before, 'a.yaml')).toBe('a: 1');
    cut = false;
    expect((await snapshot(sources, url, 'main', 'fetch')).revision).toBe(second.ok && second.value);
  });

  it('a server that wants a password or breaks off gives a clear problem, and no secret shows', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url?.startsWith('/cut') === true) {
        response.destroy();
        return;
      }
      response
        .writeHead(request.headers.authorization === undefined ? 401 : 403, {
          'www-authenticate': 'Basic realm="x"',
        })
        .end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => server.close());
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { Secret } = await import('@plumbline/base');
    const { sources } = await setUp({
      credentials: (url) =>
        url.includes('known') ? { username: 'ada', password: new Secret('hunter2') } : undefined,
    });
    expect(await sources.resolve(`${base}/closed.git`, 'main')).toMatchObject({
      ok: false,
      error: { code: 'git-auth', message: 'failed to list refs: authentication required' },
    });
    const denied = await sources.resolve(`${base}/known.git`, 'main');
    expect(denied).toMatchObject({ ok: false, error: { code: 'git-auth' } });
    expect(JSON.stringify(denied)).not.toContain('hunter2');
    expect(seen).toContain(`Basic ${Buffer.from('ada:hunter2').toString('base64')}`);
    expect(await sources.resolve(`${base}/cut.git`, 'main')).toMatchObject({
      ok: false,
      error: { code: 'git-unreachable', retryable: true },
    });
  });
});
