import { describe, expect, it } from 'vitest';
import { virtualClock } from '@plumbline/base';
import { createCoalescer } from './coalescer.ts';
import { createHub, encodeEvent } from './hub.ts';

const decoder = new TextDecoder();

describe('the hub', () => {
  it('sends the initial state, then what comes, and a sign of life', async () => {
    const clock = virtualClock();
    const hub = createHub(clock);
    const client = hub.connect({ initial: [encodeEvent('1'), encodeEvent('2')], onClose: () => {} });
    client.send(encodeEvent('3'));
    const reader = client.response.body!.getReader();
    let text = '';
    while (!text.includes('data: 3')) text += decoder.decode((await reader.read()).value);
    expect(text).toBe(':\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\n');
    clock.advance(15_000);
    expect(decoder.decode((await reader.read()).value)).toBe(':\n\n');
  });

  it('asks for the initial state only as fast as it is read', async () => {
    const hub = createHub(virtualClock());
    let made = 0;
    function* initial(): Iterable<Uint8Array> {
      for (; made < 1_000; made++) yield new Uint8Array(100_000);
    }
    const client = hub.connect({ initial: initial(), onClose: () => {} });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(made).toBeLessThan(10);
    const reader = client.response.body!.getReader();
    for (let i = 0; i < 50; i++) await reader.read();
    expect(made).toBeGreaterThan(45);
    expect(made).toBeLessThan(60);
  });

  it('drops a client that does not keep up, and no other', async () => {
    const hub = createHub(virtualClock());
    const closed: string[] = [];
    const slow = hub.connect({ initial: [], onClose: () => closed.push('slow') });
    const quick = hub.connect({ initial: [], onClose: () => closed.push('quick') });
    const reader = quick.response.body!.getReader();
    const chunk = new Uint8Array(1024 * 1024);
    for (let i = 0; i < 40; i++) {
      slow.send(chunk);
      quick.send(chunk);
      await reader.read();
    }
    expect(closed).toEqual(['slow']);
    expect(hub.size).toBe(1);
    expect(slow.closed).toBe(true);
  });

  it('forgets a client that goes, and stops all when it is closed', async () => {
    const clock = virtualClock();
    const hub = createHub(clock);
    const client = hub.connect({ initial: [], onClose: () => {} });
    await client.response.body!.cancel();
    expect(hub.size).toBe(0);
    expect(clock.next()).toBeUndefined();
    const other = hub.connect({ initial: [], onClose: () => {} });
    const reader = other.response.body!.getReader();
    hub.close();
    await reader.read();
    expect((await reader.read()).done).toBe(true);
  });
});

describe('the coalescer', () => {
  it('hands over the first changes at once and later ones at most ten times a second', () => {
    const clock = virtualClock();
    const flushed: string[] = [];
    const start = clock.now();
    const coalescer = createCoalescer<number>({
      clock,
      intervalMs: 100,
      merge: (_before, now) => now,
      flush: (changes) => flushed.push(`${clock.now() - start}: ${[...changes].join(' ')}`),
    });
    coalescer.add('a', 1);
    coalescer.add('b', 1);
    clock.advance(5);
    for (let i = 2; i <= 20; i++) {
      coalescer.add('a', i);
      clock.advance(10);
    }
    expect(flushed).toEqual(['5: a,1 b,1', '105: a,11']);
  });
});
