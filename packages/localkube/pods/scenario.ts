import type { KubeObject } from '@plumbline/api';
import { text } from '../kinds/fields.ts';
import { specOf } from '../controllers/runtime/objects.ts';

/** What a pod is told to play, by the label or annotation `plumbline.dev/simulate`. */
export type Scenario =
  | 'normal'
  | 'image-pull-error'
  | 'crash-loop'
  | 'never-ready'
  | 'slow-start'
  | 'oom'
  | 'fail'
  | 'hang';

const NAMES: ReadonlySet<string> = new Set<Scenario>([
  'image-pull-error',
  'crash-loop',
  'never-ready',
  'slow-start',
  'oom',
  'fail',
  'hang',
]);

/** Labels that kwok's own stages know, for scenarios that were written for it. */
const KWOK: Readonly<Record<string, Scenario>> = {
  'pod-container-running-failed.stage.kwok.x-k8s.io': 'fail',
  'pod-init-container-running-failed.stage.kwok.x-k8s.io': 'fail',
};

const SWITCH = 'plumbline.dev/simulate';

export function scenarioOf(pod: KubeObject): Scenario {
  const wanted = pod.metadata.annotations?.[SWITCH] ?? pod.metadata.labels?.[SWITCH];
  if (wanted !== undefined && NAMES.has(wanted)) return wanted as Scenario;
  for (const [label, scenario] of Object.entries(KWOK))
    if (pod.metadata.labels?.[label] === 'true') return scenario;
  return 'normal';
}

/** How long the steps take, in milliseconds of the clock: short, but long enough for a watcher to see each. */
export const timing = {
  schedule: 20,
  create: 40,
  initContainer: 80,
  start: 160,
  probe: 80,
  slowStart: 10_000,
  complete: 400,
  crash: 300,
  stop: 60,
  imageBackOff: 500,
} as const;

/** Pods that end by themselves: those that are not told to run always. */
export function runsToCompletion(pod: KubeObject): boolean {
  return text(specOf(pod)['restartPolicy']) !== 'Always';
}

/** kubelet's wait before it starts a crashed container again: 10 s, doubled each time, at most five minutes. */
export function crashBackOff(restarts: number): number {
  return Math.min(300_000, 10_000 * 2 ** Math.min(restarts, 10));
}
