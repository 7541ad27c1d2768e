import type { KubeObject } from '@plumbline/api';
import { integer, record, text } from '../../kinds/fields.ts';
import { specOf } from '../runtime/objects.ts';

/** A number, or a percentage of `total`. */
export function resolve(value: unknown, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const percent = Number.parseInt(text(value), 10);
  if (Number.isNaN(percent)) return 0;
  const exact = (percent * total) / 100;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}

/** How many pods a deployment wants, may have more and may lack. */
export function scaled(deployment: KubeObject): {
  readonly replicas: number;
  readonly surge: number;
  readonly unavailable: number;
} {
  const spec = specOf(deployment);
  const replicas = integer(spec['replicas'], 1);
  const strategy = record(spec['strategy']);
  if (text(strategy['type']) !== 'RollingUpdate') return { replicas, surge: 0, unavailable: 0 };
  const rolling = record(strategy['rollingUpdate']);
  const surge = resolve(rolling['maxSurge'], replicas, 'up');
  let unavailable = resolve(rolling['maxUnavailable'], replicas, 'down');
  // Both may round to nothing; then one pod may go, else the rollout could not move.
  if (surge === 0 && unavailable === 0) unavailable = 1;
  return { replicas, surge, unavailable: Math.min(unavailable, replicas) };
}
