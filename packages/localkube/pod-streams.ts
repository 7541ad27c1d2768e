import type { Clock } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { LogOptions, PodStreams } from './http/index.ts';
import type { SimulatedPods } from './pods/index.ts';
import { errors } from './registry/index.ts';
import type { Access } from './registry/index.ts';

const bytes = new TextEncoder();

/** The logs of simulated pods as `kubectl logs` reads them. */
export function podStreams(pods: SimulatedPods, access: Access, clock: Clock): PodStreams {
  return {
    log(pod, options) {
      const text = pods.log(pod.metadata.namespace ?? '', pod.metadata.name, options.container);
      if (text === undefined) throw noLog(pod, options);
      const start = cut(text, options, clock.now());
      return options.follow ? follow(pods, access, pod, options, text.length, start) : once(start);
    },
  };
}

function noLog(pod: KubeObject, { container }: LogOptions): Error {
  const spec = pod.spec as {
    readonly containers?: readonly { readonly name: string }[];
    readonly initContainers?: readonly { readonly name: string }[];
  };
  const known = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].some(
    ({ name }) => name === container,
  );
  const { name } = pod.metadata;
  return errors.badRequest(
    known
      ? `container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ContainerCreating`
      : `container ${container} is not valid for pod ${name}`,
  );
}

/** Keeps the part of a log that was asked for. Lines begin with a time stamp only when they are asked for. */
function cut(text: string, options: LogOptions, now: number): string {
  let lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const since =
    options.sinceTime !== undefined
      ? Date.parse(options.sinceTime)
      : options.sinceSeconds !== undefined
        ? now - options.sinceSeconds * 1000
        : undefined;
  if (since !== undefined) lines = lines.filter((line) => !(Date.parse(line.split(' ', 1)[0] ?? '') < since));
  if (options.tailLines !== undefined) lines = options.tailLines <= 0 ? [] : lines.slice(-options.tailLines);
  const whole = lines.map((line) => `${line}\n`).join('');
  return options.limitBytes === undefined ? whole : whole.slice(0, options.limitBytes);
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  if (text !== '') yield bytes.encode(text);
}

/** Goes on with each change of the pod until it is gone or has ended. */
async function* follow(
  pods: SimulatedPods,
  access: Access,
  pod: KubeObject,
  options: LogOptions,
  seen: number,
  start: string,
): AsyncGenerator<Uint8Array> {
  const { namespace = '', name, uid } = pod.metadata;
  let written = seen;
  let wake: () => void = () => {};
  const cancel = access.subscribe('', 'Pod', (event) => {
    if (event.object.metadata.uid === uid) wake();
  });
  try {
    if (start !== '') yield bytes.encode(start);
    for (;;) {
      const live = access.get('', 'Pod', namespace, name);
      const text = pods.log(namespace, name, options.container) ?? '';
      if (text.length > written) {
        const fresh = text.slice(written);
        written = text.length;
        yield bytes.encode(fresh);
        continue;
      }
      const phase = (live?.status as { readonly phase?: string } | undefined)?.phase;
      if (live?.metadata.uid !== uid || phase === 'Succeeded' || phase === 'Failed') return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    cancel();
  }
}
