import { messages } from '../messages.ts';
import { Sheet } from '../ui/sheet.tsx';
import styles from './help-dialog.module.css';

/** All keys on one page. */
export function HelpDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Sheet open={open} onClose={onClose} look="dialog" title={messages.help.title}>
      <div className={styles.keys}>
        {messages.help.groups.map((group) => (
          <section key={group.name} className={styles.group}>
            <h3>{group.name}</h3>
            {group.keys.map(([keys, what]) => (
              <div key={what} className={styles.key}>
                <span>{what}</span>
                <span>
                  {keys.split(' ').map((key) => (
                    <kbd key={key} style={{ marginLeft: 4 }}>
                      {key}
                    </kbd>
                  ))}
                </span>
              </div>
            ))}
          </section>
        ))}
      </div>
    </Sheet>
  );
}
