// Renders of one warm process of ours, by the id of the task.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../lib/install.mjs';

/** The built program; a developer may name another build. */
const program = process.env.PLUMB_PROGRAM ?? join(root, 'dist/plumb.cjs');

export async function renderAll(tasks) {
  const child = spawn(process.execPath, [program, 'render', '--batch', '-'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = new Map();
  const reading = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      const answer = JSON.parse(line);
      answers.set(answer.id, answer);
    }
  })();
  for (const task of tasks)
    if (!child.stdin.write(`${JSON.stringify(task)}\n`))
      await new Promise((go) => child.stdin.once('drain', go));
  child.stdin.end();
  await reading;
  return answers;
}

export const median = (list) =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]?.toFixed(1) ?? '-';
