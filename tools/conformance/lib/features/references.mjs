// Every field that holds a name, by the table that both implement.
import { tsImport } from 'tsx/esm/api';
import { yamlOf } from './chance.mjs';

const { defaultConfig } = await tsImport(
  '../../../../packages/render/kustomize/fields/index.ts',
  import.meta.url,
);

function put(root, path, value) {
  let at = root;
  const parts = path
    .replaceAll('\\/', '\u0000')
    .split('/')
    .map((part) => part.replaceAll('\u0000', '/'));
  parts.forEach((part, i) => {
    const isLast = i === parts.length - 1;
    const name = part.replace(/\[\]$/, '');
    const isList =
      part.endsWith('[]') ||
      [
        'containers',
        'initContainers',
        'volumes',
        'sources',
        'env',
        'envFrom',
        'imagePullSecrets',
        'tls',
        'rules',
        'paths',
        'webhooks',
        'secrets',
        'subjects',
        'ephemeralContainers',
      ].includes(name);
    if (isLast) at[name] = name === 'resourceNames' ? [value] : isList ? [value] : value;
    else if (isList) {
      at[name] ??= [{}];
      at = at[name][0];
    } else at = at[name] ??= {};
  });
}

export function references(c) {
  // Those are cluster-scoped here, as in later versions.
  const table = defaultConfig.nameReference.filter(({ kind }) => kind !== 'ValidatingAdmissionPolicy');
  const targets = c.some(table, 0.3);
  const documents = [];
  const known = new Set();
  for (const target of targets) {
    const apiVersion =
      target.group === '' || target.group === undefined
        ? target.version || 'v1'
        : `${target.group}/${target.version || 'v1'}`;
    documents.push({
      apiVersion,
      kind: target.kind,
      metadata: { name: 'old', ...c.fields({ namespace: [0.15, 'own'] }) },
    });
    for (const [i, spec] of c.some(target.fieldSpecs, 0.15).entries()) {
      const name = `${target.kind}-${i}`.toLowerCase();
      const version = spec.version || 'v1';
      const group =
        spec.group ||
        (['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].includes(spec.kind) ? 'apps' : '');
      const id = `${spec.kind}/${name}`;
      if (known.has(id)) continue;
      known.add(id);
      const object = {
        apiVersion: group === '' ? version : `${group}/${version}`,
        kind: spec.kind || 'Anything',
        metadata: { name, ...c.fields({ namespace: [0.1, 'own'] }) },
      };
      const isMapping = /clientConfig\/service$|subjects$/.test(spec.path);
      put(
        object,
        spec.path,
        isMapping
          ? {
              kind: 'ServiceAccount',
              name: 'old',
              ...c.fields({ namespace: [0.5, () => c.pick(['own', 'default', 'ns'])] }),
            }
          : 'old',
      );
      if (object.roleRef !== undefined)
        Object.assign(object.roleRef, { kind: target.kind, apiGroup: 'rbac.authorization.k8s.io' });
      documents.push(object);
    }
  }
  const files = {
    'base/all.yaml': yamlOf(...documents),
    'base/kustomization.yaml': yamlOf({
      resources: ['all.yaml'],
      ...c.fields({ namePrefix: [0.6, 'p-'], nameSuffix: [0.3, '-s'], namespace: [0.2, 'ns'] }),
    }),
  };
  files['top/kustomization.yaml'] = yamlOf({
    resources: c.is(0.15) ? ['../base', '../other'] : ['../base'],
    ...c.fields({ namePrefix: [0.4, 'q-'], namespace: [0.3, 'top'] }),
  });
  if (files['top/kustomization.yaml'].includes('other')) {
    files['other/all.yaml'] = files['base/all.yaml'];
    files['other/kustomization.yaml'] = yamlOf({ resources: ['all.yaml'], namePrefix: 'o-' });
  }
  return files;
}
