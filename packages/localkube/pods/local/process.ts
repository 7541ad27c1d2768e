import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { constants as machine } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { messageOf } from '@plumbline/base';

/**
 * The one place where the embedded Kubernetes starts and ends processes. No shell, nothing of this program's
 * environment, and a process group of its own for each, so that what it starts can be ended with it.
 */
export interface Child {
  readonly pid: number;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the process is gone; its output may still be on the way. */
  readonly exited: Promise<Exit>;
  /** Signals the whole group. */
  signal(name: Signal): void;
}

export type Signal =
  | 'SIGTERM'
  | 'SIGKILL'
  | 'SIGINT'
  | 'SIGQUIT'
  | 'SIGHUP'
  | 'SIGUSR1'
  | 'SIGUSR2'
  | 'SIGWINCH';

/** `signal`: its number, where one ended the process; the exit code is then 128 more, as in a shell. */
export interface Exit {
  readonly exitCode: number;
  readonly signal?: number;
}

export interface ProcessOptions {
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: boolean;
}

/** The program could not be started; the message is a container runtime's. */
export class StartFailure extends Error {}

/** Starts a process or throws a `StartFailure`. */
export function startProcess({ command, folder, environment, stdin }: ProcessOptions): Child {
  const [program = '', ...args] = command;
  const file = findProgram(program, folder, environment['PATH'] ?? '');
  const child = ((): ChildProcess => {
    try {
      return spawn(file, args, {
        argv0: program,
        cwd: folder,
        env: { ...environment },
        detached: true,
        stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      });
    } catch (thrown) {
      throw new StartFailure(`exec: ${JSON.stringify(program)}: ${whyNotStarted(thrown)}`);
    }
  })();
  const { pid, stdout, stderr } = child;
  if (pid === undefined || stdout === null || stderr === null) {
    // What it was comes later; nearly always the machine has no room for another process.
    child.on('error', () => {});
    throw new StartFailure(`exec: ${JSON.stringify(program)}: resource temporarily unavailable`);
  }
  const exited = new Promise<Exit>((done) => {
    child.once('error', () => done({ exitCode: 128 }));
    child.once('exit', (code, name) => {
      const signal = name === null ? undefined : machine.signals[name];
      done(signal === undefined ? { exitCode: code ?? 0 } : { exitCode: 128 + signal, signal });
    });
  });
  // Writing to a process that has ended fails; how it ended says enough.
  child.stdin?.on('error', () => {});
  return {
    pid,
    stdin: child.stdin ?? undefined,
    stdout,
    stderr,
    exited,
    signal: (name) => signalGroup(pid, name),
  };
}

/** Signals every process of a group; those that are gone do not matter. */
function signalGroup(group: number, name: Signal): void {
  try {
    process.kill(-group, name);
  } catch {
    // Nobody is left in it.
  }
}

/** Looks a program up as a container runtime does: by path below the working folder, else in PATH. */
function findProgram(program: string, folder: string, path: string): string {
  if (program.includes('/')) {
    const file = resolve(folder, program);
    const problem = whyNotExecutable(file);
    if (problem !== undefined) throw new StartFailure(`exec: ${JSON.stringify(program)}: ${problem}`);
    return file;
  }
  for (const place of path.split(':')) {
    const file = join(isAbsolute(place) ? place : resolve(folder, place), program);
    if (program !== '' && whyNotExecutable(file) === undefined) return file;
  }
  throw new StartFailure(`exec: ${JSON.stringify(program)}: executable file not found in $PATH`);
}

function whyNotStarted(thrown: unknown): string {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOEXEC') return 'exec format error';
  if (code === 'E2BIG') return 'argument list too long';
  return messageOf(thrown);
}

function whyNotExecutable(file: string): string | undefined {
  try {
    if (statSync(file).isDirectory()) return 'is a directory';
  } catch {
    return `stat ${file}: no such file or directory`;
  }
  try {
    accessSync(file, constants.X_OK);
    return undefined;
  } catch {
    return 'permission denied';
  }
}

/**
 * When a process was started, in a form that only serves to tell it from a later one with the same number; undefined
 * where the machine does not say (or the process is gone).
 */
export function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') return statFields(pid)?.[19];
  const asked = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 5_000 });
  return asked.status === 0 ? asked.stdout.trim() || undefined : undefined;
}

/** The fields of /proc/PID/stat after the name, which may hold anything. */
function statFields(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** The variable by which the processes of a container are known again, those that left their group included. */
export const MARK = 'PLUMBLINE_CONTAINER';

/** Ends every process that carries the mark of one of these pods, in whatever group it is. Looks at all processes once. */
export function endMarked(pods: ReadonlySet<string>): number {
  let count = 0;
  for (const pid of allProcesses()) {
    const pod = markOf(pid)?.split('/', 1)[0];
    if (pod === undefined || !pods.has(pod)) continue;
    try {
      process.kill(pid, 'SIGKILL');
      count++;
    } catch {
      // Gone meanwhile.
    }
  }
  return count;
}

function markOf(pid: number): string | undefined {
  try {
    const variable = `${MARK}=`;
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
      .split('\0')
      .find((one) => one.startsWith(variable))
      ?.slice(variable.length);
  } catch {
    // Somebody else's, or gone.
    return undefined;
  }
}

function allProcesses(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== process.pid);
  } catch {
    return [];
  }
}

/** Ends a group of an earlier run of this program, if its leader is still the process that was started then. */
export function endGroupOf(pid: number, start: string | undefined): boolean {
  if (pid <= 1 || start === undefined || startOf(pid) !== start) return false;
  signalGroup(pid, 'SIGKILL');
  return true;
}

/** Memory that the processes of these groups use, in bytes by group. */
export function memoryOf(groups: ReadonlySet<number>): ReadonlyMap<number, number> {
  const used = new Map<number, number>();
  for (const pid of allProcesses()) {
    const fields = statFields(pid);
    const group = Number(fields?.[2]);
    if (groups.has(group)) used.set(group, (used.get(group) ?? 0) + Number(fields?.[21] ?? 0) * pageBytes);
  }
  return used;
}

/** The usual size; on machines with larger pages too little is counted, so nobody is killed too early. */
const pageBytes = 4096;
