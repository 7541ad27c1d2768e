// node tools/conformance/jsonnet.mjs [--fuzz N] [--seed S] [-v]: N programs that are put together by chance, evaluated by the real jsonnet
// and by ours: results byte by byte, errors by their message. Ends with `N passed, N failed`.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { tsImport } from 'tsx/esm/api';
import { writeProgram } from './lib/programs.mjs';
import { numberOf, oracle } from './lib/generated.mjs';

const { evaluateJsonnet } = await tsImport('../../packages/languages/index.ts', import.meta.url);
const exec = promisify(execFile);
const binary = oracle('jsonnet');

async function theirs(code) {
  try {
    return (await exec(binary, ['-e', code], { maxBuffer: 64 << 20, timeout: 20_000 })).stdout;
  } catch (failure) {
    return `refused: ${String(failure.stderr).trim().split('\n')[0]}`;
  }
}

async function ours(code) {
  const made = await evaluateJsonnet(code, { file: '<cmdline>', path: '' });
  return made.ok ? [...made.value.texts.values()][0] : `refused: ${made.error.trace.trim().split('\n')[0]}`;
}

const count = numberOf('fuzz', 500);
const seed = numberOf('seed', 1);
const totals = { equal: 0, refused: 0, words: 0, failed: 0 };
for (let i = 0; i < count; i++) {
  // The command takes what begins with a dash for a flag.
  const code = ` ${writeProgram(seed + i)}`;
  const [expected, got] = await Promise.all([theirs(code), ours(code)]);
  const isRefused = expected.startsWith('refused: ');
  if (expected === got) totals[isRefused ? 'refused' : 'equal'] += 1;
  else if (isRefused && got.startsWith('refused: ')) totals.words += 1;
  else totals.failed += 1;
  if (expected !== got && (process.argv.includes('-v') || !isRefused || !got.startsWith('refused: ')))
    process.stdout.write(`${code}\n  theirs ${expected.slice(0, 300)}\n  ours ${got.slice(0, 300)}\n`);
}
const { equal, refused, words, failed } = totals;
process.stdout.write(
  `${count} programs: ${equal} with equal results, ${refused} refused in the same words, ${words} refused in other words\n` +
    `${count - failed} passed, ${failed} failed\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
