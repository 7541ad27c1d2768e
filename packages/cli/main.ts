import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { fileURLToPath } from 'node:url';
import { loadCompiled } from './compiled.ts';
import type * as Program from './program.ts';

declare const PLUMBLINE_BUNDLE: string | undefined;

// The parser of HTTP is WebAssembly. Made faster in the background after a few answers, it would hold up the end of every
// command for longer than the command takes; a process that stays still gets there within its first seconds of work.
setFlagsFromString('--wasm-tiering-budget=50000000');

// Whoever reads our output may have had enough of it (`plumb render | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const beside = (place: string): string => fileURLToPath(new URL(place, import.meta.url));

/** What the build keeps in this run: the code of chunks, or a pack for the command and then its code. */
const kept = process.env['PLUMBLINE_KEEP_CODE'];

const command = process.argv[2] ?? '';
const pack = kept === 'chunks' || !/^[a-z]+$/.test(command) ? undefined : beside(`./packs/${command}.cjs`);

// What has a pack is an API server alone or gone in a second; the others may have many applications.
const packed = pack !== undefined && existsSync(pack);

// By default the heap may double before it is swept; a process that stays for months is better off lean. Many applications
// fill two heaps at once, and sweeping those as often took 2 to 12 % of their start.
setFlagsFromString(`--heap-growing-percent=${packed ? 40 : 60}`);

// V8's compiler costs a third of a start with many applications, and what it puts into one function makes up a good part of
// that: with a third of the usual measure they cost 8 % less. An API server alone is a sixth slower that way.
if (!packed) setFlagsFromString('--max-inlined-bytecode-size-cumulative=350');

async function run(): Promise<void> {
  // The build puts the bundle's place in; a run from sources has none.
  const { runProgram } =
    typeof PLUMBLINE_BUNDLE === 'string'
      ? (loadCompiled(beside(PLUMBLINE_BUNDLE), kept !== undefined, pack) as typeof Program)
      : await import('./program.ts');

  process.exitCode = await runProgram(process.argv.slice(2), {
    // Few commands read, and what reads takes a while to load.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
  });
}

// What nobody has caught ends the process with its trace, as it should.
void run();
