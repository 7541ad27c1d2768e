import { describe, expect, it } from 'vitest';
import { emitter, virtualClock } from '@plumbline/base';

describe('a virtual clock', () => {
  it('runs what is due in order of time, then of request', () => {
    const clock = virtualClock(0);
    const ran: string[] = [];
    clock.after(20, () => ran.push(`late ${clock.now()}`));
    clock.after(10, () => ran.push(`first ${clock.now()}`));
    clock.after(10, () => ran.push(`second ${clock.now()}`));
    expect(clock.next()).toBe(10);
    clock.advance(15);
    expect(ran).toEqual(['first 10', 'second 10']);
    clock.advance(5);
    expect(ran).toEqual(['first 10', 'second 10', 'late 20']);
    expect(clock.next()).toBeUndefined();
  });

  it('runs what a timer asks for on the way', () => {
    const clock = virtualClock(0);
    const ran: number[] = [];
    clock.after(10, () => clock.after(10, () => ran.push(clock.now())));
    clock.advance(30);
    expect(ran).toEqual([20]);
    expect(clock.now()).toBe(30);
  });

  it('forgets what was cancelled', () => {
    const clock = virtualClock(0);
    const cancel = clock.after(10, () => expect.unreachable());
    cancel();
    cancel();
    clock.advance(10);
  });
});

describe('an emitter', () => {
  it('lets the others hear when a listener throws', () => {
    const errors: unknown[] = [];
    const heard: number[] = [];
    const events = emitter<number>((thrown) => errors.push(thrown));
    const failure = new Error('no');
    events.listen(() => {
      throw failure;
    });
    const stop = events.listen((event) => heard.push(event));
    events.emit(1);
    stop();
    events.emit(2);
    expect(heard).toEqual([1]);
    expect(errors).toEqual([failure, failure]);
    expect(events.size).toBe(1);
  });
});
