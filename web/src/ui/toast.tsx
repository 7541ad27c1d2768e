import { createContext, useCallback, useContext, useMemo, useRef, useState } from 'react';
import { messages } from '../messages.ts';
import type { Tone } from '../model/status.ts';
import { usePlatform } from '../platform/context.ts';
import { IconButton } from './button.tsx';
import { cx } from './cx.ts';
import { toneClass } from './status.tsx';
import styles from './toast.module.css';

export interface ToastText {
  readonly tone: Tone;
  readonly title: string;
  readonly detail?: string | undefined;
}

type ShowToast = (toast: ToastText) => void;

const Context = createContext<ShowToast>(() => {});

/** Results that nobody waits for go away by themselves; failures stay longer, to be read. */
const goodMs = 4000;
const badMs = 12_000;
const toastsMax = 4;

export function useToast(): ShowToast {
  return useContext(Context);
}

export function ToastProvider({ children }: { readonly children: React.ReactNode }) {
  const { clock } = usePlatform();
  const nextId = useRef(0);
  const [toasts, setToasts] = useState<readonly (ToastText & { readonly id: number })[]>([]);
  const dismiss = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const show = useCallback<ShowToast>(
    (toast) => {
      const id = (nextId.current += 1);
      setToasts((all) => [...all, { ...toast, id }].slice(-toastsMax));
      clock.after(toast.tone === 'bad' ? badMs : goodMs, () => dismiss(id));
    },
    [clock, dismiss],
  );
  const region = useMemo(
    () => (
      <div className={styles.region} role="status" aria-live="polite" aria-label={messages.notifications}>
        {toasts.map((toast) => (
          <div key={toast.id} className={cx(styles.toast, toneClass(toast.tone))}>
            <div className={styles.text}>
              <strong>{toast.title}</strong>
              {toast.detail === undefined ? null : <p className={styles.detail}>{toast.detail}</p>}
            </div>
            <IconButton icon="close" small label={messages.dismiss} onClick={() => dismiss(toast.id)} />
          </div>
        ))}
      </div>
    ),
    [toasts, dismiss],
  );
  return (
    <Context value={show}>
      {children}
      {region}
    </Context>
  );
}
