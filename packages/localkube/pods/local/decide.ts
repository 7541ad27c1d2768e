/**
 * What a container is for in its pod. A sidecar is an init container that restarts always; an extra one was added to a
 * running pod to look into it, and decides nothing.
 */
export type Role = 'init' | 'sidecar' | 'main' | 'extra';

/** What is to be known of a container to say what happens next. */
export interface Seen {
  readonly name: string;
  readonly role: Role;
  readonly state: 'waiting' | 'running' | 'ended';
  readonly exitCode: number;
  /** Its startup probe, if any, has succeeded. */
  readonly started: boolean;
  /** Whether it is started again now that it has ended. */
  readonly restarts: boolean;
  /** It has run before. */
  readonly ran: boolean;
}

export interface Decision {
  /** Containers to start, now or when their back-off is over. */
  readonly start: readonly string[];
  /** Sidecars to stop, the last one first. */
  readonly stop: readonly string[];
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  /** All init containers are done: the main ones may run. */
  readonly initialized: boolean;
}

/** kubelet's rules for what a pod does next. `begun`: the main containers were started before. */
export function decide(containers: readonly Seen[], begun: boolean): Decision {
  const waiting = begun ? undefined : initialize(containers);
  if (waiting !== undefined) return waiting;
  const mains = containers.filter(({ role }) => role === 'main');
  const sidecars = containers.filter(({ role }) => role === 'sidecar');
  const finished = mains.every(({ state, restarts }) => state === 'ended' && !restarts);
  if (finished)
    return finish(
      mains,
      containers.filter(({ role }) => role !== 'main'),
    );
  const start = [...sidecars, ...mains, ...containers.filter(({ role }) => role === 'extra')]
    .filter(
      ({ role, state, restarts }) =>
        state === 'waiting' || (state === 'ended' && (role === 'sidecar' || restarts)),
    )
    .map(({ name }) => name);
  const fresh = mains.some(({ state, ran }) => state === 'waiting' && !ran);
  return { start, stop: [], phase: fresh ? 'Pending' : 'Running', initialized: true };
}

/** Init containers run one after the other; a sidecar only has to have started. Undefined: all are done. */
function initialize(containers: readonly Seen[]): Decision | undefined {
  const pending = (start: readonly string[]): Decision => ({
    start,
    stop: [],
    phase: 'Pending',
    initialized: false,
  });
  // A sidecar that has ended is started again whatever the ones after it do.
  const again: string[] = [];
  for (const { name, role, state, exitCode, started, restarts } of containers) {
    if (role === 'main' || role === 'extra') continue;
    if (role === 'sidecar') {
      if (state === 'running' && started) continue;
      if (state === 'ended' && started) {
        again.push(name);
        continue;
      }
      return pending(state === 'running' ? again : [...again, name]);
    }
    if (state === 'running') return pending(again);
    if (state === 'ended' && exitCode === 0) continue;
    if (state === 'waiting' || restarts) return pending([...again, name]);
    return failed(containers);
  }
  return undefined;
}

function failed(containers: readonly Seen[]): Decision {
  const stop = running(containers);
  return { start: [], stop, phase: stop.length === 0 ? 'Failed' : 'Pending', initialized: false };
}

function finish(mains: readonly Seen[], others: readonly Seen[]): Decision {
  const stop = running(others);
  const phase = mains.every(({ exitCode }) => exitCode === 0) ? 'Succeeded' : 'Failed';
  return { start: [], stop, phase: stop.length === 0 ? phase : 'Running', initialized: true };
}

function running(containers: readonly Seen[]): readonly string[] {
  return containers
    .filter(({ state }) => state === 'running')
    .map(({ name }) => name)
    .toReversed();
}
