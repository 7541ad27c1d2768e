import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { adminKubeconfig, startLocalKube } from '@plumbline/localkube';
import type { LocalKube } from '@plumbline/localkube';
import { runProgram } from '../../program.ts';

const files: Readonly<Record<string, string>> = {
  'web/Chart.yaml':
    'apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: "4.5"\nannotations: {b: "2", a: "1"}\n',
  'web/values.yaml': 'color: red\n',
  'web/templates/cm.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\ndata: {color: "{{ .Values.color }}"}\n',
  'web/templates/NOTES.txt': 'It is {{ .Values.color }}.\n',
};

let folder: string;
let kube: LocalKube;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plumb-helm-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: true,
    pods: 'none',
  });
  const { url } = await kube.listen({ host: '127.0.0.1', port: 0 });
  writeFileSync(join(folder, 'kubeconfig'), adminKubeconfig({ server: url }));
});
afterAll(async () => {
  await kube.stop();
  rmSync(folder, { recursive: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function helm(...words: readonly string[]): Promise<Ran> {
  return helmWith({}, ...words);
}

async function helmWith(more: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Ran> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const said = { out: '', err: '' };
  stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const env = { KUBECONFIG: join(folder, 'kubeconfig'), HOME: folder, ...more };
  const code = await runProgram(['helm', ...words], { stdin, stdout, stderr, env, cwd: folder });
  return { code, ...said };
}

const withoutTimes = (text: string): string =>
  text
    .replace(/\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}/g, 'TIME')
    .replace(/\d{4}-\d\d-\d\d[ T][\d:.]+( \+0000 UTC|Z)/g, 'TIME');

describe('plumb helm', () => {
  it('tells of an install as helm does', async () => {
    const { code, out } = await helm('install', 'a', './web', '--set', 'color=blue');
    expect({ code, out: withoutTimes(out) }).toEqual({
      code: 0,
      out: 'NAME: a\nLAST DEPLOYED: TIME\nNAMESPACE: default\nSTATUS: deployed\nREVISION: 1\nTEST SUITE: None\nNOTES:\nIt is blue.\n',
    });
  });

  it('lists with tabs between columns that are filled up', async () => {
    const { out } = await helm('list', '--time-format', '2006');
    expect(out).toMatch(
      /^NAME\tNAMESPACE\tREVISION\tUPDATED\tSTATUS {2}\tCHART {4}\tAPP VERSION\na {3}\tdefault {2}\t1 {7}\t\d{4} {3}\tdeployed\tweb-1\.2\.3\t4\.5 {8}\n$/,
    );
  });

  it.each([
    ['get values a', 'USER-SUPPLIED VALUES:\ncolor: blue\n'],
    ['get values a -a -o json', '{"color":"blue"}\n'],
    [
      'get manifest a',
      '---\n# Source: web/templates/cm.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: "a"}\ndata: {color: "blue"}\n\n',
    ],
    ['get notes a', 'NOTES:\nIt is blue.\n\n'],
    ['get hooks a', ''],
    [
      'get metadata a',
      'NAME: a\nCHART: web\nVERSION: 1.2.3\nAPP_VERSION: 4.5\nANNOTATIONS: a=1,b=2\nDEPENDENCIES: \nNAMESPACE: default\nREVISION: 1\nSTATUS: deployed\nDEPLOYED_AT: TIME\n',
    ],
    ['list -q', 'a\n'],
    ['list -q -o json', '["a"]\n'],
    ['list -q -l name=b', ''],
    ['list -q -f ^b', ''],
    [
      'history a -o yaml',
      '- app_version: "4.5"\n  chart: web-1.2.3\n  description: Install complete\n  revision: 1\n  status: deployed\n  updated: "TIME"\n',
    ],
  ])('%s', async (line, wanted) => {
    const { code, out } = await helm(...line.split(' '));
    expect({ code, out: withoutTimes(out) }).toEqual({ code: 0, out: wanted });
  });

  it('tests a release that has no tests, and refuses one that is not there', async () => {
    const { code, out } = await helm('test', 'a', '--logs', '--filter', 'name=x,!name=y');
    expect({ code, out: withoutTimes(out) }).toEqual({
      code: 0,
      out: 'NAME: a\nLAST DEPLOYED: TIME\nNAMESPACE: default\nSTATUS: deployed\nREVISION: 1\nTEST SUITE: None\nNOTES:\nIt is blue.\n\n',
    });
    const four = await helm('test', 'a', '--helm-profile', '4');
    expect(four.out).toContain('TEST SUITE: None\n');
    expect(four.out).not.toContain('NOTES:');
    expect((await helm('test', 'nobody')).err).toBe('plumb: release: not found\n');
  });

  it('takes no value from the next word for flags that may have one', async () => {
    const { code, out } = await helm('upgrade', '--dry-run', 'a', './web', '--set', 'color=green');
    expect(code).toBe(0);
    expect(out).toContain('STATUS: pending-upgrade');
    expect(out).toContain('MANIFEST:\n---\n# Source: web/templates/cm.yaml');
    expect((await helm('history', 'a')).out).not.toContain('Upgrade');
  });

  it('upgrades, rolls back and uninstalls', async () => {
    const upgraded = await helm('upgrade', 'a', './web', '--set', 'color=green');
    expect(upgraded.out).toMatch(/^Release "a" has been upgraded\. Happy Helming!\nNAME: a\n/);
    expect((await helm('rollback', 'a')).out).toBe('Rollback was a success! Happy Helming!\n');
    const history = withoutTimes((await helm('history', 'a')).out).split('\n');
    expect(history[3]).toBe('3       \tTIME\tdeployed  \tweb-1.2.3\t4.5        \tRollback to 1   ');
    expect((await helm('uninstall', 'a')).out).toBe('release "a" uninstalled\n');
  });

  it('installs what is not there with upgrade --install', async () => {
    const { out } = await helm('upgrade', '-i', 'b', './web');
    expect(out).toMatch(/^Release "b" does not exist\. Installing it now\.\nNAME: b\n/);
  });

  it('goes on as Helm 4 with what Helm 4 has made', async () => {
    await helm('install', 'four', './web', '--helm-profile', '4');
    await helm('upgrade', 'four', './web', '--set', 'color=green');
    const { out } = await helm('get', 'metadata', 'four', '--helm-profile', '4');
    expect(out).toContain('APPLY_METHOD: server-side apply\n');
  });

  it('says so where records are meant to be elsewhere', async () => {
    const { code, err } = await helmWith({ HELM_DRIVER: 'configmap' }, 'list');
    expect(code).toBe(1);
    expect(err).toContain('HELM_DRIVER=configmap is not supported');
  });

  it('lets a program have the last word', async () => {
    writeFileSync(join(folder, 'post.sh'), '#!/bin/sh\nsed s/red/crimson/\n', { mode: 0o755 });
    await helm('install', 'post', './web', '--post-renderer', './post.sh');
    expect((await helm('get', 'manifest', 'post')).out).toContain('color: "crimson"');
  });

  it.each([
    ['install b ./web', 1, 'INSTALLATION FAILED: cannot re-use a name that is still in use'],
    ['install c ./nowhere', 1, 'INSTALLATION FAILED: path "./nowhere" not found'],
    ['install ./web', 1, 'INSTALLATION FAILED: must either provide a name or specify --generate-name'],
    ['upgrade c ./web', 1, 'UPGRADE FAILED: "c" has no deployed releases'],
    ['status c', 1, 'release: not found'],
    ['rollback b x', 2, 'could not convert revision to a number: strconv.Atoi: parsing "x": invalid syntax'],
    ['uninstall c', 1, 'uninstall: Release not loaded: c: release: not found'],
    ['list -o xml', 2, 'invalid argument "xml" for "-o, --output" flag: invalid format type'],
    ['list --kube-context nowhere', 1, 'has no context "nowhere"'],
    ['install d ./web --timeout soon', 2, 'time: invalid duration "soon"'],
    ['list --helm-profile 5', 2, '--helm-profile is 3 or 4'],
  ])('%s fails', async (line, code, words) => {
    const ran = await helm(...line.split(' '));
    expect(ran.err).toContain(words);
    expect(ran.code).toBe(code);
  });
});
