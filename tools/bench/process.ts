import { readFileSync } from 'node:fs';
import type { Plumb } from '../../e2e/harness/plumb.ts';

/** Clock ticks per second of /proc; 100 on every Linux that Node runs on. */
const ticks = 100;

/**
 * The environment without what is said to Node itself: reading further authorities (`NODE_EXTRA_CA_CERTS`) takes a process longer than
 * everything that is to be measured.
 */
export function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_')));
}

/** What a process has taken of a processor so far. */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

/** For how long the main thread of a process was ready to run while others had all processors. */
export function waitedSeconds(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1] ?? 0) / 1e9;
}

/** Share of one core that the process used over this time while nobody asked it for anything. */
export async function processorShare(pid: number, seconds: number): Promise<number> {
  const before = processorSeconds(pid);
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return (processorSeconds(pid) - before) / ((performance.now() - began) / 1000);
}

export function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** What the server's metrics say; the delay is the one since they were read last. */
export interface Sample {
  readonly renders: number;
  readonly loopDelayP99Seconds: number;
}

export async function sample(plumb: Plumb): Promise<Sample> {
  const text = await (await fetch(`${plumb.endpoints.api}/metrics`)).text();
  const value = (name: string): number => {
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
    if (line === undefined) throw new Error(`the server has no metric ${name}`);
    return Number(line.slice(name.length + 1));
  };
  return {
    renders: value('plumbline_renders_total'),
    loopDelayP99Seconds: value('plumbline_http_event_loop_delay_seconds{quantile="0.99"}'),
  };
}
