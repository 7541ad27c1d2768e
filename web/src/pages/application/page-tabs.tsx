import { useRef } from 'react';
import { Link, useLocation } from 'wouter';
import type { AppId } from '../../api/shapes.ts';
import { messages } from '../../messages.ts';
import { addressOf } from '../applications/address.ts';
import styles from './application-page.module.css';

export const pageTabs = ['tree', 'diff', 'events', 'history', 'manifest'] as const;
type PageTab = (typeof pageTabs)[number];

interface PageTabsProps {
  readonly id: AppId;
  readonly current: PageTab;
  /** How many resources differ from Git. */
  readonly drifted: number;
}

/** The views of an application as tabs that are links: each has an address, the arrow keys go from one to the next. */
export function PageTabs({ id, current, drifted }: PageTabsProps) {
  const [, navigate] = useLocation();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    const index = (pageTabs.indexOf(current) + by + pageTabs.length) % pageTabs.length;
    navigate(addressOf(id, pageTabs[index]));
    list.current?.querySelectorAll<HTMLElement>('[role="tab"]')[index]?.focus();
    event.preventDefault();
  };
  return (
    <div
      ref={list}
      className={styles.tabs}
      role="tablist"
      aria-label={messages.tabs.label}
      onKeyDown={onKeyDown}
    >
      {pageTabs.map((tab) => (
        <Link
          key={tab}
          href={addressOf(id, tab)}
          id={`tab-${tab}`}
          role="tab"
          className={styles.tab}
          aria-selected={tab === current}
          aria-controls="tab-content"
          tabIndex={tab === current ? 0 : -1}
        >
          {messages.tabs[tab]}
          {tab === 'diff' && drifted > 0 ? <span className={styles.badge}>{drifted}</span> : null}
        </Link>
      ))}
    </div>
  );
}
