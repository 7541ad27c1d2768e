import { describe, expect, it } from 'vitest';
import { createSlots } from '@plumbline/base';

function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open: () => open() };
}

describe('slots', () => {
  it('let so many in and the others wait in order', async () => {
    const slots = createSlots(2);
    const entered: number[] = [];
    const gates = Array.from({ length: 4 }, gate);
    const runs = gates.map((one, index) =>
      slots.run(() => {
        entered.push(index);
        return one.passed;
      }),
    );
    await Promise.resolve();
    expect(entered).toEqual([0, 1]);
    expect(slots.waiting).toBe(2);
    gates[1]?.open();
    await runs[1];
    expect(slots.waiting).toBe(1);
    for (const one of gates) one.open();
    await Promise.all(runs);
    expect(entered).toEqual([0, 1, 2, 3]);
    expect(slots.waiting).toBe(0);
  });

  it('come back from a task that fails', async () => {
    const slots = createSlots(1);
    await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(slots.run(() => Promise.resolve(1))).resolves.toBe(1);
  });

  it('are given back once, however often they are given back', async () => {
    const slots = createSlots(1);
    const first = await slots.acquire();
    first();
    first();
    await slots.acquire();
    void slots.acquire();
    expect(slots.waiting).toBe(1);
  });
});
