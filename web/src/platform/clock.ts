export type Cancel = () => void;

/** The time as the pages see it. One ticking source, so that a thousand ages cost one timer. */
export interface UiClock {
  readonly now: () => number;
  /** Calls back about once a second while the page is visible. */
  readonly subscribe: (listener: () => void) => Cancel;
  readonly after: (ms: number, run: () => void) => Cancel;
}

const tickMs = 1000;

/** The browser's clock. Its timer runs only while somebody listens. */
export function createBrowserClock(): UiClock {
  const listeners = new Set<() => void>();
  let timer: number | undefined;
  const tick = (): void => {
    if (document.hidden) return;
    for (const listener of listeners) listener();
  };
  return {
    now: () => Date.now(),
    after(ms, run) {
      const id = window.setTimeout(run, ms);
      return () => window.clearTimeout(id);
    },
    subscribe(listener) {
      listeners.add(listener);
      timer ??= window.setInterval(tick, tickMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0 || timer === undefined) return;
        window.clearInterval(timer);
        timer = undefined;
      };
    },
  };
}
