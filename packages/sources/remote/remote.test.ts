import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer as createSocketServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret, silentLogger } from '@plumbline/base';
import { systemClock } from '@plumbline/base/node';
import { createGitServer, createRemoteBases } from '@plumbline/sources';
import type { RemoteBases, RemoteBasesOptions, RemoteReader } from '@plumbline/sources';
import { makeRepository, testGit } from '@plumbline/testkit';
import type { TestRepository } from '@plumbline/testkit';
import { afterEach, describe, expect, it } from 'vitest';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const local = { schemes: ['https', 'http', 'ssh', 'file'] } as const;

async function remotes(
  options: Partial<RemoteBasesOptions> = {},
): Promise<{ readonly bases: RemoteBases; readonly reader: RemoteReader; readonly dataDir: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'plumbline-elsewhere-'));
  const bases = createRemoteBases({ git: testGit(), dataDir, clock: systemClock, policy: local, ...options });
  cleanups.push(
    () => rm(dataDir, { recursive: true, force: true }),
    () => bases.close(),
  );
  return { bases, reader: bases.readerFor(), dataDir };
}

async function repositoryWith(files: Readonly<Record<string, string>>): Promise<TestRepository> {
  const repository = await makeRepository({ files });
  cleanups.push(() => repository.remove());
  return repository;
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Takes connections and never says a word. */
async function hanging(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A Git server over HTTP whose repositories lie in a folder of their own. */
async function gitOverHttp(files: Readonly<Record<string, string>>, password?: string) {
  const repository = await repositoryWith(files);
  const parent = join(repository.dir, '..');
  const git = createGitServer({
    git: testGit(),
    root: parent,
    basePath: '/git',
    clock: systemClock,
    logger: silentLogger,
    onPush: () => {},
    authorize: ({ request }) =>
      password === undefined ||
      request.headers.authorization === `Basic ${Buffer.from(`u:${password}`).toString('base64')}`,
  });
  const asked: string[] = [];
  const address = await listen((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (!git.handle(request, response)) response.writeHead(404).end();
  });
  return { repository, asked, url: `${address}/git/repository.git` };
}

const wanted = (clone: string, ref = '', timeoutMs?: number) => ({
  clone,
  ref,
  submodules: true,
  ...(timeoutMs === undefined ? {} : { timeoutMs }),
});

async function readText(reader: RemoteReader, clone: string, path: string, ref = ''): Promise<string> {
  const got = await reader.repository(wanted(clone, ref));
  if (!got.ok) throw new Error(got.error.message);
  const bytes = await got.value.tree.read(path, 1_000);
  return bytes === undefined ? 'nothing' : Buffer.from(bytes).toString();
}

describe('a repository elsewhere', () => {
  it('is read over HTTP at a branch, a tag, a commit and its default branch, without a checkout', async () => {
    const { repository, url } = await gitOverHttp({ 'a/b.yaml': 'one' });
    const { reader, bases, dataDir } = await remotes();
    await repository.tag('v1');
    await repository.tag('v1-annotated', { message: 'a release' });
    const second = await repository.commit({ 'a/b.yaml': 'two' });
    await repository.commit({ 'a/b.yaml': 'three' });
    expect(await readText(reader, url, 'a/b.yaml', 'v1')).toBe('one');
    expect(await readText(reader, url, 'a/b.yaml', 'v1-annotated')).toBe('one');
    expect(await readText(reader, url, 'a/b.yaml', second)).toBe('two');
    expect(await readText(reader, url, 'a/b.yaml')).toBe('three');
    expect(await readText(reader, url, 'a/b.yaml', 'main')).toBe('three');
    expect(bases.counts().fetches).toBe(3);
    for (const name of await readdir(dataDir)) expect(await readdir(join(dataDir, name))).not.toContain('a');
  });

  it('is fetched once for all who ask, and by another process not at all', async () => {
    const repository = await repositoryWith({ 'x.yaml': 'x' });
    const { reader, bases, dataDir } = await remotes();
    await Promise.all(Array.from({ length: 8 }, () => readText(reader, repository.url, 'x.yaml')));
    expect(bases.counts()).toMatchObject({ fetches: 1 });
    const other = createRemoteBases({ git: testGit(), dataDir, clock: systemClock, policy: local });
    cleanups.push(() => other.close());
    expect(await readText(other.readerFor(), repository.url, 'x.yaml')).toBe('x');
    expect(other.counts()).toMatchObject({ fetches: 0, asked: 1 });
  });

  it('is asked for again when its answer is old or somebody says that it moved', async () => {
    const repository = await repositoryWith({ 'x.yaml': '1' });
    let now = 0;
    const clock = { now: () => now, after: (ms: number, run: () => void) => systemClock.after(ms, run) };
    const { reader, bases } = await remotes({ clock, freshMs: 1_000 });
    expect(await readText(reader, repository.url, 'x.yaml')).toBe('1');
    const second = await repository.commit({ 'x.yaml': '2' });
    expect(await readText(reader, repository.url, 'x.yaml')).toBe('1');
    now = 2_000;
    expect(await readText(reader, repository.url, 'x.yaml')).toBe('2');
    expect(reader.known(wanted(repository.url))).toBe(second);
    await repository.commit({ 'x.yaml': '3' });
    bases.forget(repository.url);
    expect(await readText(reader, repository.url, 'x.yaml')).toBe('3');
  });

  it('shows the files of its submodules', async () => {
    const inner = await repositoryWith({ 'base/k.yaml': 'inner' });
    const commit = await inner.commit({ 'base/k.yaml': 'inner 2' });
    await inner.commit({ 'base/k.yaml': 'newer' });
    const outer = await repositoryWith({
      '.gitmodules': `[submodule "lib"]\n\tpath = vendor/lib\n\turl = ${inner.url}\n`,
      'x.yaml': 'x',
    });
    const { reader } = await remotes();
    await addSubmodule(outer, 'vendor/lib', commit);
    expect(await readText(reader, outer.url, 'vendor/lib/base/k.yaml')).toBe('inner 2');
    const without = await reader.repository({ clone: outer.url, ref: '', submodules: false });
    expect(without.ok && (await without.value.tree.stat('vendor/lib'))?.kind).toBe('submodule');
  });

  it.each([
    [
      'a branch that is not there',
      'nowhere',
      /failed to run 'git fetch --depth=1 .*nowhere'.*find remote ref/s,
    ],
    ['an option', '--upload-pack=touch', /is no name of a branch/],
    ['a range', 'a..b', /is no name of a branch/],
    ['a refspec', 'main:refs/heads/x', /is no name of a branch/],
  ])('says what is wrong with %s', async (_what, ref, message) => {
    const repository = await repositoryWith({ 'x.yaml': 'x' });
    const { reader, dataDir } = await remotes();
    const got = await reader.repository(wanted(repository.url, ref));
    expect(got.ok ? '' : got.error.message).toMatch(message);
    expect((await readdir(dataDir).catch(() => [])).filter((name) => name.startsWith('tmp-'))).toEqual([]);
  });

  it('that hangs is given up after the time that its address asks for', async () => {
    const { reader } = await remotes();
    const url = await hanging();
    const began = performance.now();
    const got = await reader.repository(wanted(`${url}/org/repo.git`, 'main', 300));
    expect(got.ok ? '' : got.error.message).toMatch(/^hit 0.3s timeout running 'git fetch --depth=1/);
    expect(got.ok ? false : got.error.retryable).toBe(true);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('that hangs is given up after the time that the operator allows, whatever its address says', async () => {
    const { reader } = await remotes({ policy: { timeoutMsMax: 200 } });
    const got = await reader.repository(wanted(`${await hanging()}/org/repo.git`, 'main', 3_600_000));
    expect(got.ok ? '' : got.error.message).toMatch(/^hit 0.2s timeout/);
  });

  it('that is too large is refused', async () => {
    const noise = Array.from({ length: 4_000 }, (_, i) => (i * 7919 * 104_729) % 999_983).join(' ');
    const repository = await repositoryWith({ 'x.yaml': noise });
    const { reader } = await remotes({ policy: { ...local, repositoryBytesMax: 2_000 } });
    const got = await reader.repository(wanted(repository.url));
    expect(got.ok ? '' : got.error.code).toBe('remote-too-large');
  });

  it.each([
    ['file:///etc', {}, /begin with file/],
    [
      'https://example.com/o/r',
      { hosts: ['git.example.org', '*.internal'] },
      /host example.com is not allowed/,
    ],
    ['https://example.com/o/r', { hosts: [] }, /is not allowed/],
    ['git@github.com:o/r', { schemes: ['https'] as const }, /begin with ssh/],
    ['ext::sh -c touch', {}, /is not the address/],
    ['-oProxyCommand=x', {}, /looks like an option/],
  ])('%s is refused where the operator does not allow it', async (clone, policy, message) => {
    const { reader } = await remotes({ policy });
    const got = await reader.repository(wanted(clone));
    expect(got.ok ? '' : got.error.message).toMatch(message);
  });

  it('gets credentials only for the host of the source that names it, and keeps what they opened apart', async () => {
    const { url } = await gitOverHttp({ 'x.yaml': 'secret' }, 'pw');
    const credentials = () => ({ username: 'u', password: new Secret('pw') });
    const { bases } = await remotes({ policy: {}, credentials });
    const own = await bases.readerFor(url.replace('repository', 'other')).repository(wanted(url));
    expect(own.ok).toBe(true);
    const foreign = await bases.readerFor('https://elsewhere.example/r.git').repository(wanted(url));
    expect(foreign.ok ? '' : foreign.error.code).toBe('git-auth');
    const nobody = await bases.readerFor().repository(wanted(url));
    expect(nobody.ok ? '' : nobody.error.code).toBe('git-auth');
  });

  it('behind a redirect is not followed where hosts are restricted', async () => {
    const { url } = await gitOverHttp({ 'x.yaml': 'x' });
    const target = new URL(url);
    const address = await listen((request, response) => {
      response.writeHead(302, { location: `${target.origin}${request.url ?? ''}` }).end();
    });
    const clone = `${address}/git/repository.git`;
    const open = await remotes({ policy: {} });
    expect(await readText(open.reader, clone, 'x.yaml')).toBe('x');
    const closed = await remotes({ policy: { hosts: ['127.0.0.1'] } });
    expect((await closed.reader.repository(wanted(clone))).ok).toBe(false);
  });
});

describe('a file on the web', () => {
  it('is read and known by its content', async () => {
    const address = await listen((_request, response) => response.end('kind: ConfigMap\n'));
    const { reader, bases } = await remotes();
    const got = await reader.file(`${address}/cm.yaml`);
    expect(got.ok && Buffer.from(got.value.bytes).toString()).toBe('kind: ConfigMap\n');
    await reader.file(`${address}/cm.yaml`);
    expect(bases.counts().files).toBe(1);
    expect(reader.known(`${address}/cm.yaml`)).toBe(got.ok ? got.value.revision : '');
  });

  it('that is not there is told in the words of kustomize', async () => {
    const address = await listen((_request, response) => response.writeHead(404).end());
    const { reader } = await remotes();
    const got = await reader.file(`${address}/cm.yaml`);
    expect(got).toMatchObject({
      error: { code: 'remote-http', message: 'HTTP Error: status code 404 (Not Found)' },
    });
  });

  it('is followed through redirects to hosts that are allowed, and no further', async () => {
    const target = await listen((_request, response) => response.end('a: 1\n'));
    const address = await listen((request, response) => {
      const host = request.url === '/away' ? target.replace('127.0.0.1', 'localhost') : target;
      response.writeHead(302, { location: `${host}/x` }).end();
    });
    const { reader } = await remotes({ policy: { hosts: ['127.0.0.1'] } });
    expect((await reader.file(`${address}/near`)).ok).toBe(true);
    const away = await reader.file(`${address}/away`);
    expect(away.ok ? '' : away.error.message).toMatch(/host localhost is not allowed/);
  });

  it('that redirects in a circle, is too long or never comes is given up', async () => {
    const circle = await listen((request, response) =>
      response.writeHead(302, { location: request.url ?? '/' }).end(),
    );
    const long = await listen((_request, response) => response.end('x'.repeat(5_000)));
    const drip = await listen((_request, response) => {
      response.write('a');
    });
    const { reader } = await remotes({ policy: { timeoutMsMax: 300, fileBytesMax: 1_000 } });
    const messages: string[] = [];
    for (const url of [circle, long, drip, await hanging()]) {
      const got = await reader.file(`${url}/x.yaml`);
      messages.push(got.ok ? '' : got.error.message);
    }
    expect(messages).toEqual([
      expect.stringMatching(/redirects more than/),
      expect.stringMatching(/longer than 1000 bytes/),
      expect.stringMatching(/did not answer within 0.3s/),
      expect.stringMatching(/did not answer within 0.3s/),
    ]);
  });
});

async function addSubmodule(repository: TestRepository, path: string, commit: string): Promise<void> {
  const { git, dir } = repository;
  const run = async (args: readonly string[], input?: string): Promise<string> => {
    const variables = { GIT_INDEX_FILE: join(dir, 'test-index') };
    const outcome = await git.run(args, {
      gitDir: dir,
      variables,
      ...(input === undefined ? {} : { input }),
    });
    if (!outcome.ok) throw new Error(outcome.stderr);
    return outcome.stdout.toString().trim();
  };
  await run(['read-tree', 'main']);
  await run(['update-index', '--add', '--cacheinfo', `160000,${commit},${path}`]);
  const tree = await run(['write-tree']);
  const made = await run(['commit-tree', '-p', 'main', '-m', 'submodule', tree]);
  await run(['update-ref', 'refs/heads/main', made]);
}
