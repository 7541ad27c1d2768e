import { useEffect, useMemo, useRef, useState } from 'react';
import { messages } from '../../../messages.ts';
import { flatten } from '../../../model/tree.ts';
import type { FlatItem } from '../../../model/tree.ts';
import { cx } from '../../../ui/cx.ts';
import { Icon } from '../../../ui/icon.tsx';
import { HealthBadge, SyncBadge } from '../../../ui/status.tsx';
import { Ago } from '../../../ui/time.tsx';
import { KindBadge } from './kind-badge.tsx';
import { Markers, NodeName } from './node-face.tsx';
import styles from './tree-list.module.css';
import type { TreeViewProps } from './tree-tab.tsx';

/** The tree as a list with indents. One row has the focus; the arrow keys move it, open and close. */
export function TreeList({ items, parents, closed, selected, onOpen, onToggle }: TreeViewProps) {
  const rows = useMemo(() => flatten(items), [items]);
  const [focused, setFocused] = useState<string | undefined>(undefined);
  const index = Math.max(
    0,
    rows.findIndex(({ item }) => item.key === focused),
  );
  const scroll = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  const openState = ({ item }: FlatItem): boolean | undefined =>
    item.type === 'group' ? item.open : parents.has(item.key) ? !closed.has(item.key) : undefined;

  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    scroll.current?.querySelectorAll<HTMLElement>('[data-row]')[index]?.focus();
  }, [index]);

  const go = (to: number): void => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, to))];
    moved.current = true;
    setFocused(row?.item.key);
  };
  const activate = ({ item }: FlatItem): void => (item.type === 'group' ? onToggle(item) : onOpen(item.key));
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const row = rows[index];
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const open = openState(row);
    if (event.key === 'ArrowDown') go(index + 1);
    else if (event.key === 'ArrowUp') go(index - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(rows.length - 1);
    else if (event.key === (open === true ? 'ArrowLeft' : 'ArrowRight') && open !== undefined)
      onToggle(row.item);
    else if (event.key === 'ArrowRight') go(index + (open === true ? 1 : 0));
    else if (event.key === 'ArrowLeft') go(rows.findIndex(({ item }) => item.key === row.parent));
    else if (event.key === 'Enter') activate(row);
    else if (event.key === ' ' && open !== undefined) onToggle(row.item);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const { columns } = messages.tree;
  return (
    <div ref={scroll} className={styles.scroll}>
      <div className={styles.grid} role="treegrid" aria-label={messages.tree.label} onKeyDown={onKeyDown}>
        <div role="row" className={cx(styles.row, styles.head)}>
          <span role="columnheader">{columns.name}</span>
          <span role="columnheader" className={styles.kindName}>
            {columns.kind}
          </span>
          <span role="columnheader">{columns.health}</span>
          <span role="columnheader">{columns.sync}</span>
          <span role="columnheader">{columns.age}</span>
        </div>
        {rows.map((row, at) => (
          <div
            key={row.item.key}
            data-row=""
            role="row"
            aria-level={row.depth}
            aria-posinset={row.position}
            aria-setsize={row.size}
            aria-expanded={openState(row)}
            aria-selected={row.item.key === selected}
            tabIndex={at === index ? 0 : -1}
            className={cx(styles.row, styles.item, row.item.key === selected && styles.selected)}
            onFocus={() => setFocused(row.item.key)}
            onClick={() => activate(row)}
          >
            <NameCell row={row} open={openState(row)} onToggle={() => onToggle(row.item)} />
            <StateCells row={row} />
          </div>
        ))}
      </div>
    </div>
  );
}

function NameCell({
  row,
  open,
  onToggle,
}: {
  readonly row: FlatItem;
  readonly open: boolean | undefined;
  readonly onToggle: () => void;
}) {
  const { item } = row;
  const kind = item.type === 'group' ? item.kind : item.node.kind;
  return (
    <span role="gridcell" className={styles.name}>
      <span className={styles.guides} aria-hidden="true">
        {Array.from({ length: row.depth - 1 }, (_, at) => (
          <span key={at} className={styles.guide} />
        ))}
      </span>
      <span
        className={styles.toggle}
        aria-hidden="true"
        onClick={(event) => {
          if (open === undefined) return;
          event.stopPropagation();
          onToggle();
        }}
      >
        {open === undefined ? null : <Icon name={open ? 'chevronDown' : 'chevronRight'} size={13} />}
      </span>
      <KindBadge kind={kind} className={styles.kind} />
      <NodeName
        className={styles.text}
        name={item.type === 'group' ? messages.tree.group(kind, item.size) : item.node.name}
      />
      {item.type === 'group' ? null : <Markers node={item.node} />}
    </span>
  );
}

function StateCells({ row: { item } }: { readonly row: FlatItem }) {
  const node = item.type === 'group' ? undefined : item.node;
  const health = item.type === 'group' ? item.health.keys().next().value : node?.health?.status;
  const sync = item.type === 'group' ? (item.outOfSync > 0 ? 'OutOfSync' : undefined) : node?.status;
  return (
    <>
      <span role="gridcell" className={cx(styles.quiet, styles.kindName)}>
        {item.type === 'group' ? item.kind : node?.kind}
      </span>
      <span role="gridcell" className={styles.state}>
        {health === undefined ? null : <HealthBadge health={health} title={node?.health?.message} />}
      </span>
      <span role="gridcell" className={styles.state}>
        {sync === undefined ? null : <SyncBadge sync={sync} />}
      </span>
      <span role="gridcell" className={styles.quiet}>
        {node?.createdAt === undefined ? null : <Ago at={node.createdAt} bare />}
      </span>
    </>
  );
}
