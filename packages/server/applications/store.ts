import type { Application, KubeObject } from '@plumbline/api';
import { keyOf } from '@plumbline/api';
import { parseLabelSelector } from '@plumbline/languages';
import { withoutManagedFields } from '@plumbline/kube';
import type { Cluster } from '@plumbline/kube';
import type { Call } from '../gate/route.ts';
import { HttpError, badRequest } from '../http/errors.ts';

/** The kind that the routes are about. */
export const APPLICATION = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application' } as const;

/** Applications as the API shows them. */
export interface Applications {
  /** Present state, from the shared watch. */
  all(): Iterable<Application>;
  /** The application that a call names, or undefined. */
  find(call: Call): Application | undefined;
  /** The same; throws where there is none. */
  get(call: Call): Application;
  /** The same, read from the server: for whoever is about to write. */
  fresh(call: Call): Promise<Application>;
  /** What the gate is asked about: `project/name`. */
  objectOf(call: Call): string;
  /** Its JSON text, made once per state of the object. */
  text(application: Application): string;
}

/** Applications over the cluster's shared watch. `namespace` is where those live that a call names without one. */
export function createApplications(cluster: Cluster, namespace: string): Applications {
  const texts = new WeakMap<object, string>();

  function named(call: Call): { readonly namespace: string; readonly name: string } {
    const wanted = call.query.get('appNamespace');
    return {
      namespace: wanted === null || wanted === '' ? namespace : wanted,
      name: call.params['name'] ?? '',
    };
  }

  function find(call: Call): Application | undefined {
    return cluster.live.get({ ...APPLICATION, ...named(call) }) as Application | undefined;
  }

  function missing(call: Call): HttpError {
    return new HttpError('NotFound', `applications.argoproj.io "${named(call).name}" not found`);
  }

  return {
    find,
    all: () => cluster.live.all(APPLICATION) as Iterable<Application>,
    get(call) {
      const application = find(call);
      if (application === undefined) throw missing(call);
      return application;
    },
    async fresh(call) {
      const application = (await cluster.get({ ...APPLICATION, ...named(call) })) as Application | undefined;
      if (application === undefined) throw missing(call);
      return application;
    },
    objectOf(call) {
      const application = find(call);
      // Nobody learns from the answer whether an application exists that he may not see.
      if (application === undefined) return `*/${named(call).name}`;
      return objectName(application);
    },
    text(application) {
      const known = texts.get(application);
      if (known !== undefined) return known;
      const text = JSON.stringify(withoutManagedFields(application));
      texts.set(application, text);
      return text;
    },
  };
}

/** The project of an application; without one it is `default`. */
export function projectOf(application: Application): string {
  const project = application.spec.project;
  return project === undefined || project === '' ? 'default' : project;
}

/** `project/name`, by which the gate and its policies know an application. */
export function objectName(application: Application): string {
  return `${projectOf(application)}/${application.metadata.name}`;
}

/** The filters that lists and streams share: `name`, `appNamespace`, `project(s)`, `repo`, `selector`. */
export function applicationFilter(query: URLSearchParams): (application: Application) => boolean {
  const name = query.get('name') ?? '';
  const namespace = query.get('appNamespace') ?? '';
  const repo = query.get('repo') ?? '';
  const projects = new Set([...query.getAll('projects'), ...query.getAll('project')].filter((p) => p !== ''));
  const selector = query.get('selector') ?? '';
  const parsed = parseLabelSelector(selector);
  if (!parsed.ok) throw badRequest('selector', parsed.error.message);
  return (application) => {
    const { metadata, spec } = application;
    if (name !== '' && metadata.name !== name) return false;
    if (namespace !== '' && metadata.namespace !== namespace) return false;
    if (projects.size > 0 && !projects.has(projectOf(application))) return false;
    if (repo !== '' && ![spec.source, ...(spec.sources ?? [])].some((source) => source?.repoURL === repo))
      return false;
    return parsed.value.matches(metadata.labels);
  };
}

/** Resource versions of one server are numbers; the longer text is the larger one. */
export function isNewer(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}

/** What lists are sorted by: the name, then the namespace. */
export function sortKey(object: KubeObject): string {
  const { namespace, name } = keyOf(object);
  return `${name}/${namespace}`;
}
