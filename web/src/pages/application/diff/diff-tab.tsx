import type { ManagedResource } from '@plumbline/api';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { managedQuery } from '../../../api/queries.ts';
import type { AppId } from '../../../api/shapes.ts';
import { messages } from '../../../messages.ts';
import { isAbsent, isDrifted } from '../../../model/manifest.ts';
import { countChanges } from '../../../model/diff-rows.ts';
import { resourceKey } from '../../../model/tree.ts';
import { usePlatform } from '../../../platform/context.ts';
import { Button } from '../../../ui/button.tsx';
import { Failure, Loading, Notice } from '../../../ui/notice.tsx';
import { useWidth } from '../../applications/use-list.ts';
import { KindBadge } from '../tree/kind-badge.tsx';
import styles from './diff-tab.module.css';
import { DiffView } from './diff-view.tsx';
import type { DiffLook } from './diff-view.tsx';
import { useResourceDiff } from './resource-diff.tsx';

const splitWidthMin = 820;

/** Everything in which the cluster differs from what Git says. */
export default function DiffTab({
  id,
  onOpen,
}: {
  readonly id: AppId;
  readonly onOpen: (key: string) => void;
}) {
  const { api, storage } = usePlatform();
  const query = useQuery(managedQuery(api, id));
  const [chosen, setChosen] = useState<DiffLook>(() =>
    storage.read('diff') === 'inline' ? 'inline' : 'split',
  );
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const wide = width >= splitWidthMin;
  const choose = (look: DiffLook): void => {
    setChosen(look);
    storage.write('diff', look);
  };
  const drifted = (query.data ?? []).filter(isDrifted);
  return (
    <div ref={frame} className={styles.tab}>
      {query.isPending ? <Loading what={messages.loading} /> : null}
      {query.isError ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isSuccess && drifted.length === 0 ? (
        <Notice
          state="true"
          tone="good"
          title={messages.diff.inSync}
          children={messages.diff.inSyncWhat(query.data.filter(({ hook }) => !hook).length)}
        />
      ) : null}
      {drifted.length === 0 ? null : (
        <>
          <div className={styles.bar}>
            <span className={styles.legend}>{messages.diff.drifted(drifted.length)}</span>
            {wide ? (
              <div className={styles.looks} role="group" aria-label={messages.view.label}>
                {(['split', 'inline'] as const).map((look) => (
                  <Button
                    key={look}
                    small
                    look="quiet"
                    icon={look}
                    aria-pressed={chosen === look}
                    onClick={() => choose(look)}
                  >
                    {messages.diff[look]}
                  </Button>
                ))}
              </div>
            ) : null}
          </div>
          <div className={styles.list} tabIndex={0} role="region" aria-label={messages.tabs.diff}>
            {drifted.map((resource) => (
              <ResourceSection
                key={resourceKey(resource)}
                resource={resource}
                look={wide ? chosen : 'inline'}
                onOpen={onOpen}
              />
            ))}
          </div>
        </>
      )}
    </div>
  );
}

interface SectionProps {
  readonly resource: ManagedResource;
  readonly look: DiffLook;
  readonly onOpen: (key: string) => void;
}

function ResourceSection({ resource, look, onOpen }: SectionProps) {
  const rows = useResourceDiff(resource);
  const { added, removed } = countChanges(rows);
  const state = isAbsent(resource.liveState)
    ? messages.diff.missing
    : isAbsent(resource.targetState)
      ? messages.diff.extra
      : undefined;
  return (
    <section className={styles.file} aria-label={`${resource.kind} ${resource.name}`}>
      <header className={styles.head}>
        <KindBadge kind={resource.kind} className={styles.kind} />
        <button type="button" className={styles.name} onClick={() => onOpen(resourceKey(resource))}>
          {resource.name}
        </button>
        <span className={styles.quiet}>
          {resource.kind}
          {resource.namespace === '' ? '' : ` · ${resource.namespace}`}
        </span>
        {state === undefined ? null : <span className={styles.state}>{state}</span>}
        {resource.origin === undefined ? null : (
          <code className={styles.origin} title={messages.diff.origin}>
            {resource.origin.file}:{resource.origin.line}
          </code>
        )}
        <span className={styles.counts}>
          <span className={styles.plus}>+{added}</span>
          <span className={styles.minus}>−{removed}</span>
        </span>
      </header>
      {/* Where there is only one side, the other would be an empty half. */}
      <DiffView rows={rows} look={state === undefined ? look : 'inline'} />
    </section>
  );
}
