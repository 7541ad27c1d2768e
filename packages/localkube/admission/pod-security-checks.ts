import { record, records, strings, text } from './match.ts';

type Fields = Readonly<Record<string, unknown>>;

export type Level = 'privileged' | 'baseline' | 'restricted';

interface Pod {
  readonly level: Level;
  readonly spec: Fields;
  readonly annotations: Fields;
  readonly security: Fields;
  readonly containers: readonly Container[];
  readonly windows: boolean;
}

interface Container {
  readonly name: string;
  readonly fields: Fields;
  readonly security: Fields;
}

/** What is forbidden about a pod, in a few words; undefined when nothing is. */
type Check = (pod: Pod) => string | undefined;

/** How a pod breaks the Pod Security Standard of a level. */
export function violations(object: Fields, level: Level): readonly string[] {
  if (level === 'privileged') return [];
  const spec = record(object['spec']);
  const pod: Pod = {
    level,
    spec,
    annotations: record(record(object['metadata'])['annotations']),
    security: record(spec['securityContext']),
    containers: ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) =>
      records(spec[field]).map((fields) => ({
        name: text(fields['name']),
        fields,
        security: record(fields['securityContext']),
      })),
    ),
    windows: record(spec['os'])['name'] === 'windows',
  };
  const checks = level === 'baseline' ? baseline : restricted;
  return checks.flatMap((check) => check(pod) ?? []);
}

const quoted = (values: readonly string[]): string => values.map((one) => JSON.stringify(one)).join(', ');

/** `container "a" must`, `containers "a", "b" must`. */
function named(word: string, names: readonly string[]): string {
  return `${word}${names.length === 1 ? '' : 's'} ${quoted(names)}`;
}

function containersWith(pod: Pod, test: (container: Container) => boolean): readonly string[] {
  return pod.containers.filter(test).map(({ name }) => name);
}

/** The pod itself, then its containers. */
function podAndContainers(
  what: string,
  pod: Pod,
  test: (security: Fields) => boolean,
  rule: (subject: string) => string,
): string | undefined {
  const names = containersWith(pod, ({ security }) => test(security));
  const subjects = [
    ...(test(pod.security) ? ['pod'] : []),
    ...(names.length > 0 ? [named('container', names)] : []),
  ];
  return subjects.length === 0 ? undefined : `${what} (${rule(subjects.join(' and '))})`;
}

const hostNamespaces: Check = ({ spec }) => {
  const found = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true);
  return found.length === 0
    ? undefined
    : `host namespaces (${found.map((field) => `${field}=true`).join(', ')})`;
};

const privileged: Check = (pod) => {
  const names = containersWith(pod, ({ security }) => security['privileged'] === true);
  return names.length === 0
    ? undefined
    : `privileged (${named('container', names)} must not set securityContext.privileged=true)`;
};

const added = ({ security }: Container): readonly string[] =>
  strings(record(security['capabilities'])['add']);

const ordinaryCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

function extraCapabilities(pod: Pod, allowed: (name: string) => boolean): string | undefined {
  const extra = (container: Container): readonly string[] => added(container).filter((one) => !allowed(one));
  const names = containersWith(pod, (container) => extra(container).length > 0);
  if (names.length === 0) return undefined;
  const found = [...new Set(pod.containers.flatMap(extra))].toSorted();
  return `${named('container', names)} must not include ${quoted(found)} in securityContext.capabilities.add`;
}

const capabilitiesBaseline: Check = (pod) => {
  const found = extraCapabilities(pod, (name) => ordinaryCapabilities.has(name));
  return found === undefined ? undefined : `non-default capabilities (${found})`;
};

const capabilitiesRestricted: Check = (pod) => {
  if (pod.windows) return undefined;
  const keeping = containersWith(
    pod,
    ({ security }) => !strings(record(security['capabilities'])['drop']).includes('ALL'),
  );
  const parts = [
    ...(keeping.length === 0
      ? []
      : [`${named('container', keeping)} must set securityContext.capabilities.drop=["ALL"]`]),
    extraCapabilities(pod, (name) => name === 'NET_BIND_SERVICE'),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : `unrestricted capabilities (${parts.join('; ')})`;
};

const hostPathVolumes: Check = ({ spec }) => {
  const names = records(spec['volumes'])
    .filter((volume) => volume['hostPath'] !== undefined)
    .map((volume) => text(volume['name']));
  return names.length === 0 ? undefined : `hostPath volumes (${named('volume', names)})`;
};

const hostPorts: Check = (pod) => {
  const portsOf = ({ fields }: Container): readonly string[] =>
    records(fields['ports'])
      .filter(({ hostPort }) => typeof hostPort === 'number' && hostPort !== 0)
      .map(({ hostPort }) => String(hostPort));
  const names = containersWith(pod, (container) => portsOf(container).length > 0);
  if (names.length === 0) return undefined;
  const ports = [...new Set(pod.containers.flatMap(portsOf))].toSorted();
  return `hostPort (${named('container', names)} ${names.length === 1 ? 'uses' : 'use'} hostPort${ports.length === 1 ? '' : 's'} ${ports.join(', ')})`;
};

const procMount: Check = (pod) => {
  // Pods with users of their own may see more of the kernel under the baseline.
  if (pod.level === 'baseline' && pod.spec['hostUsers'] === false) return undefined;
  const masked = (value: unknown): boolean => value === undefined || value === 'Default';
  const names = containersWith(pod, ({ security }) => !masked(security['procMount']));
  if (names.length === 0) return undefined;
  const values = [
    ...new Set(pod.containers.map(({ security }) => security['procMount']).filter((one) => !masked(one))),
  ].map(String);
  return `procMount (${named('container', names)} must not set securityContext.procMount to ${quoted(values)})`;
};

const seccompBaseline: Check = (pod) =>
  podAndContainers(
    'seccompProfile',
    pod,
    (security) => record(security['seccompProfile'])['type'] === 'Unconfined',
    (subject) => `${subject} must not set securityContext.seccompProfile.type to "Unconfined"`,
  );

const seccompRestricted: Check = (pod) => {
  if (pod.windows) return undefined;
  const typeOf = (security: Fields): string => text(record(security['seccompProfile'])['type']);
  const good = (type: string): boolean => type === 'RuntimeDefault' || type === 'Localhost';
  const podType = typeOf(pod.security);
  const bad = podAndContainers(
    'seccompProfile',
    pod,
    (security) => typeOf(security) !== '' && !good(typeOf(security)),
    (subject) => `${subject} must not set securityContext.seccompProfile.type to "Unconfined"`,
  );
  if (bad !== undefined) return bad;
  const unset = good(podType) ? [] : containersWith(pod, ({ security }) => typeOf(security) === '');
  return unset.length === 0
    ? undefined
    : `seccompProfile (pod or ${named('container', unset)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`;
};

const allowedLinuxTypes = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
]);

const linuxOptions: Check = (pod) => {
  const found: string[] = [];
  const bad = (security: Fields): boolean => {
    const options = record(security['seLinuxOptions']);
    const mistakes = [
      ...(allowedLinuxTypes.has(text(options['type'])) ? [] : [`type ${JSON.stringify(options['type'])}`]),
      ...(text(options['user']) === '' ? [] : ['user may not be set']),
      ...(text(options['role']) === '' ? [] : ['role may not be set']),
    ];
    found.push(...mistakes);
    return mistakes.length > 0;
  };
  const names = containersWith(pod, ({ security }) => bad(security));
  const subjects = [
    ...(bad(pod.security) ? ['pod'] : []),
    ...(names.length > 0 ? [named('container', names)] : []),
  ];
  if (subjects.length === 0) return undefined;
  const order = (one: string): number => ['type', 'user', 'role'].indexOf(one.split(' ')[0]!);
  const values = [...new Set(found)].toSorted((a, b) => order(a) - order(b));
  return `seLinuxOptions (${subjects.join(' and ')} set forbidden securityContext.seLinuxOptions: ${values.join('; ')})`;
};

const safeSysctls = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);

const sysctls: Check = ({ security }) => {
  const found = records(security['sysctls'])
    .map(({ name }) => text(name))
    .filter((name) => !safeSysctls.has(name));
  return found.length === 0 ? undefined : `forbidden sysctls (${found.join(', ')})`;
};

const hostProcess: Check = (pod) =>
  podAndContainers(
    'hostProcess',
    pod,
    (security) => record(security['windowsOptions'])['hostProcess'] === true,
    (subject) => `${subject} must not set securityContext.windowsOptions.hostProcess=true`,
  );

const armorPrefix = 'container.apparmor.security.beta.kubernetes.io/';

const armor: Check = (pod) => {
  const unconfined = (security: Fields): boolean =>
    record(security['appArmorProfile'])['type'] === 'Unconfined';
  const names = containersWith(pod, ({ security }) => unconfined(security));
  const marks = Object.entries(pod.annotations).filter(
    ([key, value]) =>
      key.startsWith(armorPrefix) &&
      value !== '' &&
      value !== 'runtime/default' &&
      !text(value).startsWith('localhost/'),
  );
  const subjects = [
    ...(unconfined(pod.security) ? ['pod'] : []),
    ...(names.length > 0 ? [named('container', names)] : []),
    ...(marks.length > 0 ? [marks.length === 1 ? 'annotation' : 'annotations'] : []),
  ];
  if (subjects.length === 0) return undefined;
  const values = ['"Unconfined"', ...marks.map(([key, value]) => `"${key}=${JSON.stringify(value)}"`)];
  const plural = values.length > 1 ? 's' : '';
  return `forbidden AppArmor profile${plural} (${subjects.join(' and ')} must not set AppArmor profile type to ${values.join(', ')})`;
};

/** Hosts that probes and lifecycle hooks may not name: the pod itself is meant. */
const probeHosts: Check = (pod) => {
  const hostsOf = ({ fields }: Container): readonly string[] => {
    const { postStart, preStop } = record(fields['lifecycle']);
    const handlers = [
      ...['livenessProbe', 'readinessProbe', 'startupProbe'].map((name) => fields[name]),
      postStart,
      preStop,
    ];
    return handlers.flatMap((handler) =>
      ['httpGet', 'tcpSocket'].flatMap((action) => {
        const host = text(record(record(handler)[action])['host']);
        return host === '' ? [] : [host];
      }),
    );
  };
  const names = containersWith(pod, (container) => hostsOf(container).length > 0);
  if (names.length === 0) return undefined;
  const hosts = [...new Set(pod.containers.flatMap(hostsOf))].toSorted();
  return `probe or lifecycle host (${named('container', names)} ${names.length === 1 ? 'uses' : 'use'} probe or lifecycle host${hosts.length === 1 ? '' : 's'} ${quoted(hosts)})`;
};

const escalation: Check = (pod) => {
  if (pod.windows) return undefined;
  const names = containersWith(pod, ({ security }) => security['allowPrivilegeEscalation'] !== false);
  return names.length === 0
    ? undefined
    : `allowPrivilegeEscalation != false (${named('container', names)} must set securityContext.allowPrivilegeEscalation=false)`;
};

const openVolumes = new Set([
  'name',
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

const volumeTypes: Check = ({ spec }) => {
  const bad = records(spec['volumes']).flatMap((volume) => {
    const type = Object.keys(volume).find((key) => !openVolumes.has(key) && volume[key] !== undefined);
    return type === undefined ? [] : [{ name: text(volume['name']), type }];
  });
  if (bad.length === 0) return undefined;
  const types = [...new Set(bad.map(({ type }) => type))].toSorted();
  const names = bad.map(({ name }) => name);
  return `restricted volume types (${named('volume', names)} ${names.length === 1 ? 'uses' : 'use'} restricted volume type${types.length === 1 ? '' : 's'} ${quoted(types)})`;
};

const nonRoot: Check = (pod) => {
  const explicit = podAndContainers(
    'runAsNonRoot != true',
    pod,
    (security) => security['runAsNonRoot'] === false,
    (subject) => `${subject} must not set securityContext.runAsNonRoot=false`,
  );
  if (explicit !== undefined) return explicit;
  if (pod.security['runAsNonRoot'] === true) return undefined;
  const names = containersWith(pod, ({ security }) => security['runAsNonRoot'] !== true);
  return names.length === 0
    ? undefined
    : `runAsNonRoot != true (pod or ${named('container', names)} must set securityContext.runAsNonRoot=true)`;
};

const rootUser: Check = (pod) =>
  podAndContainers(
    'runAsUser=0',
    pod,
    (security) => security['runAsUser'] === 0,
    (subject) => `${subject} must not set runAsUser=0`,
  );

/** In upstream's order, which is that of the names of its checks. */
const baseline: readonly Check[] = [
  armor,
  capabilitiesBaseline,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  probeHosts,
  privileged,
  procMount,
  linuxOptions,
  seccompBaseline,
  sysctls,
  hostProcess,
];

/** The baseline, but for the checks that have a stricter form here. */
const restricted: readonly Check[] = [
  ...baseline.filter((check) => ![capabilitiesBaseline, hostPathVolumes, seccompBaseline].includes(check)),
  escalation,
  capabilitiesRestricted,
  volumeTypes,
  nonRoot,
  rootUser,
  seccompRestricted,
];
