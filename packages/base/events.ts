import type { Cancel } from './ports.ts';

/** A list of listeners. A listener that throws does not keep the others from hearing. */
export interface Emitter<T> {
  emit(event: T): void;
  listen(listener: (event: T) => void): Cancel;
  readonly size: number;
}

/** A list of listeners without any. What a listener throws goes to `onError`. */
export function emitter<T>(onError: (thrown: unknown) => void = () => {}): Emitter<T> {
  const listeners = new Set<(event: T) => void>();
  return {
    emit(event) {
      for (const listener of Array.from(listeners)) {
        try {
          listener(event);
        } catch (thrown) {
          onError(thrown);
        }
      }
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get size() {
      return listeners.size;
    },
  };
}
