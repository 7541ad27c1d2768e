import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { silentLogger } from '@plumbline/base';
import { systemClock } from '@plumbline/base/node';
import { createGitServer, createGitSources, seedRepository } from '@plumbline/sources';
import type { GitServerOptions, PushEvent } from '@plumbline/sources';
import { testGit } from '@plumbline/testkit';
import { afterEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function setUp(options: Partial<GitServerOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-git-server-'));
  const root = join(folder, 'repositories');
  await mkdir(root);
  const git = testGit();
  const pushes: PushEvent[] = [];
  const server = createGitServer({
    git,
    root,
    basePath: '/git',
    authorize: () => true,
    onPush: (event) => pushes.push(event),
    clock: systemClock,
    logger: silentLogger,
    ...options,
  });
  const http = createServer((incoming, outgoing) => {
    if (!server.handle(incoming, outgoing)) outgoing.writeHead(418).end();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  cleanups.push(
    () => rm(folder, { recursive: true, force: true }),
    () => new Promise((resolve) => http.close(resolve)),
    () => http.closeAllConnections(),
    () => server.close(),
  );
  const client = (args: string[], cwd = folder) =>
    run(
      'git',
      ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'init.defaultBranch=main', ...args],
      {
        cwd,
        env: { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null' },
      },
    );
  async function workTree(name: string, branch = 'main') {
    const dir = join(folder, name);
    await mkdir(dir);
    await client(['init', '-q', '-b', branch], dir);
    await writeFile(join(dir, 'a.yaml'), 'a: 1\n');
    await client(['add', '.'], dir);
    await client(['commit', '-qm', 'first'], dir);
    return dir;
  }
  return { base, root, folder, git, pushes, server, client, workTree };
}

describe('the Git server', () => {
  it('makes a repository on the first push, tells of it at once, and serves it', async () => {
    const { base, pushes, client, workTree, git, root, server, folder } = await setUp();
    const dir = await workTree('work');
    const sources = createGitSources({
      git,
      dataDir: join(folder, 'data'),
      clock: systemClock,
      logger: silentLogger,
      local: (url) => server.repositoryDir(new URL(url).pathname.slice('/git'.length)),
    });
    cleanups.push(() => sources.close());
    await client(['push', '-q', `${base}/git/team/app.git`, 'main'], dir);
    const head = (await client(['rev-parse', 'HEAD'], dir)).stdout.trim();
    expect(pushes).toEqual([
      { repository: 'team/app', refs: [{ ref: 'refs/heads/main', from: '0'.repeat(40), to: head }] },
    ]);
    expect(existsSync(join(root, 'team/app.git/HEAD'))).toBe(true);
    expect(await sources.resolve(`${base}/git/team/app.git`, 'HEAD')).toMatchObject({
      ok: true,
      value: { revision: head },
    });
    await client(['clone', '-q', `${base}/git/team/app`, 'copy']);
    expect((await client(['rev-parse', 'HEAD'], join(folder, 'copy'))).stdout.trim()).toBe(head);
    await client([
      'clone',
      '-q',
      '--depth',
      '1',
      '-c',
      'protocol.version=0',
      `${base}/git/team/app.git`,
      'old',
    ]);
    expect((await client(['log', '--oneline'], join(folder, 'old'))).stdout.trim().split('\n')).toHaveLength(
      1,
    );
  });

  it('lets HEAD follow the first branch that was pushed', async () => {
    const { base, client, workTree } = await setUp();
    const dir = await workTree('work', 'trunk');
    await client(['push', '-q', `${base}/git/app.git`, 'trunk'], dir);
    expect((await client(['ls-remote', '--symref', `${base}/git/app.git`, 'HEAD'])).stdout).toContain(
      'ref: refs/heads/trunk',
    );
  });

  it('takes large pushes, forced ones and deletions, and leaves refused ones out', async () => {
    const { base, client, workTree, pushes } = await setUp();
    const dir = await workTree('work');
    const url = `${base}/git/app.git`;
    await writeFile(
      join(dir, 'big'),
      Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 2_654_435_761) >>> 13)),
    );
    await client(['add', '.'], dir);
    await client(['commit', '-qm', 'big'], dir);
    await client(['push', '-q', url, 'main', 'main:side'], dir);
    await client(['commit', '-q', '--amend', '-m', 'other'], dir);
    await expect(client(['push', '-q', url, 'main'], dir)).rejects.toThrow();
    await client(['push', '-q', '--force', url, 'main'], dir);
    await client(['push', '-q', url, ':side'], dir);
    expect(pushes.map((push) => push.refs.map((ref) => [ref.ref, /^0+$/.test(ref.to)]))).toEqual([
      [
        ['refs/heads/main', false],
        ['refs/heads/side', false],
      ],
      [['refs/heads/main', false]],
      [['refs/heads/side', true]],
    ]);
  });

  it('asks who it is, for reading and for writing', async () => {
    const seen: [string, boolean][] = [];
    const { base, client, workTree } = await setUp({
      authorize: ({ repository, write, request: { headers } }) => {
        seen.push([repository, write]);
        return headers.authorization === `Basic ${Buffer.from('ada:pw').toString('base64')}`;
      },
    });
    const dir = await workTree('work');
    await expect(client(['push', '-q', `${base}/git/app.git`, 'main'], dir)).rejects.toThrow(
      /could not read Username|Authentication failed/,
    );
    await client(['push', '-q', `${base.replace('//', '//ada:pw@')}/git/app.git`, 'main'], dir);
    await expect(client(['ls-remote', `${base}/git/app.git`])).rejects.toThrow();
    expect(seen).toContainEqual(['app', true]);
    expect(seen).toContainEqual(['app', false]);
  });

  it.each([
    ['/git/../../etc/info/refs?service=git-upload-pack', 418],
    ['/git/%2e%2e/x/info/refs?service=git-upload-pack', 418],
    ['/git/a/..%2f..%2fx/info/refs?service=git-receive-pack', 404],
    ['/git/.hidden/info/refs?service=git-receive-pack', 404],
    ['/git/a.git/b/info/refs?service=git-receive-pack', 404],
    ['/git/none/info/refs?service=git-upload-pack', 404],
    ['/git/none/info/refs', 403],
    ['/git/none/info/refs?service=git-shell', 403],
    ['/git/none/git-receive-pack', 405],
    ['/other', 418],
    ['//', 418],
  ])('GET %s gives %d', async (path, status) => {
    const { base, root } = await setUp();
    const got = await new Promise<number | undefined>((resolve, reject) => {
      request(`${base}${path}`, { path }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(got).toBe(status);
    expect((await import('node:fs')).readdirSync(root)).toEqual([]);
  });

  it('leaves no process behind when a client is killed', async () => {
    const { base, git, root, folder } = await setUp();
    const noise = Buffer.from(Array.from({ length: 8_000_000 }, (_, i) => (i * 2_654_435_761) >>> 11));
    const seeded = await seedRepository(root, 'big', { noise }, { git });
    expect(seeded.ok).toBe(true);
    const agent = request(`${base}/git/big.git/git-upload-pack`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-git-upload-pack-request' },
    });
    agent.on('error', () => {});
    const want = `want ${seeded.ok ? seeded.value : ''} ofs-delta\n`;
    await new Promise<void>((resolve) => {
      agent.on('response', (response) => response.once('data', () => (agent.destroy(), resolve())));
      agent.end(`${(want.length + 4).toString(16).padStart(4, '0')}${want}00000009done\n`);
    });
    await expect.poll(async () => (await processes(folder)).length, { timeout: 8_000 }).toBe(0);
  });

  it('seeds repositories and refuses bad names', async () => {
    const { base, root, client } = await setUp();
    const seeded = await seedRepository(
      root,
      'demo.git',
      { 'a/b.yaml': 'x', link: { link: 'a/b.yaml' } },
      { message: 'Hello' },
    );
    expect((await client(['ls-remote', `${base}/git/demo.git`, 'main'])).stdout).toContain(
      seeded.ok ? seeded.value : 'nothing',
    );
    expect(await seedRepository(root, '../x', {})).toMatchObject({ ok: false });
    expect(await seedRepository(root, 'y', { '../x': '' })).toMatchObject({ ok: false });
  });
});

/** Processes of git that work below a folder. */
async function processes(folder: string): Promise<string[]> {
  const ps = spawn('ps', ['-eo', 'args']);
  let out = '';
  for await (const part of ps.stdout) out += String(part);
  return out.split('\n').filter((line) => line.includes(folder) && line.includes('git'));
}
