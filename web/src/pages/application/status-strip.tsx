import type { Application } from '@plumbline/api';
import { idOf } from '../../api/cache.ts';
import { messages } from '../../messages.ts';
import { clusterOf, phaseOf, sourcesOf } from '../../model/application-row.ts';
import { formatDuration, shortRepository } from '../../model/format.ts';
import { cx } from '../../ui/cx.ts';
import { HealthBadge, PhaseBadge, SyncBadge } from '../../ui/status.tsx';
import { Ago } from '../../ui/time.tsx';
import { Commit, Revision } from './commit.tsx';
import styles from './status-strip.module.css';

/** The four things one looks for first: is it healthy, is it true to Git, how did the last sync go, what is it. */
export function StatusStrip({
  application,
  onOperation,
}: {
  readonly application: Application;
  readonly onOperation: () => void;
}) {
  return (
    <section className={styles.strip} aria-label={messages.status.label}>
      <Health application={application} />
      <Sync application={application} />
      <LastSync application={application} onOperation={onOperation} />
      <About application={application} />
    </section>
  );
}

function Health({ application }: { readonly application: Application }) {
  const health = application.status?.health;
  return (
    <div className={styles.cell}>
      <h2 className={styles.label}>{messages.status.health}</h2>
      <div className={styles.main}>
        <HealthBadge health={health?.status ?? 'Unknown'} look="large" />
      </div>
      {health?.message === undefined ? null : (
        <p className={styles.wrap} title={health.message}>
          {health.message}
        </p>
      )}
      {health?.lastTransitionTime === undefined ? null : (
        <p className={styles.text}>
          {messages.status.since} <Ago at={health.lastTransitionTime} />
        </p>
      )}
    </div>
  );
}

function Sync({ application }: { readonly application: Application }) {
  const sync = application.status?.sync;
  const source = sourcesOf(application)[0];
  const revision = sync?.revision ?? sync?.revisions?.[0];
  return (
    <div className={styles.cell}>
      <h2 className={styles.label}>{messages.status.sync}</h2>
      <div className={styles.main}>
        <SyncBadge sync={sync?.status ?? 'Unknown'} phase={phaseOf(application)} look="large" />
        <span className={styles.text}>
          {sync?.status === 'OutOfSync' ? messages.status.from : messages.status.to}{' '}
          {source?.targetRevision ?? 'HEAD'}
        </span>
        {revision === undefined ? null : <Revision revision={revision} />}
      </div>
      {revision === undefined ? null : (
        <Commit id={idOf(application)} revision={revision} className={styles.text} />
      )}
      <AutoSync application={application} />
    </div>
  );
}

function AutoSync({ application }: { readonly application: Application }) {
  const automated = application.spec.syncPolicy?.automated;
  const texts = messages.status.policy;
  const enabled = automated !== undefined && automated.enabled !== false;
  return (
    <div className={styles.tags}>
      <span className={cx(styles.tag, enabled && styles.on)}>{enabled ? texts.auto : texts.manual}</span>
      {enabled && automated.prune === true ? (
        <span className={cx(styles.tag, styles.on)}>{texts.prune}</span>
      ) : null}
      {enabled && automated.selfHeal === true ? (
        <span className={cx(styles.tag, styles.on)}>{texts.selfHeal}</span>
      ) : null}
      {(application.spec.syncPolicy?.syncOptions ?? []).map((option) => (
        <span key={option} className={styles.tag}>
          {option}
        </span>
      ))}
    </div>
  );
}

function LastSync({
  application,
  onOperation,
}: {
  readonly application: Application;
  readonly onOperation: () => void;
}) {
  const state = application.status?.operationState;
  if (state === undefined) {
    return (
      <div className={styles.cell}>
        <h2 className={styles.label}>{messages.status.lastSync}</h2>
        <div className={styles.main}>{messages.status.neverSynced}</div>
      </div>
    );
  }
  const took =
    state.finishedAt === undefined ? undefined : Date.parse(state.finishedAt) - Date.parse(state.startedAt);
  const by = state.operation.initiatedBy;
  const revision = state.syncResult?.revision ?? state.operation.sync?.revision;
  return (
    <div className={styles.cell}>
      <h2 className={styles.label}>{messages.status.lastSync}</h2>
      <div className={styles.main}>
        <PhaseBadge phase={state.phase} look="large" />
        <span className={styles.text}>
          <Ago at={state.finishedAt ?? state.startedAt} />
          {took === undefined ? null : ` · ${formatDuration(took)}`}
          {` · ${by?.automated === true ? messages.status.automated : (by?.username ?? '')}`}
        </span>
        {revision === undefined ? null : <Revision revision={revision} />}
      </div>
      {state.message === undefined ? null : (
        <p className={styles.wrap} title={state.message}>
          {state.message}
        </p>
      )}
      <button type="button" className={styles.more} onClick={onOperation}>
        {messages.status.details}
      </button>
    </div>
  );
}

function About({ application }: { readonly application: Application }) {
  const sources = sourcesOf(application);
  return (
    <div className={styles.cell}>
      <h2 className={styles.label}>{messages.status.source}</h2>
      {sources.map((source, index) => (
        <div key={index} style={{ minWidth: 0 }}>
          <div className={styles.main}>
            <code>{source.chart ?? source.path ?? (source.ref === undefined ? '.' : `$${source.ref}`)}</code>
          </div>
          <p className={styles.text} title={source.repoURL}>
            {shortRepository(source.repoURL)}
          </p>
        </div>
      ))}
      <p className={styles.text}>
        {messages.status.into} {clusterOf(application)} / {application.spec.destination?.namespace ?? ''}
      </p>
    </div>
  );
}
