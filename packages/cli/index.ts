export { createProgram, runProgram } from './program.ts';
export { CommandError, type Io } from './io.ts';
