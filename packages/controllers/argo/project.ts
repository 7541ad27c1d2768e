import type {
  AppProject,
  AppProjectSpec,
  ApplicationDestination,
  ObjectKey,
  ProjectKind,
} from '@plumbline/api';
import { matchGlob } from '@plumbline/languages';

/** Who may do what where: the rules of a project. A pattern with `!` in front that matches forbids, whatever else permits. */

/** Permitted by some pattern and vetoed by none. */
function permittedBy<T>(rules: readonly T[], matches: (rule: T) => 'permits' | 'vetoes' | 'silent'): boolean {
  let permitted = false;
  for (const rule of rules) {
    const said = matches(rule);
    if (said === 'vetoes') return false;
    if (said === 'permits') permitted = true;
  }
  return permitted;
}

/** `https://host/a.git` and `https://host/a` are one repository. */
function normalRepository(url: string): string {
  return url
    .trim()
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .toLowerCase();
}

export function sourcePermitted(project: AppProjectSpec, repoURL: string): boolean {
  const url = normalRepository(repoURL);
  return permittedBy(project.sourceRepos ?? [], (pattern) => {
    const denies = pattern.startsWith('!');
    const bare = denies ? pattern.slice(1) : pattern;
    if (!matchGlob(bare === '*' ? '*' : normalRepository(bare), url)) return 'silent';
    return denies ? 'vetoes' : 'permits';
  });
}

/** Server (or name) and namespace must both match; a `!` on either side vetoes where the other side matches too. */
export function destinationPermitted(project: AppProjectSpec, destination: ApplicationDestination): boolean {
  const namespace = destination.namespace ?? '';
  return permittedBy(project.destinations ?? [], (rule) => {
    const place = matchSide(rule.namespace ?? '', namespace);
    const server =
      rule.server !== undefined && rule.server !== ''
        ? matchSide(rule.server, destination.server ?? '')
        : 'silent';
    const name =
      rule.name !== undefined && rule.name !== '' ? matchSide(rule.name, destination.name ?? '') : 'silent';
    const where = server === 'silent' ? name : server;
    if (place === 'silent' || where === 'silent') return 'silent';
    return place === 'vetoes' || where === 'vetoes' ? 'vetoes' : 'permits';
  });
}

function matchSide(pattern: string, text: string): 'permits' | 'vetoes' | 'silent' {
  const denies = pattern.startsWith('!');
  if (!matchGlob(denies ? pattern.slice(1) : pattern, text)) return 'silent';
  return denies ? 'vetoes' : 'permits';
}

function listed(list: readonly ProjectKind[] | undefined, key: ObjectKey): boolean {
  return (list ?? []).some(
    (rule) =>
      matchGlob(rule.group, key.group) &&
      matchGlob(rule.kind, key.kind) &&
      (rule.name === undefined || rule.name === '' || matchGlob(rule.name, key.name)),
  );
}

/** Cluster-scoped kinds need permission; namespaced ones are permitted unless a whitelist leaves them out. */
export function kindPermitted(project: AppProjectSpec, key: ObjectKey, namespaced: boolean): boolean {
  if (namespaced) {
    const white = project.namespaceResourceWhitelist;
    return (white === undefined || listed(white, key)) && !listed(project.namespaceResourceBlacklist, key);
  }
  return listed(project.clusterResourceWhitelist, key) && !listed(project.clusterResourceBlacklist, key);
}

/** Whether applications of this namespace may use the project. */
export function namespacePermitted(
  project: AppProject,
  namespace: string,
  controlNamespace: string,
): boolean {
  if (namespace === controlNamespace) return true;
  return (project.spec.sourceNamespaces ?? []).some((pattern) => matchGlob(pattern, namespace));
}

/** The project that every installation has: everything is permitted. */
export function defaultProject(namespace: string): AppProject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace },
    spec: {
      sourceRepos: ['*'],
      destinations: [{ namespace: '*', server: '*' }],
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
    },
  };
}
