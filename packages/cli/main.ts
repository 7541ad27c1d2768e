import { setFlagsFromString } from 'node:v8';
import { runProgram } from './program.ts';

// By default the heap may double before it is swept; a process that stays for months is better off lean. Short-lived
// objects get more room instead, so that fewer of them grow old.
setFlagsFromString('--heap-growing-percent=40');
setFlagsFromString('--max-semi-space-size=32');

process.exitCode = await runProgram(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
});
