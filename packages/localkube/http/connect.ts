import type { KubeObject } from '@plumbline/api';
import { admitConnection, errors, get } from '../registry/index.ts';
import type { Served } from '../registry/index.ts';
import { upgradeOf } from '../streams/index.ts';
import type { CommandOptions, PodStreams } from '../streams/index.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import type { Route } from './route.ts';
import type { ResourceRoute, Surroundings } from './surroundings.ts';

const optionsKinds: Readonly<Record<string, string>> = {
  exec: 'PodExecOptions',
  attach: 'PodAttachOptions',
  portforward: 'PodPortForwardOptions',
};

/** Whether a path leads into a pod: its requests go on as streams. */
export function isConnect(route: Route): boolean {
  return (
    route.type === 'resource' &&
    route.group === '' &&
    route.plural === 'pods' &&
    optionsKinds[route.subresource] !== undefined
  );
}

/** exec, attach and portforward: all checks, then the connection is handed on. */
export function connectAnswer(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
): ApiAnswer {
  if (request.method !== 'GET' && request.method !== 'POST') throw errors.methodNotAllowed();
  const pod = get(around.core, resource, route.namespace, route.name);
  const kind = optionsKinds[route.subresource] ?? '';
  const ports = route.subresource === 'portforward' ? portsOf(request.query) : [];
  const options = route.subresource === 'portforward' ? undefined : commandOf(pod, route, request.query);
  admitConnection(around.core, resource, pod, route.subresource, {
    apiVersion: 'v1',
    kind,
    ...(options === undefined ? (ports.length > 0 ? { ports } : {}) : shown(options)),
  });
  if ((pod.spec as { readonly nodeName?: string }).nodeName === undefined)
    throw errors.badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  if (upgradeOf(request.headers) === undefined) throw errors.badRequest('Upgrade request required');
  if (options !== undefined) checkCommand(options, route.subresource);
  const streams = around.pods;
  if (streams === undefined)
    throw errors.failure(
      501,
      'NotImplemented',
      'this server runs no pods, so nothing can be reached in them',
      {},
    );
  return { type: 'upgrade', stream: streamOf(streams, pod, route.subresource, options, ports) };
}

function streamOf(
  streams: PodStreams,
  pod: KubeObject,
  subresource: string,
  options: CommandOptions | undefined,
  ports: readonly number[],
): Extract<ApiAnswer, { type: 'upgrade' }>['stream'] {
  if (options === undefined) {
    const { name, uid = '' } = pod.metadata;
    return { type: 'ports', pod: { name, uid }, ports, connect: (port) => streams.connect(pod, port) };
  }
  return {
    type: 'command',
    options,
    open: () => (subresource === 'exec' ? streams.exec(pod, options) : streams.attach(pod, options)),
  };
}

/** What admission sees; as everywhere in Go, false is left out. */
function shown({ command, container, ...flags }: CommandOptions): Readonly<Record<string, unknown>> {
  const set = Object.entries(flags).filter(([, value]) => value);
  return { ...Object.fromEntries(set), container, ...(command.length > 0 && { command }) };
}

function commandOf(pod: KubeObject, route: ResourceRoute, query: URLSearchParams): CommandOptions {
  const flag = (name: string): boolean => query.get(name) === 'true' || query.get(name) === '1';
  const container = containerOf(pod, query);
  const known = containersOf(pod);
  if (![...known.main, ...known.initial, ...known.ephemeral].includes(container))
    throw errors.badRequest(`container ${container} is not valid for pod ${pod.metadata.name}`);
  return {
    container,
    command: route.subresource === 'exec' ? query.getAll('command') : [],
    stdin: flag('stdin'),
    stdout: flag('stdout'),
    stderr: flag('stderr') && !flag('tty'),
    tty: flag('tty'),
  };
}

/** What kubelet refuses, after the API server has let it through. */
function checkCommand({ command, stdin, stdout, stderr }: CommandOptions, subresource: string): void {
  if (!stdin && !stdout && !stderr)
    throw errors.badRequest('you must specify at least 1 of stdin, stdout, stderr');
  if (subresource === 'exec' && (command[0] ?? '') === '')
    throw errors.badRequest('you must specify a command');
}

function portsOf(query: URLSearchParams): readonly number[] {
  return query.getAll('ports').flatMap((text) =>
    text.split(',').map((one) => {
      const port = Number(one);
      if (!/^\d+$/.test(one) || port < 1 || port > 65_535)
        throw errors.badRequest(`invalid ports ${JSON.stringify(text)}`);
      return port;
    }),
  );
}

/** The container that a request names, or the only one of the pod. */
export function containerOf(pod: KubeObject, query: URLSearchParams): string {
  const named = query.get('container') ?? '';
  if (named !== '') return named;
  const { main, initial } = containersOf(pod);
  if (main.length === 1) return main[0] ?? '';
  const text = `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${main.join(' ')}]`;
  throw errors.badRequest(
    initial.length === 0 ? text : `${text} or one of the init containers: [${initial.join(' ')}]`,
  );
}

function containersOf(pod: KubeObject): {
  readonly main: readonly string[];
  readonly initial: readonly string[];
  readonly ephemeral: readonly string[];
} {
  const spec = pod.spec as Readonly<Record<string, readonly { readonly name: string }[] | undefined>>;
  const names = (field: string): readonly string[] => (spec[field] ?? []).map(({ name }) => name);
  return {
    main: names('containers'),
    initial: names('initContainers'),
    ephemeral: names('ephemeralContainers'),
  };
}
