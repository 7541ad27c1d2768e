import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { messages } from '../../../messages.ts';
import { phaseOf } from '../../../model/application-row.ts';
import { layoutTree, neighbour, rootKey } from '../../../model/tree-layout.ts';
import type { Box, Direction } from '../../../model/tree-layout.ts';
import type { TreeItem } from '../../../model/tree.ts';
import { IconButton } from '../../../ui/button.tsx';
import { cx } from '../../../ui/cx.ts';
import { Icon } from '../../../ui/icon.tsx';
import { Plumb } from '../../../ui/plumb.tsx';
import { HealthBadge, SyncBadge } from '../../../ui/status.tsx';
import { GroupFace, ResourceFace } from './node-face.tsx';
import styles from './tree-graph.module.css';
import type { TreeViewProps } from './tree-tab.tsx';
import { useCanvas } from './use-canvas.ts';

const arrows: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'first',
  End: 'last',
};

/** The tree as a graph that can be dragged and zoomed. One box has the focus; the arrow keys move it. */
export function TreeGraph({
  application,
  items,
  parents,
  closed,
  selected,
  onOpen,
  onToggle: toggle,
}: TreeViewProps) {
  const layout = useMemo(() => layoutTree(items), [items]);
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const control = useCanvas(frame, canvas, layout);
  const [focused, setFocused] = useState(rootKey);
  const current = layout.boxes.some((box) => box.key === focused) ? focused : rootKey;
  const moved = useRef(false);
  const onToggle = useCallback(
    (item: TreeItem): void => {
      control.hold(item.key);
      toggle(item);
    },
    [control, toggle],
  );

  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    canvas.current
      ?.querySelector<HTMLElement>(`[data-box="${CSS.escape(current)}"]`)
      ?.focus({ preventScroll: true });
    const box = layout.boxes.find(({ key }) => key === current);
    if (box !== undefined) control.show(box);
  }, [current, layout, control]);

  const go = (key: string): void => {
    moved.current = true;
    setFocused(key);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const box = layout.boxes.find(({ key }) => key === current);
    const item = box?.item;
    const direction = arrows[event.key];
    if (
      direction === 'right' &&
      item !== undefined &&
      (closed.has(item.key) || (item.type === 'group' && !item.open))
    )
      onToggle(item);
    else if (direction !== undefined) go(neighbour(layout, current, direction));
    else if (event.key === 'Enter') activate(box, onOpen, onToggle);
    else if (event.key === ' ' && item !== undefined) onToggle(item);
    else if (event.key === '+' || event.key === '=') control.zoom(1.25);
    else if (event.key === '-') control.zoom(0.8);
    else if (event.key === '0') control.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      <div
        ref={frame}
        className={styles.frame}
        role="tree"
        aria-label={messages.tree.label}
        onKeyDown={onKeyDown}
      >
        <div
          ref={canvas}
          className={styles.canvas}
          role="presentation"
          style={{ width: layout.width, height: layout.height }}
        >
          <svg className={styles.lines} width={layout.width} height={layout.height} aria-hidden="true">
            {layout.lines.map((line) => (
              <path key={line.key} d={line.path} />
            ))}
          </svg>
          {layout.boxes.map((box) => (
            <div
              key={box.key}
              data-box={box.key}
              role="treeitem"
              aria-level={box.depth + 1}
              aria-posinset={box.position}
              aria-setsize={box.siblings}
              aria-selected={box.key === selected}
              aria-expanded={expanded(box, parents, closed)}
              tabIndex={box.key === current ? 0 : -1}
              className={boxClass(box, selected)}
              style={{ transform: `translate(${box.x}px, ${box.y}px)` }}
              onFocus={() => setFocused(box.key)}
              onClick={() => activate(box, onOpen, onToggle)}
            >
              {box.item === undefined ? (
                <RootFace application={application} />
              ) : (
                <BoxFace box={box} expanded={expanded(box, parents, closed)} onToggle={onToggle} />
              )}
            </div>
          ))}
        </div>
      </div>
      <div className={styles.zoom} role="group" aria-label={messages.tree.zoom}>
        <IconButton small icon="minus" label={messages.tree.smaller} onClick={() => control.zoom(0.8)} />
        <IconButton small icon="plus" label={messages.tree.larger} onClick={() => control.zoom(1.25)} />
        <IconButton small icon="fit" label={messages.tree.fit} onClick={control.fit} />
      </div>
    </>
  );
}

function activate(
  box: Box | undefined,
  onOpen: (key: string) => void,
  onToggle: TreeViewProps['onToggle'],
): void {
  if (box?.item?.type === 'group') onToggle(box.item);
  else if (box !== undefined) onOpen(box.key);
}

function expanded(
  { item }: Box,
  parents: ReadonlySet<string>,
  closed: ReadonlySet<string>,
): boolean | undefined {
  if (item === undefined) return true;
  if (item.type === 'group') return item.open;
  return parents.has(item.key) ? !closed.has(item.key) : undefined;
}

function boxClass({ item, key }: Box, selected: string | undefined): string {
  if (item === undefined) return cx(styles.box, styles.root);
  const isGroup = item.type === 'group';
  const health = item.type === 'group' ? item.health.keys().next().value : item.node.health?.status;
  const drift = item.type === 'group' ? item.outOfSync > 0 : item.node.status === 'OutOfSync';
  return cx(
    styles.box,
    isGroup && !item.open && styles.group,
    drift && styles.drift,
    health === 'Degraded' && styles.bad,
    key === selected && styles.selected,
  );
}

const BoxFace = memo(function BoxFace({
  box,
  expanded: isOpen,
  onToggle,
}: {
  readonly box: Box;
  readonly expanded: boolean | undefined;
  readonly onToggle: TreeViewProps['onToggle'];
}) {
  const { item } = box;
  if (item === undefined) return null;
  return (
    <>
      {item.type === 'group' ? <GroupFace group={item} /> : <ResourceFace node={item.node} />}
      {isOpen === undefined ? null : (
        // For the mouse only: the keyboard has Space and the arrows, and a tree item must not hold a second stop.
        <span
          className={styles.toggle}
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation();
            onToggle(item);
          }}
        >
          <Icon name={isOpen ? 'minus' : 'plus'} size={11} />
        </span>
      )}
    </>
  );
});

function RootFace({ application }: { readonly application: TreeViewProps['application'] }) {
  const { status } = application;
  return (
    <>
      <span style={{ color: 'var(--accent)' }}>
        <Plumb state="true" size={26} />
      </span>
      <span style={{ minWidth: 0 }}>
        <span className={styles.rootName} style={{ display: 'block' }}>
          {application.metadata.name}
        </span>
        <span className={styles.rootState}>
          <HealthBadge health={status?.health?.status ?? 'Unknown'} />
          <SyncBadge sync={status?.sync?.status ?? 'Unknown'} phase={phaseOf(application)} />
        </span>
      </span>
    </>
  );
}
