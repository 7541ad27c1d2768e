import { setFlagsFromString } from 'node:v8';
import { runProgram } from './program.ts';

// By default the heap may double before it is swept; a process that stays for months is better off lean.
setFlagsFromString('--heap-growing-percent=30');

process.exitCode = await runProgram(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
});
