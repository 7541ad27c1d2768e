/** What is remembered between visits. Browsers may refuse storage; then nothing is remembered and nothing breaks. */
export interface UiStorage {
  read(name: string): string | undefined;
  write(name: string, value: string | undefined): void;
}

export function createBrowserStorage(prefix: string): UiStorage {
  return {
    read(name) {
      try {
        return window.localStorage.getItem(prefix + name) ?? undefined;
      } catch {
        return undefined;
      }
    },
    write(name, value) {
      try {
        if (value === undefined) window.localStorage.removeItem(prefix + name);
        else window.localStorage.setItem(prefix + name, value);
      } catch {
        // A full or forbidden storage only costs the memory of a preference.
      }
    },
  };
}
