import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useRefresh } from '../../api/actions.ts';
import { useLiveTree } from '../../api/live.ts';
import { applicationQuery, keys, managedQuery } from '../../api/queries.ts';
import type { ApplicationsState } from '../../api/cache.ts';
import { appKey } from '../../api/cache.ts';
import { messages } from '../../messages.ts';
import { isDrifted } from '../../model/manifest.ts';
import { usePlatform } from '../../platform/context.ts';
import { useHotkeys } from '../../platform/hotkeys.ts';
import { ErrorBoundary } from '../../ui/error-boundary.tsx';
import { Failure, Loading, Notice } from '../../ui/notice.tsx';
import { addressOf, listAddress } from '../applications/address.ts';
import styles from './application-page.module.css';
import { Conditions } from './conditions.tsx';
import { EventsTab } from './events-tab.tsx';
import { Header } from './header.tsx';
import { HistoryTab } from './history-tab.tsx';
import { ManifestTab } from './manifest-tab.tsx';
import { OperationPanel } from './operation-panel.tsx';
import { PageTabs, pageTabs } from './page-tabs.tsx';
import { ResourceDrawer } from './resource-drawer.tsx';
import { StatusStrip } from './status-strip.tsx';
import { SyncPanel } from './sync-panel.tsx';

const TreeTab = lazy(() => import('./tree/tree-tab.tsx'));
const DiffTab = lazy(() => import('./diff/diff-tab.tsx'));

interface PageProps {
  readonly namespace: string;
  readonly name: string;
  readonly tab: string | undefined;
}

export default function ApplicationPage({ namespace, name, tab: tabName }: PageProps) {
  const id = useMemo(() => ({ namespace, name }), [namespace, name]);
  const { api, list } = usePlatform();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const search = new URLSearchParams(useSearch());
  const tab = pageTabs.find((known) => known === tabName) ?? 'tree';
  const query = useQuery({
    ...applicationQuery(api, id),
    // The list knows the most of it already; showing that at once beats waiting for the whole.
    placeholderData: () => client.getQueryData<ApplicationsState>(keys.applications)?.byKey.get(appKey(id)),
  });
  const managed = useQuery({ ...managedQuery(api, id), enabled: query.isSuccess });
  const [panel, setPanel] = useState<'sync' | 'operation' | undefined>(undefined);
  const refresh = useRefresh();
  useLiveTree(id);
  useEffect(() => {
    document.title = messages.pageTitle(name);
  }, [name]);

  const node = search.get('node') ?? undefined;
  const open = (key: string | undefined): void =>
    navigate(addressOf(id, tab) + (key === undefined ? '' : `?node=${encodeURIComponent(key)}`));
  useHotkeys({
    s: () => setPanel('sync'),
    r: () => refresh.mutate({ id, hard: false }),
    R: () => refresh.mutate({ id, hard: true }),
    Escape: () => navigate(listAddress(list.get().search)),
    ...Object.fromEntries(
      pageTabs.map((known, index) => [String(index + 1), () => navigate(addressOf(id, known))]),
    ),
  });

  if (query.isPending) return <Loading what={messages.loading} />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const application = query.data;
  const drifted = (managed.data ?? []).filter(isDrifted).length;
  return (
    <div className={styles.outer}>
      <div className={styles.page}>
        <Header
          application={application}
          onSync={() => setPanel('sync')}
          onRefresh={(hard) => refresh.mutate({ id, hard })}
          refreshing={refresh.isPending}
        />
        <StatusStrip application={application} onOperation={() => setPanel('operation')} />
        <Conditions conditions={application.status?.conditions ?? []} />
        <PageTabs id={id} current={tab} drifted={drifted} />
        <div id="tab-content" className={styles.content} role="tabpanel" aria-labelledby={`tab-${tab}`}>
          <ErrorBoundary page={tab}>
            <Suspense fallback={<Loading what={messages.loading} />}>
              {query.isPlaceholderData && (tab === 'history' || tab === 'manifest') ? (
                <Loading what={messages.loading} />
              ) : null}
              {tab === 'tree' ? <TreeTab application={application} onOpen={open} selected={node} /> : null}
              {tab === 'diff' ? <DiffTab id={id} onOpen={open} /> : null}
              {tab === 'events' ? <EventsTab id={id} /> : null}
              {tab === 'history' && !query.isPlaceholderData ? (
                <HistoryTab application={application} />
              ) : null}
              {tab === 'manifest' && !query.isPlaceholderData ? (
                <ManifestTab application={application} />
              ) : null}
            </Suspense>
          </ErrorBoundary>
        </div>
      </div>
      {panel === 'sync' ? <SyncPanel id={id} onClose={() => setPanel(undefined)} /> : null}
      {panel === 'operation' ? (
        <OperationPanel application={application} onClose={() => setPanel(undefined)} />
      ) : null}
      {node === undefined ? null : <ResourceDrawer id={id} nodeKey={node} onClose={() => open(undefined)} />}
      {application.metadata.deletionTimestamp === undefined ? null : <Deleting />}
    </div>
  );
}

function Deleting() {
  return (
    <div className="visually-hidden" role="status">
      <Notice state="swinging" title={messages.deleting} />
    </div>
  );
}
