import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plumb } from '../../e2e/harness/plumb.ts';

/** Clock ticks per second of /proc; 100 on every Linux that Node runs on. */
const ticks = 100;

function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
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

async function metric(plumb: Plumb, name: string): Promise<number> {
  const token = readFileSync(join(plumb.data, 'api-token'), 'utf8').trim();
  const response = await fetch(`${plumb.endpoints.api}/metrics`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  const value = new RegExp(`^${name}(?:\\{[^}]*\\})? ([0-9.e+-]+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`the server has no metric ${name}`);
  return Number(value);
}

export function rendersDone(plumb: Plumb): Promise<number> {
  return metric(plumb, 'plumbline_renders_total');
}

/** Seconds. */
export function loopDelay(plumb: Plumb): Promise<number> {
  return metric(plumb, 'plumbline_event_loop_delay_p99_seconds');
}
