import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef } from 'react';
import { Link } from 'wouter';
import { messages } from '../../messages.ts';
import type { FoundRow } from '../../model/filters.ts';
import { shortRevision } from '../../model/format.ts';
import { overallTone } from '../../model/status.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import { HealthBadge, SyncBadge, toneClass } from '../../ui/status.tsx';
import { Ago } from '../../ui/time.tsx';
import { addressOf } from './address.ts';
import { Matched, RowLine } from './row-parts.tsx';
import type { ListProps } from './table.tsx';
import styles from './tiles.module.css';
import { useFocusSelected, useWidth } from './use-list.ts';

const tileWidthMin = 290;
const laneHeight = 160;

/** The applications as tiles, as many beside each other as there is room for; only the lanes in sight exist. */
export function ApplicationTiles({ found, selected, className, ...actions }: ListProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const perLane = Math.max(1, Math.floor((useWidth(scroll) - 32) / tileWidthMin));
  const virtual = useVirtualizer({
    count: Math.ceil(found.length / perLane),
    getScrollElement: () => scroll.current,
    estimateSize: () => laneHeight,
    overscan: 3,
    scrollPaddingStart: 14,
  });
  useFocusSelected(scroll, found, selected, (index) => virtual.scrollToIndex(Math.floor(index / perLane)));
  return (
    <div ref={scroll} className={cx(styles.frame, className)}>
      <ul aria-label={messages.applications} style={{ position: 'relative', height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((lane) => (
          <li
            key={lane.key}
            className={styles.lane}
            style={{
              transform: `translateY(${lane.start}px)`,
              gridTemplateColumns: `repeat(${perLane}, minmax(0, 1fr))`,
            }}
          >
            {found.slice(lane.index * perLane, (lane.index + 1) * perLane).map((entry) => (
              <Tile key={entry.row.key} entry={entry} selected={entry.row.key === selected} {...actions} />
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface TileProps extends Omit<ListProps, 'found' | 'selected' | 'className'> {
  readonly entry: FoundRow;
  readonly selected: boolean;
}

const Tile = memo(function Tile({ entry, selected, onSelect, onSync, onRefresh }: TileProps) {
  const { row, positions } = entry;
  return (
    <article
      className={cx(styles.tile, selected && styles.selected, toneClass(overallTone(row.health, row.sync)))}
    >
      <RowLine row={row} className={styles.line} />
      <div className={styles.body}>
        <Link
          href={addressOf(row.id)}
          className={styles.name}
          data-key={row.key}
          title={row.key}
          onFocus={() => onSelect(row.key)}
        >
          <Matched text={row.id.name} positions={positions} />
        </Link>
        <div className={styles.badges}>
          <HealthBadge health={row.health} />
          <SyncBadge sync={row.sync} phase={row.phase} />
        </div>
        <div className={styles.facts}>
          <span title={`${row.repository} ${row.path}`}>
            {row.path} @ {row.targetRevision}
            {row.revision === undefined ? null : <code> {shortRevision(row.revision)}</code>}
          </span>
          <span>
            {row.cluster} / {row.destinationNamespace}
          </span>
        </div>
        <div className={styles.foot}>
          <span>
            {row.project} · <Ago at={row.syncedAt} />
          </span>
          <span className={styles.actions}>
            <IconButton small icon="sync" label={messages.syncOf(row.id.name)} onClick={() => onSync(row)} />
            <IconButton
              small
              icon="refresh"
              label={messages.refreshOf(row.id.name)}
              onClick={() => onRefresh(row)}
            />
          </span>
        </div>
      </div>
    </article>
  );
});
