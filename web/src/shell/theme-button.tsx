import { useState } from 'react';
import { messages } from '../messages.ts';
import { usePlatform } from '../platform/context.ts';
import { Icon } from '../ui/icon.tsx';
import styles from './shell.module.css';

const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const icons = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

/** Goes round between the system's theme, light and dark. `public/theme.js` applies the choice before the first paint. */
export function ThemeButton() {
  const { storage } = usePlatform();
  const [theme, setTheme] = useState<Theme>(
    () => themes.find((known) => known === storage.read('theme')) ?? 'auto',
  );
  const turn = (): void => {
    const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto';
    setTheme(next);
    storage.write('theme', next === 'auto' ? undefined : next);
    if (next === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = next;
  };
  const label = messages.theme[theme];
  return (
    <button
      type="button"
      className={styles.link}
      style={{ border: 0 }}
      onClick={turn}
      aria-label={label}
      title={label}
    >
      <Icon name={icons[theme]} size={18} />
    </button>
  );
}
