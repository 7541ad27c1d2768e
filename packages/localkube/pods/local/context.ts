import { join } from 'node:path';
import type { KubeObject } from '@plumbline/api';
import type { Container } from './container.ts';
import type { LocalWorld } from './types.ts';

/** What the parts of a pod's run share. */
export interface PodContext {
  readonly world: LocalWorld;
  readonly uid: string;
  /** The pod's own folder. */
  readonly folder: string;
  readonly ip: string;
  readonly containers: ReadonlyMap<string, Container>;
  /** The pod as it was last seen. */
  readonly pod: () => KubeObject;
  readonly event: (type: 'Normal' | 'Warning', reason: string, message: string, about?: Container) => void;
  /** Looks at everything again, soon, and once for many reasons. */
  readonly soon: () => void;
  /** Runs something after a while; asked again under the same key, the earlier wait is forgotten. */
  readonly later: (key: string, ms: number, run: () => void) => void;
}

/** As some messages show a pod. */
export function fullName({ pod, uid }: PodContext): string {
  return `${pod().metadata.name}_${pod().metadata.namespace ?? ''}(${uid})`;
}

export function logPath({ folder }: PodContext, container: string, attempt: number): string {
  return join(folder, 'containers', container, 'logs', `${attempt}.log`);
}

export function runningOf({ containers }: PodContext): readonly Container[] {
  return [...containers.values()].filter((container) => container.running !== undefined);
}
