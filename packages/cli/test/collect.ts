import { formatProblem } from '@plumbline/base';
import type { Application, ApplicationSource, KubeObject, Manifest, Tree } from '@plumbline/api';
import { render } from '@plumbline/render';
import type { ChartPort, HelmEngine, RenderContext } from '@plumbline/render';
import { CommandError } from '../io.ts';
import type { Collected, Part } from './types.ts';

/** The repository that the tested path lies in. */
export interface Repository {
  readonly tree: Tree;
  /** Whether an address means this repository. */
  isHere(url: string): boolean;
  /** How a file of it is named in the answer. */
  shown(file: string): string;
}

export interface CollectOptions {
  readonly repository: Repository;
  readonly engine: HelmEngine;
  readonly charts?: ChartPort;
  readonly kubeVersion?: string;
}

/** Applications that name each other come to an end here. */
const depthMax = 8;

/** The manifests of a path as parts; applications among them that point into the same repository are followed. */
export async function collect(
  manifests: readonly Manifest[],
  namespace: string,
  options: CollectOptions,
): Promise<Collected> {
  const parts: Part[] = manifests.map(({ object, origin }) => ({
    object,
    origin,
    namespace,
    application: '',
    given: false,
  }));
  const notes: string[] = [];
  const namespaces = new Set<string>();
  const seen = new Set<string>();
  let depth = 0;
  for (let next: readonly Part[] = parts; next.length > 0;) {
    const found: Part[] = [];
    for (const part of next) {
      if (!isApplication(part.object)) continue;
      const name = part.object.metadata.name;
      if (seen.has(name)) continue;
      seen.add(name);
      found.push(...(await follow(part.object as Application, options, notes, namespaces)));
    }
    if (++depth > depthMax && found.length > 0)
      throw new CommandError(`applications are nested deeper than ${depthMax}`);
    parts.push(...found);
    next = found;
  }
  return { parts, notes, namespaces };
}

function isApplication({ apiVersion, kind }: KubeObject): boolean {
  return apiVersion === 'argoproj.io/v1alpha1' && kind === 'Application';
}

async function follow(
  application: Application,
  options: CollectOptions,
  notes: string[],
  namespaces: Set<string>,
): Promise<readonly Part[]> {
  const { name } = application.metadata;
  const { spec } = application;
  const namespace = spec.destination?.namespace ?? '';
  if (spec.syncPolicy?.syncOptions?.includes('CreateNamespace=true') === true && namespace !== '')
    namespaces.add(namespace);
  const sources = spec.sources ?? (spec.source === undefined ? [] : [spec.source]);
  const parts: Part[] = [];
  for (const source of sources) {
    if (!source.path) {
      if (source.chart)
        notes.push(
          `Application ${name}: the chart ${source.chart} of ${source.repoURL} is not in this repository and was left out`,
        );
      continue;
    }
    if (!options.repository.isHere(source.repoURL)) {
      notes.push(`Application ${name}: ${source.repoURL} is another repository and was left out`);
      continue;
    }
    parts.push(...(await renderSource(application, source, sources, options)));
  }
  return parts;
}

async function renderSource(
  application: Application,
  source: ApplicationSource,
  sources: readonly ApplicationSource[],
  options: CollectOptions,
): Promise<readonly Part[]> {
  const { repository, engine, charts, kubeVersion } = options;
  const { name } = application.metadata;
  const namespace = application.spec.destination?.namespace ?? '';
  const { directory, helm, kustomize, plugin } = source;
  const rendered = await render({
    tree: withReferences(repository, sources),
    path: source.path ?? '',
    source: {
      ...(directory === undefined ? {} : { directory }),
      ...(helm === undefined ? {} : { helm }),
      ...(kustomize === undefined ? {} : { kustomize }),
      ...(plugin === undefined ? {} : { plugin }),
    },
    appName: name,
    context: contextOf(application, source, kubeVersion),
    helm: engine,
    ...(charts === undefined ? {} : { charts }),
  });
  if (!rendered.ok)
    throw new CommandError(`Application ${name}: ${rendered.error.map(formatProblem).join('\n')}`);
  return rendered.value.manifests.map(({ object, origin }) => ({
    object,
    origin: { ...origin, file: repository.shown(origin.file) },
    namespace,
    application: name,
    given: false,
  }));
}

/** What Argo CD tells a build about the application; there is no revision, the files are those on disk. */
function contextOf(
  application: Application,
  source: ApplicationSource,
  kubeVersion: string | undefined,
): RenderContext {
  const { name } = application.metadata;
  const { destination, project } = application.spec;
  const variables: Readonly<Record<string, string>> = {
    ARGOCD_APP_NAME: name,
    ARGOCD_APP_NAMESPACE: destination?.namespace ?? '',
    ARGOCD_APP_PROJECT_NAME: project || 'default',
    ARGOCD_APP_SOURCE_REPO_URL: source.repoURL,
    ARGOCD_APP_SOURCE_PATH: source.path ?? '',
    ARGOCD_APP_SOURCE_TARGET_REVISION: source.targetRevision ?? '',
  };
  return {
    appName: name,
    namespace: destination?.namespace,
    kubeVersion,
    variables: () => variables,
    variable: (wanted) => (Object.hasOwn(variables, wanted) ? variables[wanted] : undefined),
  };
}

/** Sources of the same repository that are named by `ref` appear as folders `$<ref>` of the tree. */
function withReferences(repository: Repository, sources: readonly ApplicationSource[]): Tree {
  const names = new Set(
    sources.flatMap(({ ref, repoURL }) =>
      ref !== undefined && repository.isHere(repoURL) ? [`$${ref}`] : [],
    ),
  );
  const { tree } = repository;
  if (names.size === 0) return tree;
  const inside = (path: string): string => {
    const [first = ''] = path.split('/', 1);
    return names.has(first) ? path.slice(first.length + 1) : path;
  };
  return {
    stat: (path) => tree.stat(inside(path)),
    list: (path) => tree.list(inside(path)),
    read: (path, bytesMax) => tree.read(inside(path), bytesMax),
  };
}

/** The addresses in the text of a `.git/config`. */
export function remotesOf(config: string): readonly string[] {
  return [...config.matchAll(/^\s*(?:url|pushurl)\s*=\s*(\S+)\s*$/gm)].map((match) => match[1] ?? '');
}

/** One form for the many ways to write the address of a repository. */
export function sameAddress(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

function plain(url: string): string {
  return url
    .trim()
    .toLowerCase()
    .replace(/^[a-z+]+:\/\//, '')
    .replace(/^[^/@]*@/, '')
    .replace(/^([^/:]+):(?=[^0-9/])/, '$1/')
    .replace(/:\d+(?=\/)/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
}
