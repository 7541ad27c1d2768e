// Runs command lines of ours in one process, so that hundreds of them take seconds: a line of JSON in ({id, words, env, cwd}), one out.
// Started with `--import tsx`.
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { runProgram } from '../../../packages/cli/program.ts';

function collector() {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk;
  });
  return { stream, text: () => text };
}

async function answer({ id, words, env, cwd }) {
  const [out, err] = [collector(), collector()];
  const stdin = new PassThrough();
  stdin.end();
  const code = await runProgram(words, { stdin, stdout: out.stream, stderr: err.stream, env, cwd });
  process.stdout.write(`${JSON.stringify({ id, ok: code === 0, stdout: out.text(), stderr: err.text() })}\n`);
}

for await (const line of createInterface({ input: process.stdin })) void answer(JSON.parse(line));
