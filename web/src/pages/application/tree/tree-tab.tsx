import type { Application } from '@plumbline/api';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { idOf } from '../../../api/cache.ts';
import { treeQuery } from '../../../api/queries.ts';
import { messages } from '../../../messages.ts';
import { buildTree, parentsOf } from '../../../model/tree.ts';
import type { TreeItem } from '../../../model/tree.ts';
import { usePlatform } from '../../../platform/context.ts';
import { IconButton } from '../../../ui/button.tsx';
import { Failure, Loading, Notice } from '../../../ui/notice.tsx';
import { addressOf } from '../../applications/address.ts';
import { useWidth } from '../../applications/use-list.ts';
import { TreeGraph } from './tree-graph.tsx';
import { TreeList } from './tree-list.tsx';
import styles from './tree-tab.module.css';

type View = 'graph' | 'list';

export interface TreeViewProps {
  readonly application: Application;
  readonly items: readonly TreeItem[];
  /** Keys of resources that have something below them. */
  readonly parents: ReadonlySet<string>;
  readonly closed: ReadonlySet<string>;
  readonly selected: string | undefined;
  readonly onOpen: (key: string) => void;
  readonly onToggle: (item: TreeItem) => void;
}

interface TabProps {
  readonly application: Application;
  readonly selected: string | undefined;
  readonly onOpen: (key: string) => void;
}

/** Narrower than this there is no room for a graph. */
const graphWidthMin = 680;

const empty: ReadonlySet<string> = new Set();

function toggled(set: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(key)) next.add(key);
  return next;
}

export default function TreeTab({ application, selected, onOpen }: TabProps) {
  const { api, storage } = usePlatform();
  const id = idOf(application);
  const query = useQuery(treeQuery(api, id));
  const [, navigate] = useLocation();
  const [closed, setClosed] = useState(empty);
  const [opened, setOpened] = useState(empty);
  const [chosen, setChosen] = useState<View>(() => (storage.read('tree') === 'list' ? 'list' : 'graph'));
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const items = useMemo(
    () => (query.data === undefined ? [] : buildTree(query.data, { closed, opened })),
    [query.data, closed, opened],
  );
  const parents = useMemo(() => (query.data === undefined ? empty : parentsOf(query.data)), [query.data]);
  const view = width > 0 && width < graphWidthMin ? 'list' : chosen;
  const choose = (next: View): void => {
    setChosen(next);
    storage.write('tree', next);
  };
  const toggle = useCallback((item: TreeItem): void => {
    const change = item.type === 'group' ? setOpened : setClosed;
    change((old) => toggled(old, item.key));
  }, []);
  const shared: TreeViewProps = {
    application,
    items,
    parents,
    closed,
    selected,
    // The root is the application itself, which has a page of its own.
    onOpen: (key) => (key === '' ? navigate(addressOf(id, 'manifest')) : onOpen(key)),
    onToggle: toggle,
  };
  return (
    <div ref={frame} className={styles.tab}>
      {query.isPending ? <Loading what={messages.loading} /> : null}
      {query.isError ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isSuccess && items.length === 0 ? (
        <Notice state="unknown" title={messages.tree.none} children={messages.tree.noneWhat} />
      ) : null}
      {width === 0 || items.length === 0 ? null : view === 'graph' ? (
        <TreeGraph {...shared} />
      ) : (
        <TreeList {...shared} />
      )}
      {width < graphWidthMin || items.length === 0 ? null : (
        <div className={styles.views} role="group" aria-label={messages.view.label}>
          <IconButton
            small
            icon="graph"
            label={messages.view.graph}
            aria-pressed={view === 'graph'}
            onClick={() => choose('graph')}
          />
          <IconButton
            small
            icon="list"
            label={messages.view.list}
            aria-pressed={view === 'list'}
            onClick={() => choose('list')}
          />
        </div>
      )}
    </div>
  );
}
