import { numberAt, recordAt, recordsAt, textAt } from '@plumbline/base';
import type { Fields } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Access } from '@plumbline/localkube';
import { templateOf } from './failures.ts';
import { nearest } from './nearest.ts';

/** What the references of an object say about it, seen in the whole cluster. */
export interface Referred {
  /** It cannot do its work like this, although the API server takes it. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

const nothing: Referred = { errors: [], warnings: [] };

/** Follows what objects name and a real cluster would only miss while it runs. The cluster rests meanwhile. */
export function makeReferenceCheck(access: Access): (object: KubeObject) => Referred {
  const cluster: Cluster = { access, podsIn: podsOf(access) };
  return (object) => {
    const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
    const check = Object.hasOwn(checks, `${group}/${object.kind}`)
      ? checks[`${group}/${object.kind}`]
      : undefined;
    const own = check?.(cluster, object) ?? nothing;
    const template = templateOf(object);
    return template === undefined ? own : joined(own, templateProblems(access, object, template));
  };
}

interface Cluster {
  readonly access: Access;
  /** Pods, and the templates of workloads that have none at the moment. */
  readonly podsIn: (namespace: string) => Pods;
}

interface Pods {
  readonly all: readonly Fields[];
  matching(selector: Fields): readonly Fields[];
}

function joined(...all: readonly Referred[]): Referred {
  return {
    errors: all.flatMap(({ errors }) => errors),
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}

type Check = (cluster: Cluster, object: KubeObject) => Referred;

const checks: Readonly<Record<string, Check>> = {
  '/Service': service,
  'networking.k8s.io/Ingress': ingress,
  'autoscaling/HorizontalPodAutoscaler': autoscaler,
  'policy/PodDisruptionBudget': disruptionBudget,
  'rbac.authorization.k8s.io/RoleBinding': binding,
  'rbac.authorization.k8s.io/ClusterRoleBinding': binding,
  'apps/StatefulSet': statefulSet,
};

const namespaceOf = (object: KubeObject): string => object.metadata.namespace ?? '';
const pairsText = (pairs: Fields): string =>
  Object.entries(pairs)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',');
const quoted = (text: string): string => JSON.stringify(text);
const orNearest = (name: string, known: readonly string[]): string => {
  const near = nearest(name, known);
  return near === undefined ? '' : ` (did you mean ${quoted(near)}?)`;
};

const workloads = [
  ['apps', 'Deployment'],
  ['apps', 'StatefulSet'],
  ['apps', 'DaemonSet'],
  ['batch', 'Job'],
  ['batch', 'CronJob'],
] as const;

/** The pods of a namespace are gathered once: many selectors are asked about them. */
function podsOf(access: Access): Cluster['podsIn'] {
  const known = new Map<string, Pods>();
  return (namespace) => {
    let pods = known.get(namespace);
    if (pods === undefined) known.set(namespace, (pods = byLabels(gather(access, namespace))));
    return pods;
  };
}

function gather(access: Access, namespace: string): readonly Fields[] {
  const pods: Fields[] = Array.from(access.list('', 'Pod', namespace));
  for (const [group, kind] of workloads)
    for (const one of access.list(group, kind, namespace)) {
      const template = templateOf(one);
      if (template !== undefined) pods.push(template);
    }
  return pods;
}

function byLabels(all: readonly Fields[]): Pods {
  const pairs = new Map<string, Fields[]>();
  for (const pod of all)
    for (const [key, value] of Object.entries(labelsOf(pod))) {
      const pair = pairText(key, value);
      const having = pairs.get(pair);
      if (having === undefined) pairs.set(pair, [pod]);
      else having.push(pod);
    }
  const matching = (selector: Fields): readonly Fields[] => {
    let fewest = all;
    for (const [key, value] of Object.entries(selector)) {
      const having = pairs.get(pairText(key, value)) ?? [];
      if (having.length < fewest.length) fewest = having;
    }
    return fewest.filter((pod) => fits(selector, labelsOf(pod)));
  };
  return { all, matching };
}

const pairText = (key: string, value: unknown): string => `${key}=${String(value)}`;
const labelsOf = (pod: Fields): Fields => recordAt(recordAt(pod, 'metadata'), 'labels');
const fits = (selector: Fields, labels: Fields): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

function service({ podsIn }: Cluster, object: KubeObject): Referred {
  const spec = recordAt(object, 'spec');
  const selector = recordAt(spec, 'selector');
  if (Object.keys(selector).length === 0 || spec['type'] === 'ExternalName') return nothing;
  const pods = podsIn(namespaceOf(object));
  const selected = pods.matching(selector);
  if (selected.length === 0)
    return {
      errors: [`its selector ${pairsText(selector)} matches no pod${almost(selector, pods.all)}`],
      warnings: [],
    };
  const declared = selected.flatMap((pod) => portsOf(pod));
  const errors: string[] = [];
  const warnings: string[] = [];
  for (const port of recordsAt(spec, 'ports')) {
    const target = port['targetPort'] ?? port['port'];
    const names = declared.map(({ name }) => name).filter((name) => name !== '');
    if (typeof target === 'string' && !/^\d+$/.test(target)) {
      if (!names.includes(target))
        errors.push(
          `targetPort ${quoted(target)} is the name of no container port${orNearest(target, names)}`,
        );
    } else if (declared.length > 0 && !declared.some(({ number }) => number === Number(target))) {
      const known = Array.from(new Set(declared.map(({ number }) => number))).join(', ');
      warnings.push(`no container says that it listens on targetPort ${String(target)} (declared: ${known})`);
    }
  }
  return { errors, warnings };
}

/** The pods that a selector only just misses: those with the same keys. */
function almost(selector: Fields, pods: readonly Fields[]): string {
  let best: { readonly hits: number; readonly misses: readonly string[] } | undefined;
  for (const pod of pods) {
    const labels = labelsOf(pod);
    const hits = Object.entries(selector).filter(([key, value]) => labels[key] === value).length;
    const misses = Object.keys(selector)
      .filter((key) => labels[key] !== selector[key])
      .map((key) => (labels[key] === undefined ? `no ${key}` : `${key}=${textAt(labels, key)}`));
    if (best === undefined || hits > best.hits) best = { hits, misses };
  }
  if (best === undefined) return ' (there are no pods in its namespace)';
  return ` (the nearest has ${best.misses.join(', ')})`;
}

interface Port {
  readonly name: string;
  readonly number: unknown;
}

function portsOf(pod: Fields): readonly Port[] {
  const spec = recordAt(pod, 'spec');
  return ['containers', 'initContainers'].flatMap((field) =>
    recordsAt(spec, field).flatMap((container) =>
      recordsAt(container, 'ports').map((port) => ({
        name: textAt(port, 'name'),
        number: port['containerPort'],
      })),
    ),
  );
}

function ingress({ access }: Cluster, object: KubeObject): Referred {
  const spec = recordAt(object, 'spec');
  const namespace = namespaceOf(object);
  const backends = [
    recordAt(spec, 'defaultBackend'),
    ...recordsAt(spec, 'rules').flatMap((rule) =>
      recordsAt(recordAt(rule, 'http'), 'paths').map((path) => recordAt(path, 'backend')),
    ),
  ];
  const errors = new Set<string>();
  for (const backend of backends) {
    const wanted = recordAt(backend, 'service');
    const name = textAt(wanted, 'name');
    if (name === '') continue;
    const found = access.get('', 'Service', namespace, name);
    if (found === undefined) {
      const known = Array.from(access.list('', 'Service', namespace), (one) => one.metadata.name);
      errors.add(`its backend, Service ${quoted(name)}, does not exist${orNearest(name, known)}`);
      continue;
    }
    const port = recordAt(wanted, 'port');
    const ports = recordsAt(recordAt(found, 'spec'), 'ports');
    const known = ports.some((one) =>
      port['name'] === undefined ? one['port'] === port['number'] : one['name'] === port['name'],
    );
    if (!known && recordAt(found, 'spec')['type'] !== 'ExternalName')
      errors.add(
        `Service ${quoted(name)} has no port ${String(port['name'] ?? port['number'])} (it has ${ports
          .map((one) =>
            [textAt(one, 'name'), String(numberAt(one, 'port'))].filter((part) => part !== '').join(':'),
          )
          .join(', ')})`,
      );
  }
  const warnings = recordsAt(spec, 'tls').flatMap((tls) => {
    const name = textAt(tls, 'secretName');
    return name === '' || access.get('', 'Secret', namespace, name) !== undefined
      ? []
      : [`the Secret ${quoted(name)} of its certificate does not exist`];
  });
  return { errors: Array.from(errors), warnings };
}

function autoscaler({ access }: Cluster, object: KubeObject): Referred {
  const target = recordAt(recordAt(object, 'spec'), 'scaleTargetRef');
  const [first = '', second] = textAt(target, 'apiVersion').split('/');
  const group = second === undefined ? '' : first;
  const kind = textAt(target, 'kind');
  const name = textAt(target, 'name');
  if (!access.resources().some((one) => one.group === group && one.kind === kind))
    return { errors: [`its target ${kind}/${name}: no such kind is served`], warnings: [] };
  const found = access.get(group, kind, namespaceOf(object), name);
  if (found === undefined) {
    const known = Array.from(access.list(group, kind, namespaceOf(object)), (one) => one.metadata.name);
    return {
      errors: [`its target ${kind} ${quoted(name)} does not exist${orNearest(name, known)}`],
      warnings: [],
    };
  }
  const spec = recordAt(templateOf(found) ?? {}, 'spec');
  const measured = recordsAt(recordAt(object, 'spec'), 'metrics').filter(
    (metric) => recordAt(recordAt(metric, 'resource'), 'target')['type'] === 'Utilization',
  );
  const warnings = measured.flatMap((metric) => {
    const resource = textAt(recordAt(metric, 'resource'), 'name');
    return recordsAt(spec, 'containers').flatMap((container) =>
      recordAt(recordAt(container, 'resources'), 'requests')[resource] === undefined
        ? [
            `container ${textAt(container, 'name')} requests no ${resource}, so its use cannot be told in per cent`,
          ]
        : [],
    );
  });
  return { errors: [], warnings };
}

function disruptionBudget({ podsIn }: Cluster, object: KubeObject): Referred {
  const selector = recordAt(recordAt(recordAt(object, 'spec'), 'selector'), 'matchLabels');
  if (Object.keys(selector).length === 0) return nothing;
  const pods = podsIn(namespaceOf(object));
  if (pods.matching(selector).length > 0) return nothing;
  return {
    errors: [],
    warnings: [`its selector ${pairsText(selector)} matches no pod${almost(selector, pods.all)}`],
  };
}

function binding({ access }: Cluster, object: KubeObject): Referred {
  const role = recordAt(object, 'roleRef');
  const kind = textAt(role, 'kind');
  const name = textAt(role, 'name');
  const group = 'rbac.authorization.k8s.io';
  const warnings: string[] = [];
  // Only a secured server holds the roles that every cluster has.
  const builtIn = kind === 'ClusterRole' && /^(?:system:|cluster-admin$|admin$|edit$|view$)/.test(name);
  const namespace = kind === 'Role' ? namespaceOf(object) : '';
  if (!builtIn && access.get(group, kind, namespace, name) === undefined) {
    const known = Array.from(access.list(group, kind, namespace), (one) => one.metadata.name);
    warnings.push(`its ${kind} ${quoted(name)} does not exist${orNearest(name, known)}`);
  }
  for (const subject of recordsAt(object, 'subjects')) {
    if (subject['kind'] !== 'ServiceAccount') continue;
    const where = textAt(subject, 'namespace') || namespaceOf(object);
    const account = textAt(subject, 'name');
    if (access.get('', 'ServiceAccount', where, account) === undefined)
      warnings.push(`its subject ServiceAccount ${where}/${account} does not exist`);
  }
  return { errors: [], warnings };
}

function statefulSet({ access }: Cluster, object: KubeObject): Referred {
  const name = textAt(recordAt(object, 'spec'), 'serviceName');
  if (name === '' || access.get('', 'Service', namespaceOf(object), name) !== undefined) return nothing;
  return {
    errors: [],
    warnings: [`its Service ${quoted(name)} does not exist, so its pods have no names of their own`],
  };
}

/** What kubelet would only find out while the pod runs. */
function templateProblems(access: Access, object: KubeObject, template: Fields): Referred {
  const spec = recordAt(template, 'spec');
  const errors: string[] = [];
  const warnings: string[] = [];
  for (const container of [...recordsAt(spec, 'containers'), ...recordsAt(spec, 'initContainers')]) {
    const names = recordsAt(container, 'ports').map((port) => textAt(port, 'name'));
    for (const probe of ['readinessProbe', 'livenessProbe', 'startupProbe']) {
      for (const action of ['httpGet', 'tcpSocket']) {
        const port = recordAt(recordAt(container, probe), action)['port'];
        if (typeof port !== 'string' || /^\d+$/.test(port) || names.includes(port)) continue;
        errors.push(
          `${probe} of container ${textAt(container, 'name')} asks port ${quoted(port)}, and the container has no port of that name${orNearest(port, names)}`,
        );
      }
    }
  }
  for (const { name } of recordsAt(spec, 'imagePullSecrets')) {
    if (typeof name === 'string' && access.get('', 'Secret', namespaceOf(object), name) === undefined)
      warnings.push(`its image pull secret ${quoted(name)} does not exist`);
  }
  return { errors, warnings };
}
