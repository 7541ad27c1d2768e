import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { messages } from '../messages.ts';
import { useHotkeys } from '../platform/hotkeys.ts';
import { Icon } from '../ui/icon.tsx';
import { Plumb } from '../ui/plumb.tsx';
import { AccountMenu } from './account-menu.tsx';
import { Connection } from './connection.tsx';
import { HelpDialog } from './help-dialog.tsx';
import styles from './shell.module.css';
import { SyncResults } from './sync-results.tsx';
import { ThemeButton } from './theme-button.tsx';

/** The frame of all pages: the rail with the line that hangs through it, and the page beside it. */
export function Shell({ user, children }: { readonly user: string; readonly children: React.ReactNode }) {
  const [help, setHelp] = useState(false);
  const [, navigate] = useLocation();
  useHotkeys({ 'g a': () => navigate('/applications'), '?': () => setHelp(true) });
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        {messages.skipToContent}
      </a>
      <header className={styles.rail}>
        <Link href="/applications" className={styles.home} aria-label={messages.home}>
          <Plumb state="true" size={26} />
        </Link>
        <nav className={styles.nav} aria-label={messages.navigation}>
          <Link
            href="/applications"
            className={styles.link}
            aria-current="page"
            aria-label={messages.applications}
            title={messages.applications}
          >
            <Icon name="tiles" size={18} />
          </Link>
        </nav>
        <span className={styles.cord} aria-hidden="true" />
        <Connection />
        <div className={styles.foot}>
          <ThemeButton />
          <button
            type="button"
            className={styles.link}
            style={{ border: 0 }}
            onClick={() => setHelp(true)}
            aria-label={messages.help.title}
            title={`${messages.help.title} (?)`}
          >
            <Icon name="help" size={18} />
          </button>
          <AccountMenu user={user} />
        </div>
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        {children}
      </main>
      <SyncResults />
      <HelpDialog open={help} onClose={() => setHelp(false)} />
    </div>
  );
}
