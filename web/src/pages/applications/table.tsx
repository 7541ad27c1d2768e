import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { messages } from '../../messages.ts';
import type { ApplicationRow } from '../../model/application-row.ts';
import type { FoundRow, ListFilters, SortColumn } from '../../model/filters.ts';
import { shortRevision } from '../../model/format.ts';
import { overallTone, phaseTone } from '../../model/status.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import { Icon } from '../../ui/icon.tsx';
import { HealthBadge, SyncBadge, toneClass } from '../../ui/status.tsx';
import { Ago } from '../../ui/time.tsx';
import { addressOf } from './address.ts';
import { Matched, RowLine } from './row-parts.tsx';
import styles from './table.module.css';
import { useFocusSelected, useIsNarrow } from './use-list.ts';

export interface ListProps {
  readonly found: readonly FoundRow[];
  readonly selected: string | undefined;
  readonly onSelect: (key: string) => void;
  readonly onSync: (row: ApplicationRow) => void;
  readonly onRefresh: (row: ApplicationRow) => void;
  readonly className: string | undefined;
}

interface TableProps extends ListProps {
  readonly filters: ListFilters;
  readonly onFilters: (filters: ListFilters) => void;
}

const columns: readonly (readonly [SortColumn, string | undefined])[] = [
  ['name', undefined],
  ['health', styles.health],
  ['sync', styles.sync],
  ['source', styles.source],
  ['destination', styles.destination],
  ['synced', styles.when],
];

const rowHeight = 48;
const narrowRowHeight = 64;
const headHeight = 34;

/** The applications as rows. Only those in sight exist, so a thousand cost as little as twenty. */
export function ApplicationTable({ found, selected, filters, onFilters, className, ...actions }: TableProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const narrow = useIsNarrow(scroll, 760);
  const virtual = useVirtualizer({
    count: found.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => (narrow ? narrowRowHeight : rowHeight),
    getItemKey: (index) => found[index]?.row.key ?? index,
    overscan: 12,
    scrollPaddingStart: narrow ? 8 : headHeight,
  });
  useEffect(() => virtual.measure(), [virtual, narrow]);
  useFocusSelected(scroll, found, selected, (index) => virtual.scrollToIndex(index));
  return (
    <div ref={scroll} className={cx(styles.frame, className)}>
      <div
        className={styles.table}
        role="table"
        aria-label={messages.applications}
        aria-rowcount={found.length + 1}
      >
        <div role="rowgroup">
          <div className={styles.head} role="row" aria-rowindex={1}>
            <span role="presentation" />
            {columns.map(([column, columnClass]) => (
              <HeadCell
                key={column}
                column={column}
                className={columnClass}
                filters={filters}
                onFilters={onFilters}
              />
            ))}
            <span role="columnheader" className={styles.actionsHead}>
              <span className="visually-hidden">{messages.actions}</span>
            </span>
          </div>
        </div>
        <div role="rowgroup" style={{ position: 'relative', height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const entry = found[item.index];
            if (entry === undefined) return null;
            return (
              <Row
                key={entry.row.key}
                entry={entry}
                index={item.index}
                top={item.start}
                selected={entry.row.key === selected}
                {...actions}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function HeadCell({
  column,
  className,
  filters,
  onFilters,
}: { readonly column: SortColumn; readonly className: string | undefined } & Pick<
  TableProps,
  'filters' | 'onFilters'
>) {
  const sorted = filters.sort === column;
  const order = !sorted ? 'none' : filters.descending ? 'descending' : 'ascending';
  return (
    <span role="columnheader" aria-sort={order} className={className}>
      <button
        type="button"
        className={cx(styles.sort, sorted && styles.sorted)}
        onClick={() => onFilters({ ...filters, sort: column, descending: sorted && !filters.descending })}
      >
        {messages.columns[column]}
        {sorted ? <Icon name={filters.descending ? 'arrowDown' : 'arrowUp'} size={11} /> : null}
      </button>
    </span>
  );
}

interface RowProps extends Omit<ListProps, 'found' | 'selected' | 'className'> {
  readonly entry: FoundRow;
  readonly index: number;
  readonly top: number;
  readonly selected: boolean;
}

const Row = memo(function Row({ entry, index, top, selected, onSelect, onSync, onRefresh }: RowProps) {
  const { row, positions } = entry;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={cx(styles.row, selected && styles.selected, toneClass(overallTone(row.health, row.sync)))}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(row.key)}
    >
      <span role="presentation" style={{ alignSelf: 'stretch' }}>
        <RowLine row={row} className={styles.line} />
      </span>
      <span role="cell" className={styles.cell}>
        <Link
          href={addressOf(row.id)}
          className={styles.name}
          data-key={row.key}
          title={row.key}
          onFocus={() => onSelect(row.key)}
        >
          <Matched text={row.id.name} positions={positions} />
        </Link>
        <span className={cx(styles.clip, styles.quiet)}>{row.project}</span>
        <span className={styles.badges}>
          <HealthBadge health={row.health} />
          <SyncBadge sync={row.sync} phase={row.phase} />
        </span>
      </span>
      <span role="cell" className={cx(styles.cell, styles.health)}>
        <HealthBadge health={row.health} />
      </span>
      <span role="cell" className={cx(styles.cell, styles.sync)}>
        <SyncBadge sync={row.sync} phase={row.phase} />
      </span>
      <span role="cell" className={cx(styles.cell, styles.source)}>
        <span className={styles.clip} title={`${row.repository} ${row.path}`}>
          {row.path}
        </span>
        <span className={cx(styles.clip, styles.quiet)}>
          {row.targetRevision}
          {row.revision === undefined ? null : (
            <span className={styles.revision}> {shortRevision(row.revision)}</span>
          )}
        </span>
      </span>
      <span role="cell" className={cx(styles.cell, styles.destination)}>
        <span className={styles.clip}>{row.destinationNamespace}</span>
        <span className={cx(styles.clip, styles.quiet)}>{row.cluster}</span>
      </span>
      <LastSync row={row} />
      <span role="cell" className={styles.actions}>
        <IconButton small icon="sync" label={messages.syncOf(row.id.name)} onClick={() => onSync(row)} />
        <IconButton
          small
          icon="refresh"
          label={messages.refreshOf(row.id.name)}
          onClick={() => onRefresh(row)}
        />
      </span>
    </div>
  );
});

function LastSync({ row }: { readonly row: ApplicationRow }) {
  const failed = row.phase !== undefined && phaseTone(row.phase) === 'bad';
  return (
    <span role="cell" className={cx(styles.cell, styles.when)}>
      <Ago at={row.syncedAt} />
      <span className={cx(styles.clip, styles.quiet, (failed || row.hasErrors) && styles.failed)}>
        {failed
          ? messages.syncFailed
          : row.hasErrors
            ? messages.hasErrors
            : row.autoSync
              ? messages.autoSync
              : messages.manualSync}
      </span>
    </span>
  );
}
