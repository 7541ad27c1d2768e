import type { IncomingMessage, ServerResponse } from 'node:http';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Clock, Logger } from '@plumbline/base';
import { createSlots, messageOf } from '@plumbline/base';
import { initRepository } from '../git/commit-files.ts';
import { createGit } from '../git/exec.ts';
import type { Git, GitProcess } from '../git/exec.ts';
import { refStore } from '../git/refs.ts';
import { isRepositoryName, parsePath, withoutEnding } from './names.ts';
import type { GitRequestPath } from './names.ts';
import { limitBytes, noteCommands } from './push-commands.ts';
import type { RefUpdate } from './push-commands.ts';

/** Git over smart HTTP, to be mounted into an HTTP server. */
export interface GitServer {
  /** Answers a request of the Git protocol; false: it is none, and nothing was written. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** The bare repository behind a URL path (`/team/app.git`), there or not; undefined: such a path cannot exist. */
  repositoryDir(path: string): string | undefined;
  /** Ends what is under way. */
  close(): void;
}

/** A request that wants to read from or write to a repository. */
export interface GitAccess {
  /** Without the ending `.git`. */
  readonly repository: string;
  readonly write: boolean;
  readonly request: IncomingMessage;
}

/** That a push has moved refs. */
export interface PushEvent {
  /** Without the ending `.git`. */
  readonly repository: string;
  /** What really moved: refused updates are left out. */
  readonly refs: readonly RefUpdate[];
}

/** Where the repositories lie, who may use them, and who hears of pushes. */
export interface GitServerOptions {
  readonly git?: Git;
  /** The folder that holds the repositories. */
  readonly root: string;
  /** In front of all paths, such as `/git`. */
  readonly basePath?: string;
  readonly authorize: (access: GitAccess) => boolean | Promise<boolean>;
  /** Called when the refs have moved and before the client hears of it. */
  readonly onPush: (event: PushEvent) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Each request is a process; more at once than this wait in line, and more than that in line are sent away. */
const processesMax = 16;
const waitingMax = 128;
/** Negotiation lists commits; it is small. */
const fetchRequestBytesMax = 16 * 1024 * 1024;
/** A push larger than this is no configuration. */
const pushBytesMax = 1024 * 1024 * 1024;
const requestTimeoutMs = 600_000;
/** A process that lost its client ends by itself and cleans up behind itself; this is for one that does not. */
const graceMs = 5_000;
/** Objects of single pushes lie in single files; putting them together is worth it only now and then. */
const pushesPerTidying = 200;

const noCache = {
  'cache-control': 'no-cache, max-age=0, must-revalidate',
  expires: 'Fri, 01 Jan 1980 00:00:00 GMT',
  pragma: 'no-cache',
};

type Service = 'git-upload-pack' | 'git-receive-pack';

/** A Git server over the bare repositories below `root`. A push to one that is not there makes it. */
export function createGitServer(options: GitServerOptions): GitServer {
  const { root, clock, logger } = options;
  const git = options.git ?? createGit({ clock });
  const basePath = (options.basePath ?? '').replace(/\/+$/, '');
  const running = new Set<GitProcess>();
  const processes = createSlots(processesMax);
  const creating = new Map<string, Promise<boolean>>();
  let pushes = 0;

  function repositoryDir(path: string): string | undefined {
    const name = withoutEnding(path);
    return isRepositoryName(name) ? join(root, `${name}.git`) : undefined;
  }

  async function answer(
    path: GitRequestPath,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const service = path.endpoint === 'info/refs' ? url.searchParams.get('service') : path.endpoint;
    if (service !== 'git-upload-pack' && service !== 'git-receive-pack') {
      return refuse(response, 403, 'this server only speaks the smart protocol');
    }
    if (request.method !== (path.endpoint === 'info/refs' ? 'GET' : 'POST'))
      return refuse(response, 405, 'wrong method');
    const gitDir = repositoryDir(path.repository);
    if (gitDir === undefined) return refuse(response, 404, 'repository not found');
    const write = service === 'git-receive-pack';
    if (!(await options.authorize({ repository: path.repository, write, request }))) {
      response.setHeader('www-authenticate', 'Basic realm="Plumbline"');
      return refuse(response, 401, 'authentication required');
    }
    if (!(await isThere(gitDir)) && !(write && (await create(gitDir))))
      return refuse(response, 404, 'repository not found');
    if (processes.waiting >= waitingMax) {
      response.setHeader('retry-after', '5');
      return refuse(response, 503, 'too many requests at once');
    }
    await processes.run(() =>
      path.endpoint === 'info/refs'
        ? advertise(service, gitDir, request, response)
        : serve(service, gitDir, path.repository, request, response),
    );
  }

  function create(gitDir: string): Promise<boolean> {
    let made = creating.get(gitDir);
    if (made === undefined) {
      made = initRepository(git, gitDir).then((result) => {
        if (!result.ok) logger.warn('a repository could not be made', { reason: result.error.message });
        return result.ok;
      });
      creating.set(gitDir, made);
      void made.finally(() => creating.delete(gitDir));
    }
    return made;
  }

  function start(
    service: Service,
    args: readonly string[],
    gitDir: string,
    request: IncomingMessage,
  ): GitProcess {
    const version = String(request.headers['git-protocol'] ?? '');
    const child = git.start([service.slice(4), '--stateless-rpc', ...args, gitDir], {
      config: [
        // Argo CD, Flux and pipelines fetch single commits.
        ['uploadpack.allowAnySHA1InWant', 'true'],
        ['uploadpack.allowFilter', 'true'],
      ],
      ...(/^[a-z0-9=:.]{1,100}$/.test(version) ? { variables: { GIT_PROTOCOL: version } } : {}),
    });
    running.add(child);
    void child.ended.then(() => running.delete(child));
    return child;
  }

  async function advertise(
    service: Service,
    gitDir: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const child = start(service, ['--advertise-refs'], gitDir, request);
    const release = endWithClient(child, response);
    child.stdin.end();
    child.stderr.resume();
    response.writeHead(200, { ...noCache, 'content-type': `application/x-${service}-advertisement` });
    // Version 2 of the protocol drops the line that names the service; pushes do not speak it.
    const isVersion2 =
      service === 'git-upload-pack' && /version=2/.test(String(request.headers['git-protocol'] ?? ''));
    if (!isVersion2) {
      const line = `# service=${service}\n`;
      response.write(`${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`);
    }
    await pipeline(child.stdout, response).catch(() => {});
    release();
    await child.ended;
  }

  async function serve(
    service: Service,
    gitDir: string,
    repository: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const child = start(service, [], gitDir, request);
    const release = endWithClient(child, response);
    const commands = noteCommands();
    const isPush = service === 'git-receive-pack';
    let stderr = '';
    child.stderr.on('data', (part: Buffer) => {
      if (stderr.length < 4_000) stderr += part.toString();
    });
    response.writeHead(200, { ...noCache, 'content-type': `application/x-${service}-result` });
    const body =
      request.headers['content-encoding']?.includes('gzip') === true ? createGunzip() : new PassThrough();
    const incoming = pipeline(
      request,
      body,
      limitBytes(isPush ? pushBytesMax : fetchRequestBytesMax),
      commands.stream,
      child.stdin,
    );
    // The answer stays open until everybody who waits for the push has heard of it.
    const outgoing = pipeline(child.stdout, response, { end: false });
    incoming.catch(() => child.stdin.destroy());
    await Promise.allSettled([incoming, outgoing]);
    release();
    const code = await child.ended;
    if (isPush) await pushed(repository, gitDir, commands.updates());
    if (code !== 0)
      logger.info('a Git request failed', { repository, service, code, reason: stderr.trim().slice(0, 500) });
    if (!response.writableEnded) response.end();
  }

  /** A client that goes away or takes forever does not leave a process behind. */
  function endWithClient(child: GitProcess, response: ServerResponse): () => void {
    const onClose = (): void => {
      if (response.writableFinished) return;
      child.stdin.destroy();
      child.stdout.destroy();
      clock.after(graceMs, () => child.kill());
    };
    response.once('close', onClose);
    const cancelTimeout = clock.after(requestTimeoutMs, () => child.kill());
    return () => {
      cancelTimeout();
    };
  }

  async function pushed(repository: string, gitDir: string, updates: readonly RefUpdate[]): Promise<void> {
    const store = refStore(gitDir);
    const moved: RefUpdate[] = [];
    for (const update of updates) {
      const now = await store.find(update.ref);
      if ((now?.hash ?? '') === update.to.replace(/^0+$/, '')) moved.push(update);
    }
    if (moved.length === 0) return;
    if ((await store.find('HEAD')) === undefined) await pointHead(gitDir, moved);
    try {
      options.onPush({ repository, refs: moved });
    } catch (thrown) {
      logger.error('hearing of a push failed', { repository, reason: messageOf(thrown) });
    }
    if (++pushes % pushesPerTidying === 0) {
      void git.run(['-c', 'gc.auto=1000', '-c', 'gc.autoDetach=false', 'gc', '--auto', '--quiet'], {
        gitDir,
      });
    }
  }

  /** HEAD of a new repository follows what was pushed first: main, master, or whatever it is called. */
  async function pointHead(gitDir: string, moved: readonly RefUpdate[]): Promise<void> {
    const branches = moved
      .filter((update) => update.ref.startsWith('refs/heads/') && !/^0+$/.test(update.to))
      .map((update) => update.ref);
    const first =
      ['refs/heads/main', 'refs/heads/master'].find((ref) => branches.includes(ref)) ?? branches[0];
    if (first !== undefined) await git.run(['symbolic-ref', 'HEAD', first], { gitDir });
  }

  return {
    repositoryDir,
    handle(request, response) {
      const url = parseUrl(request.url);
      if (url?.pathname.startsWith(`${basePath}/`) !== true) return false;
      const path = parsePath(url.pathname.slice(basePath.length));
      if (path === undefined) return false;
      answer(path, url, request, response).catch((thrown: unknown) => {
        logger.error('a Git request failed', { repository: path.repository, reason: messageOf(thrown) });
        if (response.headersSent) response.destroy();
        else refuse(response, 500, 'internal error');
      });
      return true;
    },
    close() {
      for (const child of running) child.kill();
    },
  };
}

function refuse(response: ServerResponse, status: number, text: string): void {
  // The body of a push is not read to its end, so the connection cannot be used again.
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${text}\n`);
}

/** Some request lines are no addresses at all (`//`). */
function parseUrl(text: string | undefined): URL | undefined {
  try {
    return new URL(text ?? '/', 'http://localhost');
  } catch {
    return undefined;
  }
}

async function isThere(gitDir: string): Promise<boolean> {
  return (await stat(join(gitDir, 'HEAD')).catch(() => undefined)) !== undefined;
}
