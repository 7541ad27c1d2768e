import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '@plumbline/api';
import type { Cluster } from '@plumbline/kube';
import { readYaml } from '@plumbline/languages';
import { formatProblem } from '@plumbline/base';
import { seedRepository, type Git } from '@plumbline/sources';
import { CommandError } from '../io.ts';
import { productFile } from './addresses.ts';

const example = productFile('examples', 'welcome');
const applications = ['gitops/cluster-ops.yaml', 'gitops/apps-ops.yaml'];

/** Puts the example into the embedded Git server, unless a repository of that name is there from an earlier run. */
export async function seedDemoRepository(git: Git, gitRoot: string): Promise<void> {
  const seeded = await seedRepository(gitRoot, 'welcome.git', await readFolder(example, ''), {
    git,
    message: 'Welcome aboard',
  });
  if (!seeded.ok) throw new CommandError(`the demo's repository: ${formatProblem(seeded.error)}`);
}

async function readFolder(root: string, path: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
    const below = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) Object.assign(files, await readFolder(root, below));
    else files[below] = await readFile(join(root, below), 'utf8');
  }
  return files;
}

/** Registers the demo's Applications, as `kubectl apply -f gitops/` would; those that are there stay as they are. */
export async function registerDemoApplications(cluster: Cluster): Promise<readonly string[]> {
  const names: string[] = [];
  for (const file of applications) {
    const documents = readYaml(await readFile(join(example, file)), { file });
    if (!documents.ok) throw new CommandError(formatProblem(documents.error));
    for (const { value } of documents.value) {
      const object = value as KubeObject;
      names.push(object.metadata.name);
      await createIfAbsent(cluster, object);
    }
  }
  return names;
}

/** An Application for a folder or address that `--repo` and `--path` name. */
export async function registerRepository(cluster: Cluster, repoURL: string, path: string): Promise<string> {
  const base = `${
    repoURL
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .split(/[/:]/)
      .at(-1) ?? 'repo'
  }${path === '' || path === '.' ? '' : `-${path}`}`;
  const name =
    base
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 52)
      .replace(/-+$/, '') || 'repo';
  await createIfAbsent(cluster, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL, path: path === '' ? '.' : path, targetRevision: 'HEAD' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
  });
  return name;
}

async function createIfAbsent(cluster: Cluster, object: KubeObject): Promise<void> {
  const [group = '', version = ''] = object.apiVersion.split('/');
  const reference = {
    group,
    version,
    kind: object.kind,
    namespace: object.metadata.namespace ?? 'argocd',
    name: object.metadata.name,
  };
  if ((await cluster.get(reference)) === undefined)
    await cluster.create(object, { fieldManager: 'plumb-up' });
}
