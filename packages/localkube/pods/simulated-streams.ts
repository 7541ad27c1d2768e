import { PassThrough } from 'node:stream';
import { isRecord } from '@plumbline/base';
import type { Clock } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { record, records, text as textOf } from '../kinds/fields.ts';
import { specOf, statusOf } from '../controllers/runtime/objects.ts';
import { errors } from '../registry/index.ts';
import type { Access } from '../registry/index.ts';
import { SessionRefusal } from '../streams/types.ts';
import type { CommandOptions, CommandSession, LogOptions, PodStreams } from '../streams/types.ts';

const bytes = new TextEncoder();

/** What a container has written so far; undefined if there is no such container or it has not started. */
interface Texts {
  log(namespace: string, name: string, container: string): string | undefined;
}

/** The annotation that says what commands in a simulated container answer, as JSON: `{"cat /version": "1.2\n"}`. */
const answersAnnotation = 'plumbline.dev/simulate-exec';

/** Logs of simulated pods as `kubectl logs` reads them; commands only where the pod says what they answer. */
export function simulatedStreams(pods: Texts, access: Access, clock: Clock): PodStreams {
  return {
    log(pod, options) {
      const text = pods.log(pod.metadata.namespace ?? '', pod.metadata.name, options.container);
      if (text === undefined) throw noLog(pod, options);
      const start = cut(text, options, clock.now());
      return options.follow ? follow(pods, access, pod, options, text.length, start) : once(start);
    },
    exec(pod, options) {
      if (!isRunning(pod, options.container))
        throw new SessionRefusal(
          `unable to upgrade connection: container not found (${JSON.stringify(options.container)})`,
        );
      const answer = answerOf(pod, options.command);
      if (answer === undefined)
        throw new SessionRefusal(refusal(pod, options, 'no command can be run in it'));
      return answered(answer, options);
    },
    attach(pod, options) {
      throw new SessionRefusal(refusal(pod, options, 'there is nothing to attach to'));
    },
    connect: (pod) =>
      Promise.reject(
        new SessionRefusal(
          `pod ${pod.metadata.name} is simulated: nothing runs in it, so nothing listens on its ports`,
        ),
      ),
  };
}

function isRunning(pod: KubeObject, container: string): boolean {
  return ['containerStatuses', 'initContainerStatuses'].some((field) =>
    records(statusOf(pod)[field]).some(
      (one) => one['name'] === container && record(one['state'])['running'] !== undefined,
    ),
  );
}

function refusal(pod: KubeObject, { container }: CommandOptions, why: string): string {
  const spec = specOf(pod);
  const found = [...records(spec['containers']), ...records(spec['initContainers'])].find(
    (one) => one['name'] === container,
  );
  return `container ${JSON.stringify(container)} of pod ${pod.metadata.name} is simulated: image ${textOf(found?.['image'])} was not pulled and no process runs, so ${why}`;
}

interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** What the pod's annotation says that this command answers. */
function answerOf(pod: KubeObject, command: readonly string[]): Answer | undefined {
  const written = pod.metadata.annotations?.[answersAnnotation];
  if (written === undefined) return undefined;
  let answers: unknown;
  try {
    answers = JSON.parse(written);
  } catch {
    throw new SessionRefusal(`annotation ${answersAnnotation} is not JSON`);
  }
  const answer = isRecord(answers) ? answers[command.join(' ')] : undefined;
  if (typeof answer === 'string') return { stdout: answer, stderr: '', exitCode: 0 };
  if (!isRecord(answer)) return undefined;
  const { exitCode } = answer;
  return {
    stdout: textOf(answer['stdout']),
    stderr: textOf(answer['stderr']),
    exitCode: typeof exitCode === 'number' && Number.isInteger(exitCode) ? exitCode : 0,
  };
}

function answered(answer: Answer, options: CommandOptions): CommandSession {
  const output = (text: string): PassThrough => {
    const stream = new PassThrough();
    stream.end(text);
    return stream;
  };
  const stdin = new PassThrough();
  stdin.resume();
  return {
    ...(options.stdin && { stdin }),
    ...(options.stdout && { stdout: output(answer.stdout) }),
    ...(options.stderr && !options.tty && { stderr: output(answer.stderr) }),
    resize: () => {},
    ended: Promise.resolve({ exitCode: answer.exitCode }),
    close: () => {},
  };
}

/** Why a container has no text to show, as kubelet words it. */
export function noLog(pod: KubeObject, { container }: Pick<LogOptions, 'container'>): Error {
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
  pods: Texts,
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
