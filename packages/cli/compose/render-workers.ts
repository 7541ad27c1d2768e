import { Worker } from 'node:worker_threads';
import type { Rendering } from '@plumbline/api';
import { createSlots, err, messageOf, problem } from '@plumbline/base';
import type { Cancel, Clock, Logger, Problem, Result } from '@plumbline/base';
import { chartTaskOf, createAnswerer, repeatUse, taskOf } from '@plumbline/render';
import type {
  ChartResult,
  HelmRequest,
  RenderElsewhere,
  TaskResult,
  WorkerMessage,
  WorkerOrder,
} from '@plumbline/render';

/** Threads that render, one task at a time each. */
export interface RenderWorkers {
  readonly render: RenderElsewhere;
  close(): Promise<void>;
}

export interface RenderWorkersOptions {
  /** The built program of a worker. */
  readonly program: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Threads at the same time. */
  readonly count: number;
  readonly timeoutMs?: number;
}

/** As long as Argo CD lets its tools run. */
const timeoutMsDefault = 90_000;
/** The heap of one worker; a render that wants more is ended. */
const heapMegabytes = 1_024;
/** Programs such as Jsonnet's call themselves up to 500 times, each call with an expression around it. */
const stackMegabytes = 32;
/** Memory goes back to the machine when nothing was rendered for so long. */
const idleMs = 120_000;

type Answer = Result<Rendering, readonly Problem[]>;

export function createRenderWorkers(options: RenderWorkersOptions): RenderWorkers {
  const { clock, logger } = options;
  const slots = createSlots(options.count);
  const idle: { readonly worker: Worker; readonly stop: Cancel }[] = [];
  const all = new Set<Worker>();

  function take(): Worker {
    const found = idle.pop();
    if (found !== undefined) {
      found.stop();
      return found.worker;
    }
    const worker = new Worker(options.program, {
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, stackSizeMb: stackMegabytes },
      // What is rendered must not see what this process was started with.
      env: {},
      stdin: false,
    });
    worker.unref();
    all.add(worker);
    worker.once('exit', () => all.delete(worker));
    return worker;
  }

  function giveBack(worker: Worker): void {
    worker.removeAllListeners('message');
    worker.removeAllListeners('error');
    const stop = clock.after(idleMs, () => {
      idle.splice(
        idle.findIndex((one) => one.worker === worker),
        1,
      );
      void worker.terminate();
    });
    idle.push({ worker, stop });
  }

  function run(worker: Worker, kind: string, path: string, work: Work): Promise<TaskResult | undefined> {
    return new Promise((resolve) => {
      const order = (one: WorkerOrder): void => worker.postMessage(one);
      const stopTimer = clock.after(options.timeoutMs ?? timeoutMsDefault, () => {
        logger.warn('a render took too long and was ended', { kind, path });
        work.failure = `it took longer than ${(options.timeoutMs ?? timeoutMsDefault) / 1000} s and was ended`;
        void worker.terminate();
      });
      const end = (result: TaskResult | undefined): void => {
        stopTimer();
        worker.removeListener('exit', onExit);
        resolve(result);
      };
      const onExit = (): void => end(undefined);
      worker.once('exit', onExit);
      worker.on('error', (error) => {
        const code = (error as { readonly code?: string }).code;
        work.failure =
          code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? `it wanted more than ${heapMegabytes} MB of memory and was ended`
            : messageOf(error);
      });
      worker.on('message', (message: WorkerMessage) => {
        if (message.type === 'done') {
          giveBack(worker);
          end(message.done);
          return;
        }
        if (message.type !== 'question') return;
        const { id, question } = message;
        void work.answer(question).then((answer) => order({ type: 'answer', id, answer }));
      });
      order({ type: 'task', task: work.task });
    });
  }

  return {
    async render(kind, request): Promise<Answer> {
      const task = await taskOf(kind, request);
      return slots.run(async () => {
        const work: Work = { task, answer: createAnswerer(request), failure: undefined };
        const done = await run(take(), kind, request.path, work);
        if (done === undefined)
          return err([
            problem(
              'render-ended',
              `${request.path || '.'}: rendering failed: ${work.failure ?? 'the worker ended'}`,
            ),
          ]);
        if (request.context !== undefined) repeatUse(done.used, request.context);
        return done.result;
      });
    },
    async close() {
      for (const { stop } of idle.splice(0)) stop();
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}

interface Work {
  readonly task: Awaited<ReturnType<typeof taskOf>>;
  readonly answer: ReturnType<typeof createAnswerer>;
  failure: string | undefined;
}

/**
 * Renders a chart in a thread of its own with a larger stack than this one has. Undefined where the request cannot be
 * posted, or the thread cannot be had.
 */
export async function renderChartApart(
  program: string,
  request: HelmRequest,
): Promise<ChartResult | undefined> {
  const task = await chartTaskOf(request);
  if (task === undefined) return undefined;
  const { chart } = request;
  const answer = 'tree' in chart ? createAnswerer({ tree: chart.tree }) : undefined;
  const worker = new Worker(program, {
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, stackSizeMb: stackMegabytes },
    env: {},
    stdin: false,
  });
  const order = (one: WorkerOrder): void => worker.postMessage(one);
  const done = new Promise<ChartResult | undefined>((resolve) => {
    worker.once('error', () => resolve(undefined));
    worker.once('exit', () => resolve(undefined));
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'chart') return resolve(message.result);
      if (message.type !== 'question') return;
      const { id, question } = message;
      void answer?.(question).then((answered) => order({ type: 'answer', id, answer: answered }));
    });
  });
  order({ type: 'chart', task });
  const result = await done;
  await worker.terminate();
  return result;
}
