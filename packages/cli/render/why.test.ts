import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { runProgram } from '../program.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Runs `plumb` in a folder with these files. */
async function plumb(files: Record<string, string>, ...args: readonly string[]) {
  const cwd = mkdtempSync(join(tmpdir(), 'plumbline-why-'));
  folders.push(cwd);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runProgram(args, { stdin: new PassThrough(), stdout, stderr, env: {}, cwd });
  const textOf = (stream: PassThrough): string => String(stream.read() ?? '');
  return { code, out: textOf(stdout), err: textOf(stderr) };
}

const overlay = {
  'base/kustomization.yaml': 'resources: [cm.yaml]\n',
  'base/cm.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {a.b/c: x}\ndata:\n  k: v\n',
  'prod/kustomization.yaml':
    'resources: [../base]\nnamePrefix: my-\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: a}\n    data: {k: w}\n',
};

describe('plumb why', () => {
  it('tells the acts of an overlay in their order', async () => {
    const { out } = await plumb(overlay, 'why', 'prod', 'ConfigMap/my-a', 'data.k');
    expect(out).toMatch(
      /^ConfigMap\/my-a data\.k = "w"\n {2}written in base\/cm\.yaml:7:\d+\n {2}patched by prod\/kustomization\.yaml:\d+ patches\[0\]\n$/,
    );
  });

  it.each([
    ['metadata.name', 'changed by prod/kustomization.yaml:2'],
    ['metadata.labels[a.b/c]', 'written in base/cm.yaml:5'],
    ['metadata.labels.a\\.b/c', 'written in base/cm.yaml:5'],
  ])('finds %s', async (field, line) => {
    expect((await plumb(overlay, 'why', 'prod', 'configmap/my-a', field)).out).toContain(line);
  });

  it.each([
    ['ConfigMap/b', 'data.k', 'nothing here is called ConfigMap/b (there is ConfigMap/my-a)'],
    ['ConfigMap/my-a', 'data.q', 'there is no field data.q: /data has no q (it has k)'],
  ])('says what is wrong with %s %s', async (object, field, message) => {
    const { code, err } = await plumb(overlay, 'why', 'prod', object, field);
    expect({ code, err }).toEqual({ code: 1, err: `plumb: ${message}\n` });
  });

  it('is printed for every field by plumb render --origins', async () => {
    const { out } = await plumb(overlay, 'render', 'prod', '--origins');
    expect(out).toContain('# /data/k: written in base/cm.yaml:7');
  });
});

describe('plumb verify-render', () => {
  const tool = (text: string): Record<string, string> => ({
    'tool.sh': `#!/bin/sh\ncat <<'END'\n${text}END\n`,
  });
  const theirs = (value: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {a.b/c: x}}\ndata: {k: ${value}}\n`;

  it('says field by field what differs', async () => {
    const files = { ...overlay, ...tool(theirs('other')) };
    const { code, out, err } = await plumb(files, 'verify-render', 'base', '--tool', './tool.sh');
    expect(out).toBe('ConfigMap/a data.k: theirs "other", ours "v"\n');
    expect({ code, err }).toEqual({ code: 1, err: 'plumb: 1 differences from ./tool.sh\n' });
  });

  it('does not mind form', async () => {
    const files = { ...overlay, ...tool(theirs('"v"')) };
    const { code, out } = await plumb(files, 'verify-render', 'base', '--tool', './tool.sh');
    expect({ code, out }).toEqual({ code: 0, out: 'equal as objects; the texts differ in form\n' });
  });

  it('says that the tool is not there', async () => {
    const { code, err } = await plumb(overlay, 'verify-render', 'base', '--tool', './nothing');
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('is not installed') });
  });

  it('needs something to compare with', async () => {
    const { code, err } = await plumb({ 'x/a.yaml': '' }, 'verify-render', 'x');
    expect(code).toBe(2);
    expect(err).toContain('neither a chart nor a kustomization');
  });
});
