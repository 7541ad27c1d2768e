import { describe, expect, it } from 'vitest';
import { silentLogger, virtualClock } from '@plumbline/base';
import type { Random } from '@plumbline/base';
import { createSchedule } from './schedule.ts';
import { createWorkQueue } from './queue.ts';
import type { QueueOptions, RunPorts } from './queue.ts';
import { nodeTurns } from './turns.ts';

const random: Random = { bytes: (n) => new Uint8Array(n), uuid: () => '' };

function queueOn(clock = virtualClock(), more: Partial<QueueOptions> = {}) {
  return {
    clock,
    queue: createWorkQueue({ clock, random, turns: nodeTurns, logger: silentLogger, ...more }),
  };
}

/** A promise and its end, to hold a run. */
function gate(): { readonly opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('work queue', () => {
  it('runs a key once however often it was woken', async () => {
    const { queue } = queueOn();
    const seen: string[] = [];
    const family = queue.family('f', async (key) => {
      seen.push(key);
      return {};
    });
    for (const key of ['a', 'b', 'a', 'a']) family.wake(key);
    queue.start();
    await queue.idle();
    expect(seen).toEqual(['a', 'b']);
  });

  it('never runs a key twice at the same time, and once more when it was woken meanwhile', async () => {
    const { queue } = queueOn();
    const held = gate();
    let runs = 0;
    let out = 0;
    let most = 0;
    const family = queue.family('f', async () => {
      runs += 1;
      out += 1;
      most = Math.max(most, out);
      if (runs === 1) await held.opened;
      out -= 1;
      return {};
    });
    queue.start();
    family.wake('a');
    await new Promise(setImmediate);
    family.wake('a');
    family.wake('a');
    held.open();
    await queue.idle();
    expect({ runs, most }).toEqual({ runs: 2, most: 1 });
  });

  it('keeps to the limit of workers, in all and per family', async () => {
    const { queue } = queueOn(virtualClock(), { workers: 3 });
    const held = gate();
    let out = 0;
    let narrow = 0;
    const most = { all: 0, narrow: 0 };
    const hold = async (): Promise<object> => {
      out += 1;
      most.all = Math.max(most.all, out);
      await held.opened;
      out -= 1;
      return {};
    };
    const wide = queue.family('wide', hold);
    const one = queue.family(
      'narrow',
      async () => {
        narrow += 1;
        most.narrow = Math.max(most.narrow, narrow);
        await hold();
        narrow -= 1;
        return {};
      },
      { workers: 1 },
    );
    queue.start();
    for (let i = 0; i < 5; i += 1) {
      one.wake(`n${i}`);
      wide.wake(`w${i}`);
    }
    await new Promise(setImmediate);
    expect(out).toBe(3);
    held.open();
    await queue.idle();
    expect(most).toEqual({ all: 3, narrow: 1 });
  });

  it('comes back after growing delays while a run fails, and forgets that after a success', async () => {
    const { clock, queue } = queueOn();
    const times: number[] = [];
    const began = clock.now();
    const family = queue.family('f', async () => {
      times.push(clock.now() - began);
      if (times.length < 4) throw new Error('not yet');
      if (times.length === 5) throw new Error('again');
      return {};
    });
    queue.start();
    family.wake('a');
    await queue.idle();
    for (const step of [100, 200, 400]) {
      clock.advance(step);
      await queue.idle();
    }
    expect(times).toEqual([0, 100, 300, 700]);
    family.wake('a');
    await queue.idle();
    clock.advance(100);
    await queue.idle();
    expect(times).toEqual([0, 100, 300, 700, 700, 800]);
  });

  it('runs again when the outcome asked for it, unless somebody was earlier', async () => {
    const { clock, queue } = queueOn();
    let runs = 0;
    const family = queue.family('f', async () => {
      runs += 1;
      return runs === 1 ? { wakeUp: 1_000 } : {};
    });
    queue.start();
    family.wake('a');
    await queue.idle();
    clock.advance(500);
    family.wake('a');
    await queue.idle();
    expect(runs).toBe(2);
    clock.advance(10_000);
    await queue.idle();
    expect(runs).toBe(2);
  });

  it('gives the event loop its turn when a slice is spent', async () => {
    const clock = virtualClock();
    let turns = 0;
    const { queue } = queueOn(clock, {
      turns: {
        next: (run) => {
          turns += 1;
          setImmediate(run);
        },
      },
      workers: 1,
    });
    const family = queue.family('f', async (_key: string, ports: RunPorts) => {
      clock.advance(6);
      await ports.breathe();
      clock.advance(6);
      await ports.breathe();
      return {};
    });
    queue.start();
    for (let i = 0; i < 10; i += 1) family.wake(`k${i}`);
    await queue.idle();
    // 120 ms of work in slices of 10 ms, and no piece is longer than 6 ms.
    expect(turns).toBeGreaterThanOrEqual(10);
  });

  it.each([
    { priority: 'urgent', atLeast: 3, atMost: 6 },
    { priority: 'lazy', atLeast: 15, atMost: 21 },
  ] as const)('keeps slices of $priority items in measure', async ({ priority, atLeast, atMost }) => {
    const clock = virtualClock();
    let turns = 0;
    const next = (run: () => void): void => {
      turns += 1;
      setImmediate(run);
    };
    const { queue } = queueOn(clock, { turns: { next }, workers: 1 });
    const family = queue.family('f', () => {
      clock.advance(2);
      return Promise.resolve({});
    });
    queue.start();
    for (let i = 0; i < 20; i += 1) family.wake(`k${i}`, priority);
    await queue.idle();
    expect(turns).toBeGreaterThanOrEqual(atLeast);
    expect(turns).toBeLessThanOrEqual(atMost);
  });

  it('lets what runs end when it is stopped, and starts nothing new', async () => {
    const { queue } = queueOn(virtualClock(), { workers: 1 });
    const held = gate();
    const ended: string[] = [];
    const family = queue.family('f', async (key) => {
      await held.opened;
      ended.push(key);
      return {};
    });
    queue.start();
    family.wake('a');
    family.wake('b');
    await new Promise(setImmediate);
    const stopped = queue.stop();
    held.open();
    await stopped;
    expect(ended).toEqual(['a']);
  });

  it('tells length, time and failures to the metrics', async () => {
    const clock = virtualClock();
    const seen: unknown[] = [];
    const { queue } = queueOn(clock, {
      metrics: {
        length: () => {},
        finished: (family, run) => void seen.push([family, run.milliseconds, run.failed]),
      },
    });
    const family = queue.family('f', async (key) => {
      clock.advance(7);
      if (key === 'bad') throw new Error('no');
      return {};
    });
    queue.start();
    family.wake('good');
    await queue.idle();
    family.wake('bad');
    await queue.idle();
    expect(seen).toEqual([
      ['f', 7, false],
      ['f', 7, true],
    ]);
  });
});

describe('schedule', () => {
  const none = (): boolean => false;

  it('lets families take turns', () => {
    const schedule = createSchedule();
    for (const key of ['1', '2', '3']) schedule.wake({ family: 'big', key }, 'urgent');
    schedule.wake({ family: 'small', key: '1' }, 'urgent');
    const order = [0, 1, 2, 3].map(() => schedule.take(0, none)).map((item) => `${item?.family}${item?.key}`);
    expect(order).toEqual(['big1', 'small1', 'big2', 'big3']);
  });

  it('prefers urgent items, yet serves a lazy one now and then', () => {
    const schedule = createSchedule();
    schedule.wake({ family: 'f', key: 'lazy' }, 'lazy');
    for (let i = 0; i < 40; i += 1) schedule.wake({ family: 'f', key: `u${i}` }, 'urgent');
    const order = Array.from({ length: 41 }, () => schedule.take(0, none)?.key);
    expect(order.indexOf('lazy')).toBe(31);
  });

  it('makes a lazy item urgent when it is woken so', () => {
    const schedule = createSchedule();
    for (const key of ['a', 'b', 'c']) schedule.wake({ family: 'f', key }, 'lazy');
    schedule.wake({ family: 'f', key: 'c' }, 'urgent');
    expect([schedule.take(0, none)?.key, schedule.due]).toEqual(['c', 2]);
  });

  it('hands out timed items in order of time, whatever the order of asking', () => {
    const schedule = createSchedule();
    for (const at of [50, 10, 40, 20, 30]) schedule.wakeAt({ family: 'f', key: `${at}` }, at);
    schedule.wakeAt({ family: 'f', key: '40' }, 5);
    schedule.wakeAt({ family: 'f', key: '40' }, 500);
    const order: unknown[] = [];
    for (let at = schedule.nextTime(); at !== undefined; at = schedule.nextTime()) {
      const item = schedule.take(at, none);
      order.push([at, item?.key]);
      if (item !== undefined) schedule.finish(item);
    }
    expect(order).toEqual([
      [5, '40'],
      [10, '10'],
      [20, '20'],
      [30, '30'],
      [50, '50'],
    ]);
    expect(schedule.timed).toBe(0);
  });

  it('forgets', () => {
    const schedule = createSchedule();
    schedule.wake({ family: 'f', key: 'a' }, 'urgent');
    schedule.wakeAt({ family: 'f', key: 'b' }, 1);
    for (const key of ['a', 'b']) schedule.forget({ family: 'f', key });
    expect([schedule.take(10, none), schedule.due, schedule.timed]).toEqual([undefined, 0, 0]);
  });
});
