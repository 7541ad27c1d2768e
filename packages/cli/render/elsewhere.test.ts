import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { makeRepository } from '@plumbline/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { runProgram } from '../program.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function plumb(args: readonly string[], cwd: string, input = '') {
  const text = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => {
    const through = new PassThrough();
    through.on('data', (chunk: Buffer) => (text[name] += chunk.toString()));
    return through;
  };
  const stdin = new PassThrough();
  stdin.end(input);
  const env = { PATH: process.env['PATH'], XDG_CACHE_HOME: join(cwd, 'cache') };
  const code = await runProgram(args, {
    stdin,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env,
    cwd,
  });
  return { code, ...text };
}

/** A folder with a kustomization that names a repository and a file of this machine's servers. */
async function setUp() {
  const cwd = mkdtempSync(join(tmpdir(), 'plumbline-render-'));
  const repository = await makeRepository({
    files: {
      'base/kustomization.yaml': 'resources: [cm.yaml]\n',
      'base/cm.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: far\n',
    },
  });
  const server = createServer((_request, response) =>
    response.end('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const web = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cm.yaml`;
  cleanups.push(
    () => rmSync(cwd, { recursive: true, force: true }),
    () => repository.remove(),
    () => new Promise((resolve) => server.close(resolve)),
    () => server.closeAllConnections(),
  );
  writeFileSync(
    join(cwd, 'kustomization.yaml'),
    `resources:\n- ${repository.url}//base?ref=main\n- ${web}\nnamePrefix: my-\n`,
  );
  return { cwd, repository, web };
}

const output = (...names: readonly string[]): string =>
  names.map((name) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`).join('---\n');

describe('plumb render with bases elsewhere', () => {
  it('prints what `kustomize build` prints, alone and as a batch', async () => {
    const { cwd } = await setUp();
    expect(await plumb(['render', '.'], cwd)).toEqual({
      code: 0,
      stdout: output('my-far', 'my-web'),
      stderr: '',
    });
    const batch = await plumb(['render', '--batch', '-'], cwd, '{"id":1,"path":"."}\n{"id":2,"path":"."}\n');
    const answers = batch.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { output: string });
    expect(answers.map((answer) => answer.output)).toEqual(Array(2).fill(output('my-far', 'my-web')));
  });

  it('takes the address of a repository in place of a folder', async () => {
    const { cwd, repository } = await setUp();
    expect(await plumb(['render', `${repository.url}//base`], cwd)).toMatchObject({
      code: 0,
      stdout: output('far'),
    });
  });

  it('asks no host that is not named', async () => {
    const { cwd, web } = await setUp();
    const refused = await plumb(['render', '.', '--remote-hosts', 'none'], cwd);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(`${web}: the host 127.0.0.1 is not allowed here`);
  });

  it('says where a field comes from, across repositories', async () => {
    const { cwd } = await setUp();
    const said = await plumb(['why', '.', 'ConfigMap/my-far', 'metadata.name'], cwd);
    expect(said.stdout).toMatch(
      /written in file:.*repository.git\/\/base\/cm.yaml\?ref=main:4:3\n {2}changed by kustomization.yaml:4/,
    );
  });
});
