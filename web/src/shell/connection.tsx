import { messages } from '../messages.ts';
import { usePlatform } from '../platform/context.ts';
import { useStore } from '../platform/store.ts';
import { cx } from '../ui/cx.ts';
import styles from './connection.module.css';

/** The bob at the end of the line: still while the page is live, swinging while it seeks its server again. */
export function Connection() {
  const state = useStore(usePlatform().connection);
  const text = messages.connection[state];
  return (
    <div
      className={cx(styles.connection, state === 'reconnecting' && styles.lost)}
      role="status"
      title={text.hint}
    >
      <svg className={styles.bob} width="14" height="20" viewBox="0 0 14 20" aria-hidden="true">
        <path
          d="M4.500 0h5L14 7 7 20 0 7z"
          fill={state === 'connecting' ? 'none' : 'currentColor'}
          stroke="currentColor"
          strokeWidth={state === 'connecting' ? 1 : 0}
        />
      </svg>
      <span className={styles.text}>{text.name}</span>
    </div>
  );
}
