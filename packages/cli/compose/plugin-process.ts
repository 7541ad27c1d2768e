import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, normalize } from 'node:path';
import type { Tree } from '@plumbline/api';
import { messageOf } from '@plumbline/base';
import type { Clock } from '@plumbline/base';
import type {
  ProcessCommand,
  ProcessOutcome,
  ProcessRunner,
  Workspace,
  WorkspaceOptions,
} from '@plumbline/render';

/** How programs of plugins are run. */
export interface PluginProcessOptions {
  readonly clock: Clock;
  /** Where programs are looked for. */
  readonly path: string;
  /** What the operator hands on to all plugins: addresses of servers, proxies. Nothing else of this process is. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly outputBytesMax?: number;
}

/** As long as Argo CD lets its tools run. */
const timeoutMsDefault = 90_000;
/** Time to clean up between the request to end and the end. */
const graceMs = 5_000;
const outputBytesMaxDefault = 100 * 1024 * 1024;
/** Enough to tell what went wrong; a program can write as much as it likes. */
const stderrCharsMax = 64 * 1024;
/** A repository beyond this is not copied for a plugin. */
const copyBytesMax = 1024 * 1024 * 1024;
const copyFilesMax = 200_000;
const fileBytesMax = 256 * 1024 * 1024;

/**
 * Runs the commands of config management plugins: each in a private copy of the repository, without a shell of ours,
 * with nothing of this process's environment but PATH, and with limits on time and output. A command that is ended takes
 * all with it that it started.
 */
export function createPluginProcesses(options: PluginProcessOptions): ProcessRunner {
  return {
    has: (program) => isInstalled(program, options.path),
    open: (tree, wishes) => openWorkspace(tree, wishes, options),
  };
}

async function isInstalled(program: string, path: string): Promise<boolean> {
  const places = program.includes('/') ? [program] : path.split(':').map((folder) => join(folder, program));
  for (const place of places) {
    try {
      await access(place, constants.X_OK);
      return true;
    } catch {
      // Not here.
    }
  }
  return false;
}

async function openWorkspace(
  tree: Tree,
  wishes: WorkspaceOptions,
  options: PluginProcessOptions,
): Promise<Workspace> {
  const base = await mkdtemp(join(tmpdir(), 'plumbline-plugin-'));
  const close = (): Promise<void> => rm(base, { recursive: true, force: true });
  try {
    const files = join(base, 'files');
    const home = join(base, 'home');
    const temporary = join(base, 'tmp');
    for (const folder of [files, home, temporary]) await mkdir(folder, { mode: 0o700 });
    await copyTree(tree, files, wishes.preserveFileMode);
    const machine = { PATH: options.path, HOME: home, TMPDIR: temporary, LANG: 'C.UTF-8' };
    const environment = { ...machine, ...options.variables };
    const run = ({ argv, folder, environment: own, signal }: ProcessCommand): Promise<ProcessOutcome> =>
      runProgram(
        { argv, folder: join(files, folder), environment: { ...own, ...environment }, ...given({ signal }) },
        options,
      );
    return { close, run };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Writes a tree into an empty folder. Links that lead out of it are left out, as Argo CD refuses such repositories. */
async function copyTree(tree: Tree, target: string, preserveFileMode: boolean): Promise<void> {
  let bytes = 0;
  let count = 0;
  const copyFolder = async (path: string): Promise<void> => {
    for (const entry of (await tree.list(path)) ?? []) {
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      if (++count > copyFilesMax) throw new Error(`the repository has more than ${copyFilesMax} files`);
      if (entry.kind === 'folder' || entry.kind === 'submodule') {
        await mkdir(join(target, below));
        if (entry.kind === 'folder') await copyFolder(below);
        continue;
      }
      const content = (await tree.read(below, fileBytesMax)) ?? new Uint8Array();
      bytes += content.length;
      if (bytes > copyBytesMax) throw new Error(`the repository has more than ${copyBytesMax} bytes`);
      if (entry.kind === 'link') await copyLink(content, below, target);
      else {
        const mode = preserveFileMode && entry.executable === true ? 0o755 : 0o644;
        await writeFile(join(target, below), content, { mode });
      }
    }
  };
  await copyFolder('');
}

async function copyLink(content: Uint8Array, path: string, target: string): Promise<void> {
  const to = new TextDecoder().decode(content);
  const reached = normalize(join(path, '..', to));
  if (isAbsolute(to) || reached === '..' || reached.startsWith('../')) return;
  await symlink(to, join(target, path));
}

const given = ({ signal }: { readonly signal: AbortSignal | undefined }) =>
  signal === undefined ? {} : { signal };

/** A program that is run where its folder is, and what it reads from its standard input. */
export interface BoundedCommand extends ProcessCommand {
  readonly input?: string;
}

/** Runs one program without a shell, with limits on time and output; what it has started goes with it. */
export function runProgram(
  { argv, folder, environment, signal, input }: BoundedCommand,
  options: Pick<PluginProcessOptions, 'clock' | 'timeoutMs' | 'outputBytesMax'>,
): Promise<ProcessOutcome> {
  const [program = '', ...args] = argv;
  const outputMax = options.outputBytesMax ?? outputBytesMaxDefault;
  const timeoutMs = options.timeoutMs ?? timeoutMsDefault;
  return new Promise((resolve) => {
    // A group of its own, so that what the command starts can be ended together with it.
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...environment },
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    // Whoever does not read to the end is free to do so.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    const output: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let reason: string | undefined;
    const endGroup = (how: 'SIGTERM' | 'SIGKILL'): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, how);
      } catch {
        // All of it is gone already.
      }
    };
    let cancelKill = (): void => {};
    const stop = (why: string): void => {
      if (reason !== undefined) return;
      reason = why;
      endGroup('SIGTERM');
      cancelKill = options.clock.after(graceMs, () => endGroup('SIGKILL'));
    };
    const cancelTimeout = options.clock.after(timeoutMs, () =>
      stop(`timeout after ${timeoutMs / 1000} s, signal: terminated`),
    );
    const onAbort = (): void => stop('context canceled');
    signal?.addEventListener('abort', onAbort);
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > outputMax) stop(`printing more than ${outputMax} bytes`);
      else output.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-stderrCharsMax);
    });
    const settle = (cause: string | undefined): void => {
      cancelTimeout();
      cancelKill();
      signal?.removeEventListener('abort', onAbort);
      endGroup('SIGKILL');
      const failure = reason ?? cause;
      const stdout = Buffer.concat(output).toString('utf8');
      resolve(failure === undefined ? { ok: true, stdout, stderr } : { ok: false, cause: failure, stderr });
    };
    child.once('error', (error) => settle(startFailure(program, error)));
    // What stays behind in the background may keep the pipes open: the command is done when it has exited.
    child.once('exit', () => endGroup('SIGKILL'));
    child.once('close', (code, killedBy) => settle(endOf(code, killedBy)));
  });
}

function startFailure(program: string, error: Error): string {
  const code = (error as { readonly code?: string }).code;
  return code === 'ENOENT' ? `exec: "${program}": executable file not found in $PATH` : messageOf(error);
}

function endOf(code: number | null, killedBy: string | null): string | undefined {
  if (code === 0) return undefined;
  if (code !== null) return `exit status ${code}`;
  return killedBy === 'SIGKILL'
    ? 'signal: killed'
    : `signal: ${(killedBy ?? '').replace(/^SIG/, '').toLowerCase()}`;
}
