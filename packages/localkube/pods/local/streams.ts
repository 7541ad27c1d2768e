import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Duplex, Readable } from 'node:stream';
import { messageOf } from '@plumbline/base';
import type { Clock } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { integer, records } from '../../kinds/fields.ts';
import { specOf } from '../../controllers/runtime/objects.ts';
import { errors } from '../../registry/index.ts';
import { SessionRefusal } from '../../streams/types.ts';
import type { CommandEnding, CommandOptions, CommandSession, PodStreams } from '../../streams/types.ts';
import { noLog } from '../simulated-streams.ts';
import type { Container, Running } from './container.ts';
import { drained } from './inside.ts';
import { logExists } from './log-file.ts';
import { readLog } from './log-reader.ts';
import { rewriteCommand } from './mapping.ts';
import { startProcess } from './process.ts';
import type { Child } from './process.ts';
import { inTerminal, resizeTerminal } from './terminal.ts';
import type { PodRun } from './types.ts';

/** The ways into a pod that runs as local processes. */
export function streamsOf(run: PodRun, clock: Clock): PodStreams {
  return {
    log(pod, options) {
      const container = run.containers.get(options.container);
      if (container === undefined) throw noLog(pod, options);
      const attempt = container.attempt - (options.previous ? 1 : 0);
      const path = run.logPath(container.name, attempt);
      if (options.previous && (attempt < 0 || !logExists(path)))
        throw errors.badRequest(
          `previous terminated container ${JSON.stringify(container.name)} in pod ${JSON.stringify(pod.metadata.name)} not found`,
        );
      if (!container.ran || !logExists(path)) throw notStarted(pod, container);
      return readLog(path, options.previous ? undefined : container.running?.log, options, clock.now());
    },
    exec: (_, options) => exec(runningOf(run, options), options, clock),
    attach: (_, options) => attach(runningOf(run, options), options, clock),
    connect: (pod, port) => reach(run, pod, port),
  };
}

function notStarted(pod: KubeObject, { name, state }: Container): Error {
  const reason = state.type === 'waiting' ? state.reason : 'ContainerCreating';
  const started = reason === 'ContainerCreating' || reason === 'PodInitializing';
  return errors.badRequest(
    `container ${JSON.stringify(name)} in pod ${JSON.stringify(pod.metadata.name)} is waiting to start: ${started || state.type !== 'waiting' ? reason : (state.message ?? reason)}`,
  );
}

function runningOf(
  run: PodRun,
  { container }: CommandOptions,
): { readonly container: Container; readonly running: Running } {
  const found = run.containers.get(container);
  if (found?.running === undefined)
    throw new SessionRefusal(
      `unable to upgrade connection: container not found (${JSON.stringify(container)})`,
    );
  return { container: found, running: found.running };
}

function exec(
  { running }: { readonly running: Running },
  options: CommandOptions,
  clock: Clock,
): CommandSession {
  const { place } = running;
  const inside = rewriteCommand(options.command, place.mapping, place.root);
  let child: Child;
  try {
    child = startProcess({
      command: options.tty ? inTerminal(inside) : inside,
      folder: place.folder,
      environment: options.tty ? { TERM: 'xterm', ...place.environment } : place.environment,
      stdin: options.stdin,
    });
  } catch (thrown) {
    throw new SessionRefusal(`error executing command in container: ${messageOf(thrown)}`);
  }
  const output = (stream: Readable, wanted: boolean): Readable | undefined => {
    if (wanted) return stream;
    stream.resume();
    return undefined;
  };
  const [stdout, stderr] = [output(child.stdout, options.stdout), output(child.stderr, options.stderr)];
  const ended = (async (): Promise<CommandEnding> => {
    const { exitCode } = await child.exited;
    // Background children of the command may go on, as in a real container; they only lose its output.
    await drained(child.stdout, child.stderr, clock);
    return { exitCode };
  })();
  // The container's end is the end of all that runs in it.
  void running.over.then(() => child.signal('SIGKILL'));
  let over = false;
  void ended.then(() => {
    over = true;
  });
  return {
    ...(child.stdin !== undefined && { stdin: child.stdin }),
    ...(stdout !== undefined && { stdout }),
    ...(stderr !== undefined && { stderr }),
    resize: (width, height) => {
      if (options.tty) resizeTerminal(child, clock, width, height);
    },
    ended,
    close() {
      if (!over) child.signal('SIGKILL');
      // Nobody reads any more, so nothing is waited for.
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

/** What a client that does not read may leave behind before it is cut off. */
const unreadBytesMax = 16 << 20;

function attach(
  { container, running }: { readonly container: Container; readonly running: Running },
  options: CommandOptions,
  clock: Clock,
): CommandSession {
  const { child } = running;
  if (options.stdin && child.stdin === undefined)
    throw new SessionRefusal(
      `container ${container.name} did not allocate stdin: spec.containers[].stdin is not set`,
    );
  const outputs = {
    stdout: options.stdout ? new PassThrough() : undefined,
    stderr: options.stderr ? new PassThrough() : undefined,
  };
  const listen = (stream: 'stdout' | 'stderr', chunk: Buffer): void => {
    const to = outputs[stream];
    if (to === undefined || to.writableEnded) return;
    to.write(chunk);
    if (to.writableLength + to.readableLength > unreadBytesMax) to.destroy();
  };
  running.listeners.add(listen);
  const finish = (): void => {
    running.listeners.delete(listen);
    outputs.stdout?.end();
    outputs.stderr?.end();
  };
  const stdin = options.stdin ? new PassThrough() : undefined;
  if (stdin !== undefined && child.stdin !== undefined) {
    const once = container.spec['stdinOnce'] === true;
    stdin.pipe(child.stdin, { end: once });
  }
  return {
    ...(stdin !== undefined && { stdin }),
    ...(outputs.stdout !== undefined && { stdout: outputs.stdout }),
    ...(outputs.stderr !== undefined && { stderr: outputs.stderr }),
    resize: (width, height) => {
      if (container.spec['tty'] === true) resizeTerminal(child, clock, width, height);
    },
    // The end of the container is the end of the session; its exit code is not the session's.
    ended: running.over.then(() => {
      finish();
      return { exitCode: 0 };
    }),
    close() {
      finish();
      if (stdin !== undefined && child.stdin !== undefined) {
        stdin.unpipe(child.stdin);
        if (container.spec['stdinOnce'] === true) child.stdin.end();
      }
    },
  };
}

/** Connects to a pod's port: at its own address, and at the machine's for ports that it declares. */
async function reach(run: PodRun, pod: KubeObject, port: number): Promise<Duplex> {
  const alive = Array.from(run.containers.values()).some(({ running }) => running !== undefined);
  if (!alive) throw new SessionRefusal(`pod ${pod.metadata.name} is not running`);
  const declared = [...records(specOf(pod)['containers']), ...records(specOf(pod)['initContainers'])].some(
    (container) => records(container['ports']).some((one) => integer(one['containerPort']) === port),
  );
  const hosts = declared ? [run.ip, '127.0.0.1', '::1'] : [run.ip];
  let problem: Error | undefined;
  for (const host of new Set(hosts)) {
    try {
      return await open(host, port);
    } catch (thrown) {
      problem ??= thrown as Error;
    }
  }
  throw new Error(`failed to connect to ${run.ip}:${port}: ${problem?.message ?? 'connection refused'}`);
}

function open(host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
