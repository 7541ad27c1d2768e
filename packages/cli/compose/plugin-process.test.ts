import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@plumbline/base/node';
import type { ProcessOutcome } from '@plumbline/render';
import { memoryTree } from '@plumbline/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { createPluginProcesses } from './plugin-process.ts';
import type { PluginProcessOptions } from './plugin-process.ts';
import { createPluginHost } from './plugins.ts';

const tree = memoryTree({
  'app/a.txt': 'hello',
  'app/link': { link: 'a.txt' },
  'app/out': { link: '../../../etc/passwd' },
});
const folder = mkdtempSync(join(tmpdir(), 'plumbline-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function shell(script: string, more: Partial<PluginProcessOptions> = {}): Promise<ProcessOutcome> {
  const path = process.env['PATH'] ?? '';
  const processes = createPluginProcesses({ clock: systemClock, path, ...more });
  const space = await processes.open(tree, { preserveFileMode: false });
  try {
    return await space.run({ argv: ['sh', '-c', script], folder: 'app', environment: { ARGOCD_ENV_X: 'x' } });
  } finally {
    await space.close();
  }
}

const copies = (): number =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('plumbline-plugin-')).length;

describe('programs of plugins', () => {
  it('run in a private copy of the repository, which goes afterwards', async () => {
    const ran = await shell('cat link; echo changed > a.txt; cat a.txt; ls; pwd');
    expect(ran).toMatchObject({ ok: true, stdout: expect.stringMatching(/^hellochanged\na\.txt\nlink\n/) });
    const place = ran.ok ? (ran.stdout.trim().split('\n').at(-1) ?? '') : '';
    expect([place.endsWith('/files/app'), existsSync(place)]).toEqual([true, false]);
    expect(await tree.read('app/a.txt', 100)).toEqual(Buffer.from('hello'));
  });

  it('see nothing of this process but what they are given', async () => {
    process.env['PLUMBLINE_TEST_SECRET'] = 'secret';
    const ran = await shell('env', { variables: { VAULT_ADDR: 'http://vault' } });
    delete process.env['PLUMBLINE_TEST_SECRET'];
    const names = ran.ok ? ran.stdout.split('\n').map((line) => line.split('=')[0]) : [];
    expect(names).toEqual(expect.arrayContaining(['ARGOCD_ENV_X', 'HOME', 'PATH', 'TMPDIR', 'VAULT_ADDR']));
    expect(names).not.toContain('PLUMBLINE_TEST_SECRET');
  });

  it('fail with their status and what they said', async () => {
    expect(await shell('echo no >&2; exit 3')).toEqual({ ok: false, cause: 'exit status 3', stderr: 'no\n' });
    expect(await shell('kill -9 $$')).toMatchObject({ ok: false, cause: 'signal: killed' });
  });

  it('that are not there are named', async () => {
    const processes = createPluginProcesses({ clock: systemClock, path: process.env['PATH'] ?? '' });
    expect([await processes.has('sh'), await processes.has('no-such-program')]).toEqual([true, false]);
    const space = await processes.open(tree, { preserveFileMode: false });
    const ran = await space.run({ argv: ['no-such-program'], folder: '', environment: {} });
    await space.close();
    expect(ran).toMatchObject({ cause: 'exec: "no-such-program": executable file not found in $PATH' });
  });

  it('are ended when they take too long, with all that they started', async () => {
    const mark = join(folder, 'mark');
    const ran = await shell(`(sleep 1; echo late > ${mark}) & sleep 60`, { timeoutMs: 200 });
    expect(ran).toMatchObject({ ok: false, cause: 'timeout after 0.2 s, signal: terminated' });
    await new Promise((resolve) => systemClock.after(1_200, () => resolve(undefined)));
    expect(existsSync(mark)).toBe(false);
  });

  it('that leave something behind in the background do not hold anybody up', async () => {
    expect(await shell('sleep 60 & echo done')).toMatchObject({ ok: true, stdout: 'done\n' });
  });

  it('that print too much are ended', async () => {
    const ran = await shell('while :; do echo xxxxxxxxxxxxxxxx; done', { outputBytesMax: 10_000 });
    expect(ran).toMatchObject({ ok: false, cause: 'printing more than 10000 bytes' });
  });

  it('leave no copies', async () => {
    const before = copies();
    await shell('true');
    expect(copies()).toBe(before);
  });
});

describe('--plugins', () => {
  const io = { cwd: folder, env: { PATH: '/bin' } };
  const spec = (name: string): string =>
    `kind: ConfigManagementPlugin\nmetadata: {name: ${name}}\nspec: {generate: {command: [x]}}\n`;

  it('is a file or a folder of files', () => {
    writeFileSync(join(folder, 'a.yaml'), spec('a'));
    writeFileSync(join(folder, 'b.yml'), spec('b'));
    const names = (place: string | undefined): string[] =>
      createPluginHost(place, io, systemClock).plugins.map(({ name }) => name);
    expect([names(undefined), names('a.yaml'), names('.')]).toEqual([[], ['a'], ['a', 'b']]);
    expect(createPluginHost(undefined, io, systemClock).runner).toBeUndefined();
  });

  it('that is missing or wrong is refused', () => {
    expect(() => createPluginHost('none', io, systemClock)).toThrow(
      '--plugins none: there is no such file or folder',
    );
    writeFileSync(join(folder, 'c.yaml'), 'kind: Other\nmetadata: {name: c}\n');
    expect(() => createPluginHost('c.yaml', io, systemClock)).toThrow(
      'kind should be ConfigManagementPlugin',
    );
  });
});
