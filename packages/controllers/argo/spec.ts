import type {
  AppProject,
  Application,
  ApplicationCondition,
  ApplicationDestination,
  ApplicationSource,
} from '@plumbline/api';
import { IN_CLUSTER_NAME, IN_CLUSTER_SERVER } from './names.ts';
import { destinationPermitted, namespacePermitted, sourcePermitted } from './project.ts';

/** What an application wants, once it is clear that it may. */
export interface ValidSpec {
  readonly project: AppProject;
  readonly destination: { readonly server: string; readonly name: string; readonly namespace: string };
  readonly sources: readonly ApplicationSource[];
  /** It has `sources`: statuses have lists then. */
  readonly multiple: boolean;
}

export type SpecCheck =
  | { readonly ok: true; readonly value: ValidSpec }
  | { readonly ok: false; readonly condition: ApplicationCondition; readonly projectMissing?: string };

function invalid(message: string): SpecCheck {
  return { ok: false, condition: { type: 'InvalidSpecError', message } };
}

/** `sources` hides `source`, as in Argo CD. */
export function sourcesOf(application: Application): {
  readonly sources: readonly ApplicationSource[];
  readonly multiple: boolean;
} {
  const many = application.spec.sources ?? [];
  if (many.length > 0) return { sources: many, multiple: true };
  return { sources: application.spec.source === undefined ? [] : [application.spec.source], multiple: false };
}

/** Name and server of where it goes, or why that is not known. */
function resolveDestination(
  destination: ApplicationDestination,
  server: string,
):
  | { readonly ok: true; readonly server: string; readonly name: string }
  | { readonly ok: false; readonly message: string } {
  const { name, server: wanted } = destination;
  if (name && wanted) {
    return {
      ok: false,
      message: `application destination can't have both name and server defined: ${name} ${wanted}`,
    };
  }
  if (!name && !wanted) {
    return { ok: false, message: 'Destination server missing from app spec' };
  }
  if (wanted) {
    const bare = wanted.replace(/\/+$/, '');
    if (bare === IN_CLUSTER_SERVER || bare === server)
      return { ok: true, server: bare, name: IN_CLUSTER_NAME };
    return {
      ok: false,
      message: `error getting cluster by server "${wanted}": rpc error: code = NotFound desc = cluster "${wanted}" not found`,
    };
  }
  if (name === IN_CLUSTER_NAME) return { ok: true, server: IN_CLUSTER_SERVER, name };
  return {
    ok: false,
    message: `unable to find destination server: error getting cluster by name "${name}": there are no clusters with this name: ${name}`,
  };
}

function sourceProblem(source: ApplicationSource, index: number, multiple: boolean): string | undefined {
  const place = multiple ? `spec.sources[${index}]` : 'spec.source';
  const named = source.path !== undefined && source.path !== '';
  const chart = source.chart !== undefined && source.chart !== '';
  const reference = multiple && source.ref !== undefined && source.ref !== '';
  if (!source.repoURL || (!named && !chart && !reference)) {
    return multiple
      ? `${place}.repoURL and either path, chart, or ref is required for source`
      : `${place}.repoURL and either ${place}.path or ${place}.chart are required`;
  }
  if (chart && !source.targetRevision)
    return `${place}.targetRevision is required if the manifest source is a helm chart`;
  return undefined;
}

/** Everything that can be wrong with a spec before anything is fetched. */
export function checkSpec(
  application: Application,
  context: {
    readonly project: AppProject | undefined;
    readonly server: string;
    readonly namespace: string;
  },
): SpecCheck {
  const projectName = application.spec.project || 'default';
  const { project } = context;
  if (project === undefined) {
    return {
      ok: false,
      condition: {
        type: 'InvalidSpecError',
        message: `Application referencing project ${projectName} which does not exist`,
      },
      projectMissing: projectName,
    };
  }
  const where = application.spec.destination ?? {};
  const destination = resolveDestination(where, context.server);
  if (!destination.ok) return invalid(destination.message);
  const { sources, multiple } = sourcesOf(application);
  if (sources.length === 0) {
    return invalid('spec.source.repoURL and either spec.source.path or spec.source.chart are required');
  }
  for (const [index, source] of sources.entries()) {
    const problem = sourceProblem(source, index, multiple);
    if (problem !== undefined) return invalid(problem);
  }
  const own = application.metadata.namespace ?? '';
  if (!namespacePermitted(project, own, context.namespace)) {
    return invalid(
      `application '${application.metadata.name}' in namespace '${own}' is not allowed to use project ${projectName}`,
    );
  }
  for (const source of sources) {
    if (!sourcePermitted(project.spec, source.repoURL)) {
      return invalid(`application repo ${source.repoURL} is not permitted in project '${projectName}'`);
    }
  }
  const full = { server: destination.server, name: destination.name, namespace: where.namespace ?? '' };
  if (!destinationPermitted(project.spec, full)) {
    return invalid(
      `application destination server '${full.server}' and namespace '${full.namespace}' do not match any of the allowed destinations in project '${projectName}'`,
    );
  }
  return { ok: true, value: { project, destination: full, sources, multiple } };
}
