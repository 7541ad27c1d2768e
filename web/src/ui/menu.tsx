import { Menu as Base } from '@base-ui/react/menu';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';
import styles from './menu.module.css';

export interface MenuEntry {
  readonly key: string;
  readonly text: React.ReactNode;
  readonly hint?: React.ReactNode;
  readonly icon?: IconName;
  /** Present on entries that can be chosen or not. */
  readonly checked?: boolean;
  readonly onSelect: () => void;
}

/** A button that opens a list of actions or choices. Choices leave the menu open, actions close it. */
export function Menu({
  trigger,
  entries,
  label,
}: {
  readonly trigger: React.ReactElement;
  readonly entries: readonly MenuEntry[];
  readonly label: string;
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={styles.positioner} sideOffset={4} align="end">
          <Base.Popup className={styles.popup} aria-label={label}>
            {entries.map((entry) => (
              <Entry key={entry.key} entry={entry} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Entry({ entry }: { readonly entry: MenuEntry }) {
  const content = (
    <>
      {entry.icon === undefined ? null : <Icon name={entry.icon} size={15} />}
      <span className={styles.grow}>{entry.text}</span>
      {entry.hint === undefined ? null : <span className={styles.hint}>{entry.hint}</span>}
    </>
  );
  if (entry.checked === undefined) {
    return (
      <Base.Item className={styles.item} onClick={entry.onSelect}>
        {content}
      </Base.Item>
    );
  }
  return (
    <Base.CheckboxItem className={styles.item} checked={entry.checked} onCheckedChange={entry.onSelect}>
      <span className={styles.tick}>{entry.checked ? <Icon name="check" size={15} /> : null}</span>
      {content}
    </Base.CheckboxItem>
  );
}
