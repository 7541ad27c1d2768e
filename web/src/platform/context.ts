import { createContext, useContext, useSyncExternalStore } from 'react';
import type { ApiClient } from '../api/client.ts';
import type { AwaitedSync } from '../model/awaited-sync.ts';
import type { UiClock } from './clock.ts';
import type { StreamState } from './event-stream.ts';
import type { UiStorage } from './storage.ts';
import type { Store } from './store.ts';

export interface ListMemory {
  readonly search: string;
  readonly selected: string | undefined;
}

/** What pages use of the outside world. Made once in `main.tsx`, handed down here. */
export interface Platform {
  readonly clock: UiClock;
  readonly storage: UiStorage;
  readonly api: ApiClient;
  readonly connection: Store<StreamState>;
  /** How the list was left, so that one comes back to the same view of it. */
  readonly list: Store<ListMemory>;
  /** Syncs that somebody started here and whose result is still to be told. */
  readonly awaited: Store<readonly AwaitedSync[]>;
}

const Context = createContext<Platform | undefined>(undefined);

export const PlatformProvider = Context.Provider;

export function usePlatform(): Platform {
  const platform = useContext(Context);
  if (platform === undefined) throw new Error('usePlatform is used outside of PlatformProvider');
  return platform;
}

/** A text made from the current time; the component renders again only when the text changes. */
export function useClockText(make: (now: number) => string): string {
  const { clock } = usePlatform();
  return useSyncExternalStore(clock.subscribe, () => make(clock.now()));
}
