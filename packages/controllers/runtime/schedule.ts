/**
 * Who is next: the queue's decisions without a clock, a promise or a timer. Times come in as parameters.
 *
 * An item is known by family and key. It is queued at most once and never handed out while it is still out; what arrives
 * meanwhile makes it come back once. Urgent items go before lazy ones, families take turns, and every 32nd turn belongs
 * to the lazy ones, so that nobody starves.
 */
export type Priority = 'urgent' | 'lazy';

export interface Item {
  readonly family: string;
  readonly key: string;
}

export interface Schedule {
  /** Makes an item due now. An item that is queued as lazy becomes urgent when it is woken so. */
  wake(item: Item, priority: Priority): void;
  /** Makes an item due at a time; an earlier time that is already known wins. */
  wakeAt(item: Item, at: number): void;
  /** Hands out the next item that is due, or nothing. `blocked` names families that may not start more now. */
  take(now: number, blocked: (family: string) => boolean): Item | undefined;
  /** Takes an item back. It is queued again where it was woken meanwhile. */
  finish(item: Item): void;
  /** Drops what is queued or timed for an item. One that is out finishes as usual. */
  forget(item: Item): void;
  /** When the next timed item is due. */
  nextTime(): number | undefined;
  /** Items that are due, by family. */
  length(family: string): number;
  readonly due: number;
  /** Whether an urgent item is due. */
  readonly urgent: boolean;
  readonly timed: number;
}

interface Entry {
  readonly item: Item;
  state: 'idle' | 'queued' | 'out';
  priority: Priority;
  /** Woken while out: how. */
  again: Priority | undefined;
  at: number | undefined;
}

interface Family {
  readonly name: string;
  readonly urgent: Fifo;
  readonly lazy: Fifo;
}

const LAZY_TURN = 32;

export function createSchedule(): Schedule {
  const entries = new Map<string, Entry>();
  const families = new Map<string, Family>();
  const turns: Family[] = [];
  const times = createHeap();
  let turn = 0;
  let taken = 0;
  let due = 0;
  let timed = 0;

  function familyOf(name: string): Family {
    let family = families.get(name);
    if (family === undefined) {
      family = { name, urgent: createFifo(), lazy: createFifo() };
      families.set(name, family);
      turns.push(family);
    }
    return family;
  }

  function entryOf(item: Item): Entry {
    const id = `${item.family}\n${item.key}`;
    let entry = entries.get(id);
    if (entry === undefined) {
      entry = { item, state: 'idle', priority: 'lazy', again: undefined, at: undefined };
      entries.set(id, entry);
    }
    return entry;
  }

  function enqueue(entry: Entry, priority: Priority): void {
    entry.state = 'queued';
    entry.priority = priority;
    familyOf(entry.item.family)[priority].push(entry);
    due += 1;
  }

  function wake(item: Item, priority: Priority): void {
    const entry = entryOf(item);
    if (entry.state === 'out') {
      if (entry.again !== 'urgent') entry.again = priority;
      return;
    }
    if (entry.state === 'idle') return enqueue(entry, priority);
    if (entry.priority === 'lazy' && priority === 'urgent') {
      const family = familyOf(item.family);
      family.lazy.remove(entry);
      due -= 1;
      enqueue(entry, 'urgent');
    }
  }

  function clearTime(entry: Entry): void {
    if (entry.at === undefined) return;
    entry.at = undefined;
    timed -= 1;
  }

  function release(now: number): void {
    for (let first = times.peek(); first !== undefined && first.at <= now; first = times.peek()) {
      times.pop();
      if (first.entry.at !== first.at) continue;
      clearTime(first.entry);
      wake(first.entry.item, 'urgent');
    }
  }

  function pick(priority: Priority, blocked: (family: string) => boolean): Entry | undefined {
    for (let i = 0; i < turns.length; i += 1) {
      const family = turns[(turn + i) % turns.length];
      if (family === undefined || family[priority].size === 0 || blocked(family.name)) continue;
      turn = (turn + i + 1) % turns.length;
      return family[priority].shift();
    }
    return undefined;
  }

  return {
    wake,
    wakeAt(item, at) {
      const entry = entryOf(item);
      if (entry.at !== undefined && entry.at <= at) return;
      if (entry.at === undefined) timed += 1;
      entry.at = at;
      times.push({ at, entry });
    },
    take(now, blocked) {
      release(now);
      const lazyFirst = taken % LAZY_TURN === LAZY_TURN - 1;
      const entry = lazyFirst
        ? (pick('lazy', blocked) ?? pick('urgent', blocked))
        : (pick('urgent', blocked) ?? pick('lazy', blocked));
      if (entry === undefined) return undefined;
      taken += 1;
      due -= 1;
      entry.state = 'out';
      entry.again = undefined;
      // A run looks at everything, so what was timed before is answered by it.
      clearTime(entry);
      return entry.item;
    },
    finish(item) {
      const entry = entryOf(item);
      if (entry.state !== 'out') return;
      entry.state = 'idle';
      if (entry.again !== undefined) enqueue(entry, entry.again);
      else if (entry.at === undefined) entries.delete(`${item.family}\n${item.key}`);
    },
    forget(item) {
      const id = `${item.family}\n${item.key}`;
      const entry = entries.get(id);
      if (entry === undefined) return;
      clearTime(entry);
      entry.again = undefined;
      if (entry.state === 'out') return;
      if (entry.state === 'queued') {
        familyOf(item.family)[entry.priority].remove(entry);
        due -= 1;
      }
      entries.delete(id);
    },
    nextTime() {
      for (let first = times.peek(); first !== undefined; first = times.peek()) {
        if (first.entry.at === first.at) return first.at;
        times.pop();
      }
      return undefined;
    },
    length(name) {
      const family = families.get(name);
      return family === undefined ? 0 : family.urgent.size + family.lazy.size;
    },
    get urgent() {
      return turns.some((family) => family.urgent.size > 0);
    },
    get due() {
      return due;
    },
    get timed() {
      return timed;
    },
  };
}

interface Fifo {
  push(entry: Entry): void;
  shift(): Entry | undefined;
  remove(entry: Entry): void;
  readonly size: number;
}

/** A set keeps the order of insertion and forgets any member at once. */
function createFifo(): Fifo {
  const members = new Set<Entry>();
  return {
    push: (entry) => void members.add(entry),
    shift() {
      for (const entry of members) {
        members.delete(entry);
        return entry;
      }
      return undefined;
    },
    remove: (entry) => void members.delete(entry),
    get size() {
      return members.size;
    },
  };
}

interface Timed {
  readonly at: number;
  readonly entry: Entry;
}

/** A binary heap by time. Outdated members are recognised by their entry when they come up. */
function createHeap(): { push(timed: Timed): void; pop(): void; peek(): Timed | undefined } {
  const heap: Timed[] = [];
  const earlier = (a: number, b: number): boolean => (heap[a]?.at ?? Infinity) < (heap[b]?.at ?? Infinity);
  const swap = (a: number, b: number): void => {
    const held = heap[a];
    const other = heap[b];
    if (held === undefined || other === undefined) return;
    heap[a] = other;
    heap[b] = held;
  };
  return {
    peek: () => heap[0],
    push(timed) {
      heap.push(timed);
      for (let i = heap.length - 1; i > 0;) {
        const parent = (i - 1) >> 1;
        if (!earlier(i, parent)) break;
        swap(i, parent);
        i = parent;
      }
    },
    pop() {
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return;
      heap[0] = last;
      for (let i = 0; ;) {
        const left = 2 * i + 1;
        const least = earlier(left + 1, left) ? left + 1 : left;
        if (!earlier(least, i)) break;
        swap(i, least);
        i = least;
      }
    },
  };
}
