import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApiClient } from './api/client.ts';
import { isStatus } from './api/errors.ts';
import { keys } from './api/queries.ts';
import { App } from './app.tsx';
import type { AwaitedSync } from './model/awaited-sync.ts';
import { createBrowserClock } from './platform/clock.ts';
import { PlatformProvider } from './platform/context.ts';
import type { ListMemory, Platform } from './platform/context.ts';
import type { StreamState } from './platform/event-stream.ts';
import { createBrowserStorage } from './platform/storage.ts';
import { createStore } from './platform/store.ts';
import './styles/tokens.css';
import './styles/base.css';
import { ErrorBoundary } from './ui/error-boundary.tsx';
import { ToastProvider } from './ui/toast.tsx';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      // An answer that says no will say no again; only silence is worth another try.
      retry: (failures, error) => failures < 2 && isStatus(error, 0, 502, 503, 504),
    },
  },
});

const platform: Platform = {
  clock: createBrowserClock(),
  storage: createBrowserStorage('plumbline.'),
  connection: createStore<StreamState>('connecting'),
  list: createStore<ListMemory>({ search: '', selected: undefined }),
  awaited: createStore<readonly AwaitedSync[]>([]),
  api: createApiClient({
    fetch: window.fetch.bind(window),
    onUnauthorized: () => client.setQueryData(keys.session, { loggedIn: false }),
  }),
};

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element "root"');
createRoot(root).render(
  <StrictMode>
    <PlatformProvider value={platform}>
      <QueryClientProvider client={client}>
        <ToastProvider>
          <ErrorBoundary>
            <App />
          </ErrorBoundary>
        </ToastProvider>
      </QueryClientProvider>
    </PlatformProvider>
  </StrictMode>,
);
