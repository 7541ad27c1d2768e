import { useMemo } from 'react';
import type { EventItem } from '../../api/shapes.ts';
import { messages } from '../../messages.ts';
import { eventCount, eventTime, sortEvents } from '../../model/events.ts';
import { cx } from '../../ui/cx.ts';
import { Icon } from '../../ui/icon.tsx';
import { toneClass } from '../../ui/status.tsx';
import { Ago } from '../../ui/time.tsx';
import styles from './table.module.css';

/** Events, the newest first. */
export function EventTable({ events }: { readonly events: readonly EventItem[] }) {
  const sorted = useMemo(() => sortEvents(events), [events]);
  const { columns } = messages.events;
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={messages.tabs.events}>
      <table className={cx(styles.table, styles.stack)}>
        <thead>
          <tr>
            <th scope="col">{columns.reason}</th>
            <th scope="col">{columns.object}</th>
            <th scope="col">{columns.message}</th>
            <th scope="col">{columns.count}</th>
            <th scope="col">{columns.seen}</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((event) => (
            <EventRow key={event.metadata.uid ?? event.metadata.name} event={event} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function EventRow({ event }: { readonly event: EventItem }) {
  const warning = event.type === 'Warning';
  return (
    <tr>
      <td className={styles.nowrap}>
        <span
          className={toneClass(warning ? 'warn' : 'idle')}
          style={{
            display: 'inline-flex',
            alignItems: 'center',
            gap: 6,
            color: warning ? 'var(--tone)' : undefined,
            fontWeight: 550,
          }}
        >
          {warning ? <Icon name="warning" size={14} /> : null}
          {event.reason}
        </span>
      </td>
      <td className={styles.nowrap}>
        {event.involvedObject?.name} <span className={styles.quiet}>{event.involvedObject?.kind}</span>
      </td>
      <td className={styles.message}>{event.message}</td>
      <td className={styles.nowrap}>{eventCount(event) > 1 ? `×${eventCount(event)}` : ''}</td>
      <td className={styles.nowrap}>
        <Ago at={eventTime(event)} />
      </td>
    </tr>
  );
}
