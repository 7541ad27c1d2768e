import { parentPort } from 'node:worker_threads';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { createHelmEngine, createRenderServer, serveChart } from '@plumbline/render';
import type { TreeQuestion, WorkerMessage, WorkerOrder } from '@plumbline/render';

// The program of a render worker: takes tasks and asks for the files that they need.
const port = parentPort;
if (port === null) throw new Error('this file is the program of a worker thread');

const open = new Map<number, { resolve(value: unknown): void; reject(reason: Error): void }>();
let questions = 0;
const send = (message: WorkerMessage): void => port.postMessage(message);

const ask = (question: TreeQuestion): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const id = questions++;
    open.set(id, { resolve, reject });
    send({ type: 'question', id, question });
  });
const helm = createHelmEngine({ clock: systemClock, random: systemRandom });
const serve = createRenderServer(ask, helm);

port.on('message', (order: WorkerOrder) => {
  if (order.type === 'task') {
    void serve(order.task).then((done) => send({ type: 'done', done }));
    return;
  }
  if (order.type === 'chart') {
    void serveChart(order.task, ask, helm).then((result) => send({ type: 'chart', result }));
    return;
  }
  const { id, answer } = order;
  const waiting = open.get(id);
  open.delete(id);
  if (answer.ok) waiting?.resolve(answer.value);
  else waiting?.reject(new Error(answer.message));
});
