import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { runProgram } from '../program.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const text = `# ours
resources:
- a.yaml # first
images:
- name: nginx
  newTag: "1.0"   # pinned
`;

/** Runs the commands in a folder of their own; gives the file and what was said. */
async function run(...commands: string[]): Promise<{ text: string; error: string; codes: number[] }> {
  const cwd = mkdtempSync(join(tmpdir(), 'kustomize-edit-'));
  folders.push(cwd);
  writeFileSync(join(cwd, 'kustomization.yaml'), text, { mode: 0o640 });
  writeFileSync(join(cwd, 'b.yaml'), '');
  writeFileSync(join(cwd, 'x.env'), 'A=2\n');
  const stderr = new PassThrough();
  const io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr, env: {}, cwd };
  const codes: number[] = [];
  for (const command of commands)
    codes.push(await runProgram(['kustomize', 'edit', ...command.split(' ')], io));
  expect(statSync(join(cwd, 'kustomization.yaml')).mode & 0o777).toBe(0o640);
  return {
    text: readFileSync(join(cwd, 'kustomization.yaml'), 'utf8'),
    error: String(stderr.read() ?? ''),
    codes,
  };
}

describe('plumb kustomize edit', () => {
  it('changes what it is told and nothing else', async () => {
    const done = await run(
      'set image nginx=reg.io/nginx:1.1',
      'add resource b.yaml',
      'set namespace prod',
      'set namesuffix -- -v2',
      'add label team:a --without-selector',
      'set replicas web=2',
      'add patch --path p.yaml --kind Deployment',
    );
    expect(done.codes).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(done.text).toBe(`# ours
resources:
- a.yaml # first
- b.yaml
images:
- name: nginx
  newTag: "1.1"   # pinned
  newName: reg.io/nginx
namespace: prod
nameSuffix: -v2
labels:
- pairs:
    team: a
replicas:
- name: web
  count: 2
patches:
- path: p.yaml
  target:
    kind: Deployment
`);
  });

  it('finds files by patterns, but not the kustomization itself, and takes the last of two changes', async () => {
    const done = await run(
      'add resource *.yaml',
      'add component c*',
      'add generator missing.yaml',
      'set image nginx=x:2 nginx:3',
    );
    expect(done.codes).toEqual([0, 1, 0, 0]);
    expect(done.error).toContain('c* has no match');
    expect(done.error).toContain('missing.yaml has no match');
    expect(done.text).toBe(
      text.replace('- a.yaml # first\n', '- a.yaml # first\n- b.yaml\n').replace('"1.0"', '"3"'),
    );
  });

  it('looks into files of variables for keys that are there already', async () => {
    const done = await run('add configmap c --from-literal=A=1', 'add configmap c --from-env-file=x.env');
    expect(done.codes).toEqual([0, 1]);
    expect(done.error).toContain('configmap c illegally repeats the key `A`');
  });

  it('turns variables into replacements', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'kustomize-edit-'));
    folders.push(cwd);
    const vars = 'vars:\n- name: HOST\n  objref: {apiVersion: v1, kind: Service, name: svc}\n';
    writeFileSync(join(cwd, 'kustomization.yaml'), `resources: [a.yaml]\n${vars}`);
    writeFileSync(
      join(cwd, 'a.yaml'),
      'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {host: $(HOST)} # keep\n',
    );
    const io = {
      stdin: new PassThrough(),
      stdout: new PassThrough(),
      stderr: new PassThrough(),
      env: {},
      cwd,
    };
    expect(await runProgram(['kustomize', 'edit', 'fix', '--vars'], io)).toBe(0);
    expect(readFileSync(join(cwd, 'a.yaml'), 'utf8')).toContain('spec: {host: HOST_PLACEHOLDER} # keep');
    expect(readFileSync(join(cwd, 'kustomization.yaml'), 'utf8')).toContain(`replacements:
- source:
    fieldPath: metadata.name
    kind: Service
    name: svc
    version: v1
  targets:
  - fieldPaths:
    - spec.host
`);
  });

  it('takes out what was put in', async () => {
    const done = await run(
      'set annotation a:b',
      'add component ../c --no-verify',
      'remove annotation a',
      'remove component ../*',
      'remove resource *.yaml',
    );
    expect(done.codes).toEqual([0, 0, 0, 0, 0]);
    expect(done.text).toBe(text.replace('resources:\n- a.yaml # first\n', ''));
  });

  it.each([
    ['set image nginx', 2, 'invalid format of image'],
    ['set buildmetadata odd', 2, 'invalid buildMetadata option: odd'],
    ['add base nowhere', 1, 'nowhere does not exist'],
    ['add configmap c', 1, 'at least from-env-file, or from-file or from-literal must be set'],
    ['set configmap c --from-literal=a=b', 1, 'unable to find ConfigMap with name "c"'],
    ['remove secret s', 1, 'no specified secret(s) were found in the kustomization.yaml file'],
    ['add resource gone.yaml', 1, 'gone.yaml has no match'],
    ['remove label x', 1, 'commonLabels is not defined in kustomization file'],
    ['add label a:b --include-templates', 2, '--without-selector flag must be specified'],
    ['set namespace x --folder nowhere', 1, "Missing kustomization file 'kustomization.yaml'"],
  ])('refuses %s', async (command, code, words) => {
    const done = await run(command);
    expect(done.codes).toEqual([code]);
    expect(done.error).toContain(words);
    expect(done.text).toBe(text);
  });
});
