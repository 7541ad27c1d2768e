import { Dialog } from '@base-ui/react/dialog';
import { messages } from '../messages.ts';
import { IconButton } from './button.tsx';
import { cx } from './cx.ts';
import styles from './sheet.module.css';

export interface SheetProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: React.ReactNode;
  readonly subtitle?: React.ReactNode;
  readonly look?: 'sheet' | 'wide' | 'dialog';
  /** The content brings its own padding and scrolling. */
  readonly flush?: boolean;
  readonly footer?: React.ReactNode;
  /** What has the focus at first; else the first thing that can have it. */
  readonly initialFocus?: React.RefObject<HTMLElement | null>;
  readonly children: React.ReactNode;
}

/** A panel at the side or a dialog in the middle: keeps the focus, closes with Escape, gives the focus back. */
export function Sheet({
  open,
  onClose,
  title,
  subtitle,
  look = 'sheet',
  flush = false,
  footer,
  initialFocus,
  children,
}: SheetProps) {
  const popup = look === 'dialog' ? styles.dialog : cx(styles.sheet, look === 'wide' && styles.wide);
  return (
    <Dialog.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.veil} />
        <Dialog.Popup className={popup} {...(initialFocus === undefined ? {} : { initialFocus })}>
          <header className={styles.head}>
            <div className={styles.titles}>
              <Dialog.Title className={styles.title}>{title}</Dialog.Title>
              {subtitle}
            </div>
            <Dialog.Close render={<IconButton icon="close" label={messages.close} />} />
          </header>
          <div className={cx(styles.body, flush && styles.flush)}>{children}</div>
          {footer === undefined ? null : <footer className={styles.foot}>{footer}</footer>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
