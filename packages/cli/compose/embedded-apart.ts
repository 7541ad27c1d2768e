import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { Transport } from '@plumbline/api';
import { messageOf } from '@plumbline/base';
import { portTransport } from '@plumbline/kube';
import { CommandError } from '../io.ts';
import { productFile } from './addresses.ts';
import type { EmbeddedOptions } from './embedded.ts';
import type { LogLevel } from './logger.ts';
import type { Stopper } from './stop.ts';

/** Half of what V8 takes by default for new objects: most of them are answers that are gone in a moment. */
const youngMegabytes = 24;

/** What the thread is told: plain data alone can go there. */
export interface ApartOptions extends Omit<
  EmbeddedOptions,
  'clock' | 'random' | 'logger' | 'initial' | 'said'
> {
  readonly logLevel: LogLevel;
}

export interface ThreadData {
  readonly options: ApartOptions;
  /** The thread's end of the way that requests take. */
  readonly requests: MessagePort;
}

/** What the thread says about itself. */
export type ThreadNews =
  | { readonly type: 'busy'; readonly port: number }
  | { readonly type: 'started'; readonly url: string; readonly kubeconfig: string }
  | { readonly type: 'failed'; readonly message: string; readonly exitCode?: number };

/** An embedded Kubernetes in a thread of its own. */
export interface EmbeddedApart {
  /** The API; what is asked before it has started waits. */
  readonly transport: Transport;
  readonly started: Promise<{ readonly url: string; readonly kubeconfig: string }>;
  /** Rejects when the thread ends without being asked to. */
  readonly broken: Promise<never>;
}

/**
 * Starts the embedded Kubernetes beside this thread. It writes, watches and simulates as much as controllers do, so with
 * two processors both get on with their work, and clients from outside do not hold up controllers.
 */
export function startEmbeddedApart(
  options: ApartOptions,
  said: (port: number) => void,
  stopper: Stopper,
): EmbeddedApart {
  const { port1: ours, port2: theirs } = new MessageChannel();
  const workerData: ThreadData = { options, requests: theirs };
  const worker = new Worker(productFile('dist', 'kubernetes-thread.mjs'), {
    workerData,
    transferList: [theirs],
    resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
    stdin: false,
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let asked = false;
  stopper.add(async () => {
    asked = true;
    worker.postMessage('stop');
    await ended;
    ours.close();
  });
  const broken = new Promise<never>((_, reject) => {
    worker.once('error', (error) => {
      reject(new Error(`the embedded Kubernetes failed: ${messageOf(error)}`, { cause: error }));
    });
    worker.once('exit', () => {
      if (!asked) reject(new Error('the thread of the embedded Kubernetes has ended'));
    });
  });
  // Who does not wait for it is told by what is asked next.
  broken.catch(() => {});
  const news = new Promise<{ readonly url: string; readonly kubeconfig: string }>((resolve, reject) => {
    worker.on('message', (one: ThreadNews) => {
      if (one.type === 'busy') said(one.port);
      else if (one.type === 'started') resolve(one);
      else reject(new CommandError(one.message, one.exitCode));
    });
  });
  const started = Promise.race([news, broken]);
  started.catch(() => {});
  return { transport: portTransport(ours), started, broken };
}
