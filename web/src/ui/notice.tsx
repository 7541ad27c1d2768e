import { isStatus } from '../api/errors.ts';
import { messages } from '../messages.ts';
import type { Tone } from '../model/status.ts';
import { Button } from './button.tsx';
import { cx } from './cx.ts';
import styles from './notice.module.css';
import { Plumb } from './plumb.tsx';
import type { PlumbState } from './plumb.tsx';
import { toneClass } from './status.tsx';

interface NoticeProps {
  readonly state: PlumbState;
  readonly tone?: Tone;
  readonly title: string;
  /** Set where the notice is all there is on the page. */
  readonly alone?: boolean;
  readonly children?: React.ReactNode;
  readonly action?: React.ReactNode;
}

/** What stands where content would: nothing yet, nothing found, or what went wrong and what to do. */
export function Notice({ state, tone, title, alone = false, children, action }: NoticeProps) {
  const Heading = alone ? 'h1' : 'h2';
  return (
    <div className={cx(styles.notice, tone !== undefined && toneClass(tone))}>
      <span className={styles.sign}>
        <Plumb state={state} size={44} />
      </span>
      <Heading className={styles.title}>{title}</Heading>
      {children === undefined ? null : <div className={styles.text}>{children}</div>}
      {action}
    </div>
  );
}

/** Shows only after a moment, so that quick answers do not flicker. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <div className={cx(styles.notice, styles.wait)} role="status">
      <span className={styles.sign}>
        <Plumb state="swinging" size={32} />
      </span>
      <span>{what}</span>
    </div>
  );
}

export function Failure({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }) {
  const texts = isStatus(error, 0)
    ? messages.failure.unreachable
    : isStatus(error, 403, 404)
      ? messages.failure.missing
      : messages.failure.other;
  return (
    <div role="alert" style={{ height: '100%' }}>
      <Notice
        state="deflected"
        tone="bad"
        title={texts.title}
        action={
          <Button icon="refresh" onClick={onRetry}>
            {messages.tryAgain}
          </Button>
        }
      >
        <p>{texts.what}</p>
        <p>
          <code>{error.message}</code>
        </p>
      </Notice>
    </div>
  );
}
