import { virtualClock } from '@plumbline/base';
import type { Logger, Random, VirtualClock } from '@plumbline/base';
import type { Transport } from '@plumbline/api';
import type { Access } from './registry/types.ts';
import { startLocalKube } from './start.ts';
import type { StoreState } from './store/index.ts';
import type { LocalKube } from './types.ts';

export interface SandboxOptions {
  readonly random: Random;
  readonly logger: Logger;
  /** Where its time begins, in milliseconds since the epoch. */
  readonly start?: number;
  /** Default: all controllers and simulated pods. */
  readonly controllers?: boolean;
  readonly pods?: 'simulated' | 'none';
  readonly from?: Snapshot;
}

/** A cluster at one moment: its objects and its time. Nothing in it changes any more. */
export interface Snapshot {
  readonly state: StoreState;
  readonly now: number;
}

export interface SettleOptions {
  /** Nothing written for so long means that all is quiet. Longer than the pauses of a start, shorter than a deadline. */
  readonly quietMs?: number;
  /** A cluster that never rests (a crash loop does not) is left after this. */
  readonly atMostMs?: number;
}

export interface Settled {
  /** False: it was still writing when the time was over. */
  readonly quiet: boolean;
  /** How much of its time has passed. */
  readonly ms: number;
}

/**
 * A cluster in process on a clock of its own, for previews and tests: time passes only where it is told to, so a
 * rollout of minutes takes milliseconds and comes out the same each time.
 */
export interface Sandbox {
  readonly transport: Transport;
  readonly access: Access;
  readonly clock: VirtualClock;
  /** Lets time pass and all work that is due happen. */
  advance(ms: number): Promise<void>;
  /** Lets time pass until nothing is written any more. */
  settle(options?: SettleOptions): Promise<Settled>;
  snapshot(): Snapshot;
  /** Another cluster that begins as this one is now. Neither sees what the other does. */
  fork(): Promise<Sandbox>;
  /** Goes back to a snapshot. Watches end, as they do when a server starts anew. */
  restore(snapshot: Snapshot): Promise<void>;
  stop(): Promise<void>;
}

const quietMsDefault = 15_000;
const atMostMsDefault = 600_000;

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const begin = async (from: Snapshot | undefined): Promise<{ kube: LocalKube; clock: VirtualClock }> => {
    const clock = from === undefined ? virtualClock(options.start) : virtualClock(from.now);
    const kube = await startLocalKube({
      clock,
      random: options.random,
      logger: options.logger,
      controllers: options.controllers ?? true,
      pods: options.pods ?? 'simulated',
      ...(from !== undefined && { initial: from.state }),
    });
    clock.advance(0);
    return { kube, clock };
  };
  let { kube, clock } = await begin(options.from);

  const advance = async (ms: number): Promise<void> => {
    const end = clock.now() + ms;
    for (;;) {
      clock.advance(0);
      // Who watches writes in a later turn, and what it writes may be due at once.
      await turn();
      const next = clock.next();
      if (next === undefined || next > end) break;
      clock.advance(next - clock.now());
    }
    clock.advance(end - clock.now());
    await turn();
  };
  const settle = async (wanted: SettleOptions = {}): Promise<Settled> => {
    const quietMs = wanted.quietMs ?? quietMsDefault;
    const began = clock.now();
    const limit = began + (wanted.atMostMs ?? atMostMsDefault);
    let version = kube.resourceVersion;
    let written = began;
    for (;;) {
      clock.advance(0);
      await turn();
      const now = kube.resourceVersion;
      if (now !== version) {
        version = now;
        written = clock.now();
        continue;
      }
      const next = clock.next();
      if (next === undefined || next - written > quietMs) return { quiet: true, ms: clock.now() - began };
      if (next > limit) return { quiet: false, ms: clock.now() - began };
      clock.advance(Math.max(0, next - clock.now()));
    }
  };

  return {
    get transport() {
      return kube.transport;
    },
    get access() {
      return kube.access;
    },
    get clock() {
      return clock;
    },
    advance,
    settle,
    snapshot: () => ({ state: kube.snapshot(), now: clock.now() }),
    fork: () => startSandbox({ ...options, from: { state: kube.snapshot(), now: clock.now() } }),
    async restore(snapshot) {
      await kube.stop();
      ({ kube, clock } = await begin(snapshot));
    },
    stop: () => kube.stop(),
  };
}

/** The rest of this turn of the event loop, in which watchers hear of writes, and of the next. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
