import type { Application, RevisionHistory } from '@plumbline/api';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { idOf } from '../../api/cache.ts';
import { revisionQuery } from '../../api/queries.ts';
import type { AppId } from '../../api/shapes.ts';
import { messages } from '../../messages.ts';
import { authorName, firstLine, formatDuration } from '../../model/format.ts';
import { usePlatform } from '../../platform/context.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import { Notice } from '../../ui/notice.tsx';
import { Ago } from '../../ui/time.tsx';
import { Revision } from './commit.tsx';
import { RollbackDialog } from './rollback-dialog.tsx';
import styles from './table.module.css';

/** What was deployed when and by whom, the newest first. */
export function HistoryTab({ application }: { readonly application: Application }) {
  const [chosen, setChosen] = useState<RevisionHistory | undefined>(undefined);
  const history = [...(application.status?.history ?? [])].reverse();
  const { columns, none, noneWhat } = messages.history;
  if (history.length === 0) return <Notice state="unknown" title={none} children={noneWhat} />;
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={messages.tabs.history}>
      <table className={cx(styles.table, styles.stack)}>
        <thead>
          <tr>
            <th scope="col">{columns.id}</th>
            <th scope="col">{columns.revision}</th>
            <th scope="col">{columns.commit}</th>
            <th scope="col">{columns.deployed}</th>
            <th scope="col">{columns.took}</th>
            <th scope="col">{columns.by}</th>
            <th scope="col">
              <span className="visually-hidden">{messages.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {history.map((entry, index) => (
            <HistoryRow
              key={entry.id}
              id={idOf(application)}
              entry={entry}
              current={index === 0}
              onRollback={() => setChosen(entry)}
            />
          ))}
        </tbody>
      </table>
      {chosen === undefined ? null : (
        <RollbackDialog application={application} entry={chosen} onClose={() => setChosen(undefined)} />
      )}
    </div>
  );
}

interface RowProps {
  readonly id: AppId;
  readonly entry: RevisionHistory;
  readonly current: boolean;
  readonly onRollback: () => void;
}

function HistoryRow({ id, entry, current, onRollback }: RowProps) {
  const { api } = usePlatform();
  const revision = entry.revision ?? entry.revisions?.[0] ?? '';
  const { data } = useQuery({ ...revisionQuery(api, id, revision), enabled: revision !== '' });
  const took =
    entry.deployStartedAt === undefined
      ? ''
      : formatDuration(Date.parse(entry.deployedAt) - Date.parse(entry.deployStartedAt));
  const by = entry.initiatedBy;
  return (
    <tr>
      <td className={cx(styles.nowrap, styles.quiet)}>{entry.id}</td>
      <td className={styles.nowrap}>{revision === '' ? '–' : <Revision revision={revision} />}</td>
      <td className={styles.message}>
        {data?.message === undefined ? ' ' : firstLine(data.message)}
        <div className={styles.quiet}>
          {data?.author === undefined ? ' ' : authorName(data.author)}
          {data?.date === undefined ? null : (
            <>
              {' · '}
              <Ago at={data.date} />
            </>
          )}
        </div>
      </td>
      <td className={styles.nowrap}>
        <Ago at={entry.deployedAt} />
      </td>
      <td className={styles.nowrap}>{took}</td>
      <td className={styles.nowrap}>
        {by?.automated === true ? messages.status.automated : (by?.username ?? '')}
      </td>
      <td className={styles.nowrap} style={{ textAlign: 'right' }}>
        {current ? (
          <span className={styles.quiet}>{messages.history.current}</span>
        ) : (
          <Button small icon="undo" onClick={onRollback} aria-label={messages.rollback.actionFor(entry.id)}>
            {messages.rollback.action}
          </Button>
        )}
      </td>
    </tr>
  );
}
