import type { Application, ResourceResult } from '@plumbline/api';
import { idOf } from '../../api/cache.ts';
import { messages } from '../../messages.ts';
import { formatDuration } from '../../model/format.ts';
import type { Tone } from '../../model/status.ts';
import { cx } from '../../ui/cx.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { PhaseBadge, toneClass } from '../../ui/status.tsx';
import { Ago } from '../../ui/time.tsx';
import { Commit, Revision } from './commit.tsx';
import { Message } from './conditions.tsx';
import styles from './operation-panel.module.css';
import table from './table.module.css';

/** What the last sync (or the one that is running) did, resource by resource. */
export function OperationPanel({
  application,
  onClose,
}: {
  readonly application: Application;
  readonly onClose: () => void;
}) {
  const state = application.status?.operationState;
  const texts = messages.operation;
  if (state === undefined) return null;
  const revision = state.syncResult?.revision ?? state.operation.sync?.revision;
  const by = state.operation.initiatedBy;
  const results = state.syncResult?.resources ?? [];
  return (
    <Sheet
      open
      onClose={onClose}
      look="wide"
      title={texts.title}
      subtitle={<PhaseBadge phase={state.phase} />}
      flush
    >
      <div className={table.scroll} tabIndex={0} role="region" aria-label={texts.title}>
        <dl className={styles.facts}>
          {state.message === undefined ? null : (
            <Fact name={texts.message}>
              <Message text={state.message} />
            </Fact>
          )}
          <Fact name={texts.started}>
            <Ago at={state.startedAt} />
          </Fact>
          {state.finishedAt === undefined ? null : (
            <Fact name={texts.took}>
              {formatDuration(Date.parse(state.finishedAt) - Date.parse(state.startedAt))}
            </Fact>
          )}
          <Fact name={texts.by}>
            {by?.automated === true ? messages.status.automated : (by?.username ?? '–')}
          </Fact>
          {revision === undefined ? null : (
            <Fact name={texts.revision}>
              <Revision revision={revision} />{' '}
              <Commit id={idOf(application)} revision={revision} className={undefined} />
            </Fact>
          )}
          {state.retryCount === undefined || state.retryCount === 0 ? null : (
            <Fact name={texts.retries}>{state.retryCount}</Fact>
          )}
        </dl>
        {results.length === 0 ? null : <Results results={results} />}
      </div>
    </Sheet>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function resultTone(result: ResourceResult): Tone {
  if (result.status === 'SyncFailed' || result.hookPhase === 'Failed' || result.hookPhase === 'Error')
    return 'bad';
  if (result.hookPhase === 'Running') return 'busy';
  return result.status === 'PruneSkipped' ? 'warn' : 'good';
}

function Results({ results }: { readonly results: readonly ResourceResult[] }) {
  const { columns } = messages.operation;
  return (
    <table className={cx(table.table, table.stack)}>
      <thead>
        <tr>
          <th scope="col">{columns.resource}</th>
          <th scope="col">{columns.result}</th>
          <th scope="col">{columns.phase}</th>
          <th scope="col">{columns.message}</th>
        </tr>
      </thead>
      <tbody>
        {results.map((result) => (
          <tr
            key={`${result.group}/${result.kind}/${result.namespace}/${result.name}/${result.syncPhase ?? ''}`}
          >
            <td>
              {result.name} <span className={table.quiet}>{result.kind}</span>
            </td>
            <td
              className={cx(table.nowrap, toneClass(resultTone(result)))}
              style={{ color: 'var(--tone)', fontWeight: 550 }}
            >
              {result.hookType === undefined || result.hookType === ''
                ? result.status
                : `${result.hookType}: ${result.hookPhase ?? ''}`}
            </td>
            <td className={table.nowrap}>{result.syncPhase}</td>
            <td className={table.message}>
              {result.message === undefined ? null : <Message text={result.message} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
