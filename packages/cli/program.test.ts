import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createProgram, runProgram } from './program.ts';

const io = (): Parameters<typeof createProgram>[0] & { readonly stdout: PassThrough } => ({
  stdin: new PassThrough(),
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  env: {},
  cwd: '/',
});

// All are loaded here, before the tests begin to count their time.
const names = (await createProgram(io())).commands.map((command) => command.name());

it('brings each command by its name alone, and all of them for any other word', async () => {
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) {
    const one = (await createProgram(io(), name)).commands.map((command) => command.name());
    expect([name, one]).toEqual([name, [name]]);
  }
  expect((await createProgram(io(), 'constructor')).commands.map((command) => command.name())).toEqual(names);
});

it.each([
  [['--version'], 0],
  [['--help'], 0],
  [['cluster', '--help'], 0],
  [['nonsense'], 2],
  [[], 2],
])('ends %j with %i', async (args, code) => {
  expect(await runProgram(args, io())).toBe(code);
});
