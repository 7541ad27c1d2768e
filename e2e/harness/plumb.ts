import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');
export const program = join(root, 'dist/plumb.cjs');

export interface Endpoints {
  readonly ui: string;
  readonly api: string;
  readonly kubernetes: string;
  readonly git: string;
  readonly kubeconfig: string;
}

/** A `plumb` process of the built product. */
export interface Plumb {
  readonly data: string;
  readonly endpoints: Endpoints;
  readonly pid: number;
  /** All that it printed so far. */
  output(): string;
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** kill -9. */
  kill(): Promise<void>;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'plumbline-e2e-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Starts `plumb up` on a free port; resolves when it says that it is ready. With `npm run e2e:real` it is `plumb serve` on a real
 * kube-apiserver instead, where the journey wants nothing of the cluster that the product brings.
 */
export async function startPlumb(data: string, flags?: readonly string[]): Promise<Plumb> {
  if (flags !== undefined || process.env['PLUMBLINE_E2E_CLUSTER'] !== 'real')
    return startUp(data, flags ?? ['--no-demo']);
  const { startOnReal } = await import('./real.ts');
  return startOnReal(data);
}

async function startUp(data: string, flags: readonly string[]): Promise<Plumb> {
  const child = spawn(process.execPath, [program, 'up', '--data', data, '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: data },
  });
  const output = await waitForLine(child, /ready: http\S+/);
  const endpoints = JSON.parse(readFileSync(join(data, 'endpoints.json'), 'utf8')) as Endpoints;
  return plumbOf(child, { data, endpoints, output });
}

/** The handle of a process that is ready. */
export function plumbOf(child: ChildProcess, about: Pick<Plumb, 'data' | 'endpoints' | 'output'>): Plumb {
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    ...about,
    pid: child.pid ?? 0,
    stop() {
      child.kill('SIGINT');
      return ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Resolves when the process has printed the pattern; rejects with all it printed when it ends before. */
export function waitForLine(child: ChildProcess, pattern: RegExp): Promise<() => string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (chunk: Buffer): void => {
      text += chunk.toString();
      if (pattern.test(text)) resolve(() => text);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`ended with ${code} before it was ready:\n${text}`)));
  });
}
