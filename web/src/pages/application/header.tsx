import type { Application } from '@plumbline/api';
import { Link } from 'wouter';
import { useTerminate } from '../../api/actions.ts';
import { idOf } from '../../api/cache.ts';
import { messages } from '../../messages.ts';
import { phaseOf } from '../../model/application-row.ts';
import { isRunning } from '../../model/status.ts';
import { usePlatform } from '../../platform/context.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { listAddress } from '../applications/address.ts';
import { Icon } from '../../ui/icon.tsx';
import { Menu } from '../../ui/menu.tsx';
import styles from './header.module.css';

interface HeaderProps {
  readonly application: Application;
  readonly onSync: () => void;
  readonly onRefresh: (hard: boolean) => void;
  readonly refreshing: boolean;
}

/** Which application, and what can be done with it. */
export function Header({ application, onSync, onRefresh, refreshing }: HeaderProps) {
  const id = idOf(application);
  const { list } = usePlatform();
  const terminate = useTerminate();
  const running = isRunning(phaseOf(application));
  return (
    <header className={styles.header}>
      <div className={styles.titles}>
        <nav className={styles.crumbs} aria-label={messages.breadcrumb}>
          <Link href={listAddress(list.get().search)}>{messages.applications}</Link>
          <Icon name="chevronRight" size={11} />
          <span>{application.spec.project ?? 'default'}</span>
          <Icon name="chevronRight" size={11} />
          <span>{id.namespace}</span>
        </nav>
        <h1 className={styles.name}>
          {id.name}
          {application.metadata.deletionTimestamp === undefined ? null : (
            <span className={styles.deleting}>{messages.deleting}</span>
          )}
        </h1>
      </div>
      <div className={styles.actions}>
        {running ? (
          <Button
            look="danger"
            icon="stop"
            onClick={() => terminate.mutate(id)}
            disabled={terminate.isPending}
          >
            {messages.terminate.action}
          </Button>
        ) : null}
        <div className={styles.split}>
          <Button
            icon="refresh"
            onClick={() => onRefresh(false)}
            disabled={refreshing}
            title={messages.refresh.hint}
          >
            {messages.refresh.action}
          </Button>
          <Menu
            label={messages.refresh.more}
            trigger={<IconButton look="secondary" icon="chevronDown" label={messages.refresh.more} />}
            entries={[
              { key: 'normal', text: messages.refresh.action, hint: 'r', onSelect: () => onRefresh(false) },
              { key: 'hard', text: messages.refresh.hard, hint: 'R', onSelect: () => onRefresh(true) },
            ]}
          />
        </div>
        <Button look="primary" icon="sync" onClick={onSync} title={messages.syncPanel.hint}>
          {messages.syncPanel.action}
        </Button>
      </div>
    </header>
  );
}
