import type { Cancel, Clock } from '@plumbline/base';
import type { Git, GitProcess } from './exec.ts';

interface GitObject {
  readonly hash: string;
  readonly type: 'commit' | 'tree' | 'blob' | 'tag';
  readonly size: number;
  /** Undefined when it is longer than was asked for. */
  readonly bytes: Buffer | undefined;
}

/** Reads objects of one repository through one long-lived process. Requests are pipelined and answered in order. */
export interface ObjectReader {
  /** `name` is a hash or an expression such as `<hash>^{commit}`. Undefined: there is none (or more than one). */
  read(name: string, bytesMax: number): Promise<GitObject | undefined>;
  close(): void;
}

interface Request {
  readonly name: string;
  readonly bytesMax: number;
  readonly attempts: number;
  readonly resolve: (object: GitObject | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** A process that nobody has asked for this long is ended; starting one takes some milliseconds. */
const idleMs = 60_000;
/** A process that died once is started again; twice for the same object means that the repository is broken. */
const attemptsMax = 2;

/** A reader of the bare repository in this folder. Its process starts with the first question. */
export function createObjectReader(git: Git, gitDir: string, clock: Clock): ObjectReader {
  let child: GitProcess | undefined;
  let waiting: Request[] = [];
  let cancelIdle: Cancel = () => {};
  let closed = false;

  function start(): GitProcess {
    const started = git.start(['cat-file', '--batch'], { gitDir });
    const parse = createParser(
      () => waiting[0]?.bytesMax ?? 0,
      (object) => {
        waiting.shift()?.resolve(object);
        if (waiting.length === 0) rest();
      },
    );
    let stderr = '';
    started.stdout.on('data', parse);
    started.stderr.on('data', (part: Buffer) => {
      if (stderr.length < 2_000) stderr += part.toString();
    });
    void started.ended.then(() => {
      if (child !== started) return;
      child = undefined;
      retry(stderr.trim());
    });
    return started;
  }

  function retry(stderr: string): void {
    const left = waiting;
    waiting = [];
    for (const request of left) {
      if (closed || request.attempts >= attemptsMax) {
        request.reject(new Error(`git could not read ${request.name}: ${stderr || 'the process ended'}`));
      } else send({ ...request, attempts: request.attempts + 1 });
    }
  }

  function send(request: Request): void {
    cancelIdle();
    child ??= start();
    if (waiting.length === 0) child.keepAlive(true);
    waiting.push(request);
    child.stdin.write(`${request.name}\n`);
  }

  function rest(): void {
    child?.keepAlive(false);
    cancelIdle();
    cancelIdle = clock.after(idleMs, stop);
  }

  function stop(): void {
    const ending = child;
    child = undefined;
    ending?.stdin.end();
    ending?.kill();
  }

  return {
    read(name, bytesMax) {
      if (closed) return Promise.reject(new Error('the repository is closed'));
      if (!/^[0-9a-f]+(?:\^\{[a-z]*\})?$/.test(name)) return Promise.resolve(undefined);
      return new Promise((resolve, reject) => send({ name, bytesMax, attempts: 1, resolve, reject }));
    },
    close() {
      closed = true;
      cancelIdle();
      stop();
      retry('the repository was closed');
    },
  };
}

/** Takes `<hash> <type> <size>\n<bytes>\n` apart as it comes in; bytes beyond the limit are dropped, not collected. */
function createParser(
  bytesMax: () => number,
  emit: (object: GitObject | undefined) => void,
): (part: Buffer) => void {
  let header: Buffer[] = [];
  let current:
    | { hash: string; type: GitObject['type']; size: number; left: number; parts: Buffer[]; keep: boolean }
    | undefined;

  function finish(): void {
    if (current === undefined) return;
    const { hash, type, size, keep, parts } = current;
    const first = parts[0];
    const bytes = !keep
      ? undefined
      : parts.length === 1 && first !== undefined
        ? first
        : Buffer.concat(parts);
    current = undefined;
    emit({ hash, type, size, bytes: bytes?.subarray(0, size) });
  }

  return (part) => {
    let at = 0;
    while (at < part.length) {
      if (current === undefined) {
        const end = part.indexOf(10, at);
        if (end < 0) {
          header.push(part.subarray(at));
          return;
        }
        const line = Buffer.concat([...header, part.subarray(at, end)]).toString();
        header = [];
        at = end + 1;
        const match = /^([0-9a-f]+) (commit|tree|blob|tag) (\d+)$/.exec(line);
        if (match === null) {
          emit(undefined);
          continue;
        }
        const size = Number(match[3]);
        // The line break behind the contents is read with them.
        current = {
          hash: match[1] ?? '',
          type: match[2] as GitObject['type'],
          size,
          left: size + 1,
          parts: [],
          keep: size <= bytesMax(),
        };
        continue;
      }
      const take = Math.min(current.left, part.length - at);
      // A copy, because a slice would keep the whole chunk of the pipe in memory.
      if (current.keep) current.parts.push(Buffer.from(part.subarray(at, at + take)));
      current.left -= take;
      at += take;
      if (current.left === 0) finish();
    }
  };
}
