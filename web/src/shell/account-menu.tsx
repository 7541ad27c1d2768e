import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { versionQuery } from '../api/queries.ts';
import { messages } from '../messages.ts';
import { usePlatform } from '../platform/context.ts';
import { Menu } from '../ui/menu.tsx';
import { useToast } from '../ui/toast.tsx';
import styles from './shell.module.css';

const initial = {
  display: 'grid',
  placeItems: 'center',
  width: 24,
  height: 24,
  borderRadius: 12,
  background: 'var(--line)',
  font: '600 var(--text-xs)/1 var(--sans)',
} as const;

/** Who is signed in, which version this is, and the way out. */
export function AccountMenu({ user }: { readonly user: string }) {
  const { api } = usePlatform();
  const client = useQueryClient();
  const toast = useToast();
  const [, navigate] = useLocation();
  const version = useQuery(versionQuery(api));
  const signOut = async (): Promise<void> => {
    try {
      await api.signOut();
      navigate('/login');
      client.clear();
    } catch (error) {
      toast({
        tone: 'bad',
        title: messages.signOutFailed,
        detail: error instanceof Error ? error.message : undefined,
      });
    }
  };
  const label = messages.account(user);
  return (
    <Menu
      label={label}
      trigger={
        <button type="button" className={styles.link} style={{ border: 0 }} aria-label={label} title={label}>
          <span style={initial}>{user.slice(0, 1).toUpperCase() || '·'}</span>
        </button>
      }
      entries={[
        {
          key: 'version',
          text: messages.version,
          hint: <code>{version.data?.Version ?? '…'}</code>,
          onSelect: () => void navigator.clipboard.writeText(version.data?.Version ?? ''),
        },
        { key: 'out', icon: 'signOut', text: messages.signOut, hint: user, onSelect: () => void signOut() },
      ]}
    />
  );
}
