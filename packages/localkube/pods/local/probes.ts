import type { Cancel, Clock } from '@plumbline/base';
import { integer, isAbsent, record } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';

type ProbeKind = 'startup' | 'readiness' | 'liveness';

export interface ProbeWorld {
  readonly clock: Clock;
  readonly container: Fields;
  /** Undefined: it went well. */
  check(probe: Fields, timeoutMs: number): Promise<string | undefined>;
  /** The startup probe has succeeded, or there is none. */
  onStarted(): void;
  onReady(ready: boolean): void;
  /** It is to be restarted: too many failures of its startup or liveness probe. */
  onDead(kind: ProbeKind, probe: Fields): void;
  onFailure(kind: ProbeKind, why: string): void;
}

/** Probes a running container until it is stopped. The others wait for the startup probe. */
export function startProbes(world: ProbeWorld): Cancel {
  const { container } = world;
  const cancels: Cancel[] = [];
  let stopped = false;
  const follow = (): void => {
    if (stopped) return;
    world.onStarted();
    if (isAbsent(container['readinessProbe'])) world.onReady(true);
    else {
      const judge = (well: boolean): boolean => {
        world.onReady(well);
        return true;
      };
      cancels.push(repeat(world, 'readiness', judge));
    }
    if (!isAbsent(container['livenessProbe'])) {
      const judge = (well: boolean): boolean => {
        if (!well) world.onDead('liveness', record(container['livenessProbe']));
        return well;
      };
      cancels.push(repeat(world, 'liveness', judge));
    }
  };
  if (isAbsent(container['startupProbe'])) follow();
  else {
    const judge = (well: boolean): boolean => {
      if (well) follow();
      else world.onDead('startup', record(container['startupProbe']));
      return false;
    };
    cancels.push(repeat(world, 'startup', judge));
  }
  return () => {
    stopped = true;
    for (const cancel of cancels) cancel();
  };
}

/** Repeats a probe. `judge` hears each verdict that enough results in a row have made, and says whether to go on. */
function repeat(world: ProbeWorld, kind: ProbeKind, judge: (well: boolean) => boolean): Cancel {
  const probe = record(world.container[`${kind}Probe`]);
  const seconds = (field: string, otherwise: number): number => (integer(probe[field]) || otherwise) * 1000;
  const needed = {
    well: integer(probe['successThreshold']) || 1,
    ill: integer(probe['failureThreshold']) || 3,
  };
  let cancel: Cancel = () => {};
  let stopped = false;
  let streak = { well: true, count: 0 };
  const once = async (): Promise<void> => {
    const problem = await world.check(probe, seconds('timeoutSeconds', 1));
    if (stopped) return;
    const well = problem === undefined;
    if (problem !== undefined) world.onFailure(kind, problem);
    streak = streak.well === well ? { well, count: streak.count + 1 } : { well, count: 1 };
    const decided = streak.count >= (well ? needed.well : needed.ill);
    if (!decided || judge(well)) again(seconds('periodSeconds', 10));
  };
  const again = (ms: number): void => {
    if (!stopped) cancel = world.clock.after(ms, () => void once());
  };
  again(integer(probe['initialDelaySeconds']) * 1000);
  return () => {
    stopped = true;
    cancel();
  };
}
