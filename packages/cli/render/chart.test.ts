import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../program.ts';
import { makersKey, signedChart, strangersKey } from './test/signed-chart.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-chart-'));
const { archive, name, provenance } = signedChart;
const sha256 = createHash('sha256').update(archive).digest('hex');
const password = 'open sesame';
/** What each path of the repository answers. */
const pages = new Map<string, Uint8Array | string>();
const asked: { readonly path: string; readonly authorization: string | undefined }[] = [];
const server = createServer((request, response) => {
  const { url = '', headers } = request;
  asked.push({ path: url, authorization: headers.authorization });
  const locked = `Basic ${Buffer.from(`ada:${password}`).toString('base64')}`;
  if (url.startsWith('/locked/') && headers.authorization !== locked) response.writeHead(401).end();
  else if (pages.has(url)) response.end(pages.get(url));
  else response.writeHead(404).end();
});
let base = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const index = (digest: string): string =>
    `apiVersion: v1\nentries:\n  web:\n  - {version: 1.2.3, digest: "${digest}", urls: [${name}]}\n`;
  for (const repo of ['signed', 'locked', 'changed', 'bare', 'forged']) {
    pages.set(`/${repo}/index.yaml`, index(repo === 'changed' ? '' : sha256));
    pages.set(`/${repo}/${name}`, archive);
    pages.set(`/${repo}/${name}.prov`, provenance);
  }
  pages.set(`/changed/${name}`, Buffer.concat([archive, Buffer.from('x')]));
  pages.delete(`/bare/${name}.prov`);
  pages.set(`/forged/${name}.prov`, provenance.replace('version: 1.2.3', 'version: 1.2.4'));
  pages.set('/values.yaml', 'text: from the web\n');
  writeFileSync(join(folder, 'maker.gpg'), makersKey);
  writeFileSync(join(folder, 'stranger.gpg'), strangersKey);
  writeFileSync(join(folder, 'signed.tgz'), archive);
  mkdirSync(join(folder, 'here'));
  writeFileSync(join(folder, 'here', name), archive);
  writeFileSync(join(folder, 'here', `${name}.prov`), provenance);
  mkdirSync(join(folder, 'local', 'templates'), { recursive: true });
  writeFileSync(join(folder, 'local', 'Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 1.0.0\n');
  const hook = 'apiVersion: v1\nkind: Secret\nmetadata: {name: hook, annotations: {helm.sh/hook: test}}\n';
  const map =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map}\ndata: {text: {{ .Values.text | quote }}}\n';
  writeFileSync(join(folder, 'local', 'templates', 'all.yaml'), `${map}---\n${hook}`);
  const shout = '#!/bin/sh\nsed "s/map/$1/; s/text: .*}/text: $SHOUT}/"\n';
  writeFileSync(join(folder, 'shout'), shout);
  chmodSync(join(folder, 'shout'), 0o755);
  writeFileSync(join(folder, 'password'), `${password}\n`);
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

async function render(args: readonly string[], input = ''): Promise<Ran> {
  const stdin = new PassThrough();
  stdin.end(input);
  const out = new PassThrough();
  const error = new PassThrough();
  const env = {
    PATH: process.env['PATH'],
    SHOUT: 'LOUD',
    XDG_CACHE_HOME: join(folder, 'cache'),
    GNUPGHOME: join(folder, 'no-gnupg'),
  };
  const code = await runProgram(['render', ...args], { stdin, stdout: out, stderr: error, env, cwd: folder });
  const text = (stream: PassThrough) =>
    String((stream.read() as Buffer | null) ?? '').replaceAll(base, 'URL');
  return { code, out: text(out), error: text(error) };
}

const maker = ['--verify', '--keyring', 'maker.gpg'];

describe('charts of a repository', () => {
  it.each([
    ['by a range', ['web', '--version', '1.x', '--repo'], '/signed'],
    ['by an address', [], `/signed/${name}`],
  ])('are rendered %s', async (_, args, path) => {
    const ran = await render([...args, `${base}${path}`, '--release-name', 'rel']);
    expect(ran).toMatchObject({ code: 0, error: '', out: expect.stringContaining('text: "from the chart"') });
  });

  it('are asked for with a password, which standard input may bring', async () => {
    const wanted = ['web', '--repo', `${base}/locked/`, '--username', 'ada'];
    expect((await render([...wanted, '--password-stdin'], `${password}\n`)).code).toBe(0);
    expect((await render([...wanted, '--password', 'wrong'])).error).toContain('/locked/index.yaml : 401');
  });

  it.each([
    ['one that is signed', 'signed', ''],
    ['one without a signature', 'bare', `failed to fetch provenance "URL/bare/${name}.prov"`],
    [
      'one that was changed',
      'changed',
      `sha256 sum does not match for ${name}: "sha256:${sha256}" != "sha256:`,
    ],
    ['one whose signed text was changed', 'forged', 'openpgp: invalid signature: RSA verification failure'],
  ])('answers %s as helm --verify does', async (_, repo, message) => {
    const ran = await render(['web', '--repo', `${base}/${repo}`, ...maker]);
    expect(ran.code).toBe(message === '' ? 0 : 1);
    expect(ran.error).toContain(message);
  });

  it.each([
    ['other', '', 'chart "other" not found in URL/signed repository'],
    ['web', '^2', 'chart "web" version "^2" not found in URL/signed repository'],
  ])('names %s %s when it is not there', async (chart, version, message) => {
    const ran = await render([chart, '--repo', `${base}/signed`, '--version', version]);
    expect(ran.error).toContain(message);
  });

  it('says when a repository is none', async () => {
    const ran = await render(['web', '--repo', `${base}/nothing`]);
    expect(ran.error).toContain(
      'looks like "URL/nothing" is not a valid chart repository or cannot be reached: failed to fetch URL/nothing/index.yaml : 404',
    );
  });
});

describe('charts of this machine', () => {
  it.each([
    [`here/${name}`, 'maker.gpg', ''],
    [`here/${name}`, 'stranger.gpg', 'openpgp: signature made by unknown entity'],
    [`here/${name}`, 'none.gpg', 'failed to load keyring: open none.gpg: no such file or directory'],
    ['local', 'maker.gpg', 'unpacked charts cannot be verified'],
    [
      'signed.tgz',
      'maker.gpg',
      'could not load provenance file DIR/signed.tgz.prov: stat DIR/signed.tgz.prov: no such',
    ],
  ])('verifies %s with %s', async (chart, keyring, message) => {
    const ran = await render([chart, '--verify', '--keyring', keyring]);
    expect(ran.code).toBe(message === '' ? 0 : 1);
    expect(ran.error).toContain(message.replaceAll('DIR', folder));
  });

  it('looks for keys where GnuPG has them', async () => {
    const ran = await render([`here/${name}`, '--verify']);
    expect(ran.error).toContain(`failed to load keyring: open ${join(folder, 'no-gnupg', 'pubring.gpg')}`);
  });

  it('follows links to files beside it, and none that lead further', async () => {
    for (const [chart, target] of [
      ['linked', '../../local/templates/all.yaml'],
      ['leaving', '/etc/hostname'],
    ] as const) {
      mkdirSync(join(folder, chart, 'templates'), { recursive: true });
      writeFileSync(join(folder, chart, 'Chart.yaml'), `apiVersion: v2\nname: ${chart}\nversion: 1.0.0\n`);
      symlinkSync(target, join(folder, chart, 'templates', 'all.yaml'));
    }
    expect((await render(['linked'])).out).toContain('# Source: linked/templates/all.yaml');
    expect((await render(['leaving'])).error).toContain('the link leads out of the source');
  });
});

describe('values', () => {
  it.each([
    ['standard input', ['-f', '-'], 'from input'],
    ['an address', ['-f', 'URL/values.yaml'], 'from the web'],
    ['the last of both', ['-f', '-', '-f', 'URL/values.yaml'], 'from the web'],
    ['a file of text', ['--set-file', 'text=URL/values.yaml'], 'text: from the web\\n'],
    ['JSON', ['--set-json', 'text="json"'], 'json'],
    ['a text that nothing is read into', ['--set-literal', 'text=a,b={c}'], 'a,b={c}'],
  ])('come from %s', async (_, args, text) => {
    const ran = await render(['local', ...args.map((arg) => arg.replace('URL', base))], 'text: from input\n');
    expect(ran.out).toContain(`text: "${text}"`);
  });

  it.each([
    ['URL/missing.yaml', 'failed to fetch URL/missing.yaml : 404'],
    ['ftp://host/values.yaml', 'open ftp://host/values.yaml: no such file or directory'],
    ['missing.yaml', 'open missing.yaml: no such file or directory'],
  ])('cannot come from %s', async (file, message) => {
    expect((await render(['local', '-f', file.replace('URL', base)])).error).toContain(message);
  });

  it('are asked for without the credentials of the chart', async () => {
    asked.length = 0;
    const from = ['--repo', `${base}/locked`, '--username', 'ada', '--password', password];
    await render(['web', ...from, '-f', `${base}/values.yaml`]);
    expect(asked.filter(({ path }) => path === '/values.yaml')).toEqual([
      { path: '/values.yaml', authorization: undefined },
    ]);
  });
});

describe('post-renderers', () => {
  it('have the last word on manifests, not on hooks', async () => {
    const ran = await render(['local', '--post-renderer', './shout', '--post-renderer-args', 'other']);
    expect(ran.out).toContain('metadata: {name: other}\ndata: {text: LOUD}\n---\n');
    expect(ran.out).toContain('metadata: {name: hook, ');
  });

  it('change the objects, too', async () => {
    const json = await render([
      'local',
      '-o',
      'json',
      '--post-renderer',
      './shout',
      '--post-renderer-args',
      'other',
    ]);
    const names = (JSON.parse(json.out) as { metadata: { name: string } }[]).map(
      ({ metadata }) => metadata.name,
    );
    expect(names).toEqual(['other', 'hook']);
  });

  it.each([
    [
      ['sh', '--post-renderer-args', '-c', '--post-renderer-args', 'echo oh >&2; exit 3'],
      /^plumb: error while running post render on files: error while running command \S+\/sh\. error output:\noh\n: exit status 3\n$/,
    ],
    [['nope'], /unable to find binary at nope: exec: "nope": executable file not found in \$PATH/],
    [
      ['./nope'],
      /unable to find binary at \.\/nope: exec: "\.\/nope": stat \.\/nope: no such file or directory/,
    ],
  ])('fail in the words of Helm: %j', async (args, message) => {
    const ran = await render(['local', '--post-renderer', ...args]);
    expect(ran.code).not.toBe(0);
    expect(ran.error).toMatch(message);
  });
});
