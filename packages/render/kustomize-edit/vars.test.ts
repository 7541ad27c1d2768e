import { describe, expect, it } from 'vitest';
import { convertVars, editKustomization } from '../index.ts';

const service = { apiVersion: 'v1', kind: 'Service', name: 'svc' };

function convert(files: Readonly<Record<string, string>>, kustomization: Readonly<Record<string, unknown>>) {
  return convertVars(kustomization, {
    read: (path) => files[path],
    list(path) {
      const names = Object.keys(files)
        .filter((file) => file.startsWith(`${path}/`))
        .map((file) => file.slice(path.length + 1));
      return names.length === 0 ? undefined : names;
    },
  });
}

const pod = (text: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  a.b: ${JSON.stringify(text)} # why\n`;

describe('vars become replacements', () => {
  it.each([
    ['$(HOST)', undefined],
    ['$(HOST):80', { delimiter: ':' }],
    ['http://$(HOST)/x', { delimiter: '/', index: 2 }],
    ['a-b-$(HOST)', { delimiter: '-', index: 2 }],
  ])('where they are used: %s', (text, options) => {
    const done = convert(
      { 'all.yaml': pod(text) },
      { resources: ['all.yaml'], vars: [{ name: 'HOST', objref: service }] },
    );
    if (!done.ok) throw new Error(done.error.message);
    expect(done.value.replacements).toEqual([
      {
        source: { fieldPath: 'metadata.name', kind: 'Service', name: 'svc', version: 'v1' },
        targets: [
          {
            fieldPaths: ['spec.[a.b]'],
            ...(options === undefined ? {} : { options }),
            select: { group: 'apps', kind: 'Deployment', name: 'web', version: 'v1' },
          },
        ],
      },
    ]);
    expect(done.value.files.get('all.yaml')).toBe(pod(text.replace('$(HOST)', 'HOST_PLACEHOLDER')));
  });

  it('in the folders below, and in patches by what they are for', () => {
    const files = {
      'base/kustomization.yaml': 'resources: [inner]\n',
      'base/inner/kustomization.yaml': 'resources: [x.yaml]\n',
      'base/inner/x.yaml': pod('$(PORT)'),
      'patch.yaml': pod('$(PORT)'),
    };
    const done = convert(files, {
      resources: ['./base'],
      patches: [{ path: 'patch.yaml', target: { kind: 'Deployment', labelSelector: 'a=b' } }],
      vars: [{ name: 'PORT', objref: service, fieldref: { fieldPath: 'spec.ports[0].port' } }],
    });
    if (!done.ok) throw new Error(done.error.message);
    expect([...done.value.files.keys()]).toEqual(['base/inner/x.yaml', 'patch.yaml']);
    const [replacement] = done.value.replacements;
    expect(replacement?.['source']).toMatchObject({ fieldPath: 'spec.ports.0.port' });
    expect(replacement?.['targets']).toMatchObject([
      { select: { name: 'web' } },
      { select: { kind: 'Deployment', labelSelector: 'a=b' } },
    ]);
  });

  it('refuses a variable that nothing sets apart', () => {
    const done = convert(
      { 'all.yaml': pod('a$(HOST)b') },
      { resources: ['all.yaml'], vars: [{ name: 'HOST', objref: service }] },
    );
    expect(done.ok ? '' : done.error.message).toBe(
      'error with all.yaml: cannot convert all vars to replacements; $(HOST) is not delimited',
    );
  });

  it('are written into the place of the field', () => {
    const text = 'resources: [all.yaml]\n# ours\nvars:\n- name: HOST\n';
    const done = editKustomization(text, [
      { type: 'replaceVars', replacements: [{ source: { kind: 'A' } }] },
    ]);
    expect(done.ok && done.value.text).toBe(
      'resources: [all.yaml]\n# ours\nreplacements:\n- source:\n    kind: A\n',
    );
  });
});
