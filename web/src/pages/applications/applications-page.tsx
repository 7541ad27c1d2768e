import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useRefresh } from '../../api/actions.ts';
import { applicationsQuery } from '../../api/queries.ts';
import { messages } from '../../messages.ts';
import { createRows } from '../../model/application-row.ts';
import type { ApplicationRow } from '../../model/application-row.ts';
import { findRows, formatFilters, isFiltered, noFilters, parseFilters } from '../../model/filters.ts';
import type { ListFilters } from '../../model/filters.ts';
import { usePlatform } from '../../platform/context.ts';
import { useHotkeys } from '../../platform/hotkeys.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import { Failure, Loading, Notice } from '../../ui/notice.tsx';
import { SyncPanel } from '../application/sync-panel.tsx';
import { addressOf, listAddress } from './address.ts';
import styles from './applications-page.module.css';
import { FirstApplication } from './first-application.tsx';
import { SummaryBar } from './summary-bar.tsx';
import { ApplicationTable } from './table.tsx';
import { ApplicationTiles } from './tiles.tsx';
import { Toolbar } from './toolbar.tsx';

export function ApplicationsPage() {
  const { api, list: memory } = usePlatform();
  const [, navigate] = useLocation();
  const query = useQuery(applicationsQuery(api));
  const search = useSearch();
  const filters = useMemo(() => parseFilters(search), [search]);
  const setFilters = (next: ListFilters): void => {
    const text = formatFilters(next);
    navigate(listAddress(text), { replace: true });
  };
  const [toRow] = useState(createRows);
  const rows = useMemo(() => [...(query.data?.byKey.values() ?? [])].map(toRow), [query.data, toRow]);
  // Typing stays quick: the list may follow a frame later than the letters.
  const shownFilters = useDeferredValue(filters);
  const found = useMemo(() => findRows(rows, shownFilters), [rows, shownFilters]);
  const [selected, setSelected] = useState(memory.get().selected);
  const [syncing, setSyncing] = useState<ApplicationRow | undefined>(undefined);
  const refresh = useRefresh();
  const searchField = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = messages.pageTitle(messages.applications);
  }, []);

  useEffect(() => memory.set({ search, selected }), [memory, search, selected]);

  const index = found.rows.findIndex(({ row }) => row.key === selected);
  const current = found.rows[index]?.row;
  const move = (by: number): void => {
    const to = Math.min(found.rows.length - 1, Math.max(0, index + by));
    setSelected(found.rows[to]?.row.key);
  };
  useHotkeys({
    '/': () => searchField.current?.focus(),
    j: () => move(1),
    k: () => move(index < 0 ? 1 : -1),
    Enter: (event) => {
      // A focused link or button knows itself what Enter means.
      if (event.target instanceof Element && event.target.closest('a,button') !== null)
        (event.target.closest('a,button') as HTMLElement).click();
      else if (current !== undefined) navigate(addressOf(current.id));
    },
    s: () => current !== undefined && setSyncing(current),
    r: () => current !== undefined && refresh.mutate({ id: current.id, hard: false }),
    R: () => current !== undefined && refresh.mutate({ id: current.id, hard: true }),
    Escape: () =>
      isFiltered(filters) ? setFilters({ ...noFilters, view: filters.view }) : setSelected(undefined),
  });

  if (query.isPending) return <Loading what={messages.loadingApplications} />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  if (rows.length === 0) return <FirstApplication />;

  const list = {
    found: found.rows,
    selected,
    onSelect: setSelected,
    onSync: setSyncing,
    onRefresh: (row: ApplicationRow) => refresh.mutate({ id: row.id, hard: false }),
  };
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1 className={styles.title}>
          {messages.applications}
          <span className={styles.count} aria-live="polite">
            {found.rows.length === rows.length
              ? rows.length
              : messages.countOf(found.rows.length, rows.length)}
          </span>
        </h1>
        <Toolbar
          filters={filters}
          onChange={setFilters}
          rows={rows}
          searchField={searchField}
          onLeaveSearch={() => move(index < 0 ? 1 : 0)}
        />
      </div>
      <SummaryBar filters={filters} onChange={setFilters} found={found} />
      {found.rows.length === 0 ? (
        <Notice
          state="unknown"
          title={messages.nothingFound.title}
          action={
            <Button onClick={() => setFilters({ ...noFilters, view: filters.view })}>
              {messages.nothingFound.clear}
            </Button>
          }
        >
          {messages.nothingFound.what}
        </Notice>
      ) : filters.view === 'table' ? (
        <ApplicationTable className={styles.scroll} {...list} filters={filters} onFilters={setFilters} />
      ) : (
        <ApplicationTiles className={cx(styles.scroll, styles.tilesScroll)} {...list} />
      )}
      {syncing === undefined ? null : <SyncPanel id={syncing.id} onClose={() => setSyncing(undefined)} />}
    </div>
  );
}
