import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Clock, Secret } from '@plumbline/base';
import { messageOf } from '@plumbline/base';

/**
 * The one place that starts child processes: the system's git, by argument lists and never through a shell. Nothing of
 * the machine's or the user's Git configuration is read, nothing can ask at a terminal, and a process that is stopped
 * takes its helpers with it.
 */
export interface Git {
  /** Runs to the end. Not rejected: how it went is in the answer. */
  run(args: readonly string[], options?: GitRunOptions): Promise<GitOutcome>;
  /** Starts a process whose streams the caller drives. */
  start(args: readonly string[], options?: GitStartOptions): GitProcess;
}

/** How git is started. */
export interface GitOptions {
  readonly clock: Clock;
  readonly program?: string;
  /** Variables of the machine that git needs: PATH, SSH_AUTH_SOCK, proxies. Nothing else is inherited. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Which transports may be used at all; without `file` no source can name a folder of this machine. */
  readonly protocols?: readonly GitProtocol[];
}

/** Transports, by git's names for them. */
export type GitProtocol = 'http' | 'https' | 'ssh' | 'git' | 'file';

const defaultProtocols: readonly GitProtocol[] = ['https', 'http', 'ssh', 'git'];

interface GitStartOptions {
  readonly gitDir?: string;
  /** Added to the environment; values may be secrets and are shown nowhere. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Configuration for this one call, passed by environment so that it is in no process list. */
  readonly config?: readonly (readonly [string, string | Secret])[];
}

interface GitRunOptions extends GitStartOptions {
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly stdoutBytesMax?: number;
  readonly signal?: AbortSignal;
}

/** How a run of git ended. */
export type GitOutcome =
  | { readonly ok: true; readonly stdout: Buffer; readonly stderr: string }
  | {
      readonly ok: false;
      readonly reason: 'exit' | 'timeout' | 'aborted' | 'too-much-output' | 'not-started';
      readonly stderr: string;
      readonly stdout: Buffer;
    };

/** A git process whose streams the caller drives. */
export interface GitProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the process is gone: its exit code, or null when a signal or a failed start ended it. */
  readonly ended: Promise<number | null>;
  /** Ends the process and all that it started. */
  kill(): void;
  /** Whether a running process keeps this program alive. */
  keepAlive(on: boolean): void;
}

/** A fetch of a large repository over a slow line; whoever needs longer passes it. */
const timeoutMsDefault = 120_000;
/** Lists of refs and the like; contents are read by the object reader. */
const stdoutBytesMaxDefault = 64 * 1024 * 1024;
/** Enough for every message of git; a server can send as much as it likes. */
const stderrCharsMax = 16 * 1024;

const pathDefault = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';

/** The system's git. Whether it is installed shows with the first call. */
export function createGit(options: GitOptions): Git {
  const program = options.program ?? 'git';
  const start = (args: readonly string[], call: GitStartOptions = {}): GitProcess =>
    startProcess(program, call.gitDir === undefined ? args : [`--git-dir=${call.gitDir}`, ...args], {
      PATH: pathDefault,
      ...options.environment,
      ...fixedEnvironment,
      ...configVariables([...fixedConfig(options.protocols ?? defaultProtocols), ...(call.config ?? [])]),
      ...call.variables,
    });
  return { start, run: (args, call = {}) => runProcess(start(args, call), options.clock, call) };
}

const fixedEnvironment: Readonly<Record<string, string>> = {
  LC_ALL: 'C',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'true',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=20',
  GIT_AUTHOR_NAME: 'Plumbline',
  GIT_AUTHOR_EMAIL: 'plumbline@localhost',
  GIT_COMMITTER_NAME: 'Plumbline',
  GIT_COMMITTER_EMAIL: 'plumbline@localhost',
};

function fixedConfig(protocols: readonly GitProtocol[]): (readonly [string, string])[] {
  return [
    ['protocol.allow', 'never'],
    ...protocols.map((name): readonly [string, string] => [`protocol.${name}.allow`, 'always']),
    // The data folder may be a volume that belongs to another user.
    ['safe.directory', '*'],
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['credential.helper', ''],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    // A transfer that has slowed down to nothing is a cut connection.
    ['http.lowSpeedLimit', '100'],
    ['http.lowSpeedTime', '30'],
  ];
}

function configVariables(config: readonly (readonly [string, string | Secret])[]): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(config.length) };
  config.forEach(([key, value], i) => {
    variables[`GIT_CONFIG_KEY_${i}`] = key;
    variables[`GIT_CONFIG_VALUE_${i}`] = typeof value === 'string' ? value : value.reveal();
  });
  return variables;
}

function startProcess(program: string, args: readonly string[], env: Record<string, string>): GitProcess {
  // A group of its own, so that the transport helpers can be ended together with git.
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(program, args, {
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      child.stderr.push(`${messageOf(error)}\n`);
      child.stderr.push(null);
      resolve(null);
    });
    child.once('close', (code) => resolve(code));
  });
  // A process that ends early makes writing fail; its exit code tells, not the broken pipe.
  child.stdin.on('error', () => {});
  const kill = (): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  };
  const keepAlive = (on: boolean): void => {
    for (const handle of [
      child,
      child.stdin,
      child.stdout,
      child.stderr,
    ] as unknown as Partial<NodeJS.Timeout>[]) {
      if (on) handle.ref?.();
      else handle.unref?.();
    }
  };
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, kill, keepAlive };
}

async function runProcess(child: GitProcess, clock: Clock, options: GitRunOptions): Promise<GitOutcome> {
  const bytesMax = options.stdoutBytesMax ?? stdoutBytesMaxDefault;
  const parts: Buffer[] = [];
  let bytes = 0;
  let stderr = '';
  let stopped: 'timeout' | 'aborted' | 'too-much-output' | undefined;
  const stop = (reason: NonNullable<typeof stopped>): void => {
    stopped ??= reason;
    child.kill();
  };
  child.stdout.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes > bytesMax) stop('too-much-output');
    else parts.push(part);
  });
  child.stderr.on('data', (part: Buffer) => {
    if (stderr.length < stderrCharsMax) stderr += part.toString();
  });
  const cancelTimeout = clock.after(options.timeoutMs ?? timeoutMsDefault, () => stop('timeout'));
  const abort = (): void => stop('aborted');
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted === true) abort();
  child.stdin.end(options.input ?? '');
  const code = await child.ended;
  cancelTimeout();
  options.signal?.removeEventListener('abort', abort);
  const stdout = Buffer.concat(parts);
  if (stopped === undefined && code === 0) return { ok: true, stdout, stderr };
  const reason =
    stopped ?? (stderr.includes('ENOENT') && stdout.length === 0 && code === null ? 'not-started' : 'exit');
  return { ok: false, reason, stderr: withoutCredentials(stderr), stdout };
}

/** Git repeats the URL in its messages, and a URL can hold a password. */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi, '$1***@');
}
