import { messages } from '../../messages.ts';
import type { FoundRows, ListFilters } from '../../model/filters.ts';
import { healthOrder, healthTone, syncOrder, syncTone } from '../../model/status.ts';
import type { Tone } from '../../model/status.ts';
import { cx } from '../../ui/cx.ts';
import { Plumb } from '../../ui/plumb.tsx';
import { HealthIcon, toneClass } from '../../ui/status.tsx';
import styles from './summary-bar.module.css';

interface SummaryProps {
  readonly filters: ListFilters;
  readonly onChange: (filters: ListFilters) => void;
  readonly found: FoundRows;
}

/** How the fleet is, as buttons that filter it. Each number is what pressing its button would show. */
export function SummaryBar({ filters, onChange, found }: SummaryProps) {
  return (
    <div className={styles.bar}>
      <div className={styles.group} role="group" aria-label={messages.columns.health}>
        {healthOrder.map((health) => (
          <Chip
            key={health}
            tone={healthTone(health)}
            icon={<HealthIcon health={health} />}
            name={messages.health[health]}
            count={found.health.get(health) ?? 0}
            pressed={filters.health.includes(health)}
            onPress={() => onChange({ ...filters, health: toggle(filters.health, health) })}
          />
        ))}
      </div>
      <div className={styles.group} role="group" aria-label={messages.columns.sync}>
        {syncOrder.map((sync) => (
          <Chip
            key={sync}
            tone={syncTone(sync)}
            icon={
              <Plumb state={sync === 'Synced' ? 'true' : sync === 'OutOfSync' ? 'deflected' : 'unknown'} />
            }
            name={messages.sync[sync]}
            count={found.sync.get(sync) ?? 0}
            pressed={filters.sync.includes(sync)}
            onPress={() => onChange({ ...filters, sync: toggle(filters.sync, sync) })}
          />
        ))}
      </div>
      <div className={styles.scale} aria-hidden="true">
        {healthOrder.map((health) => {
          const size = found.health.get(health) ?? 0;
          return size === 0 ? null : (
            <span key={health} className={toneClass(healthTone(health))} style={{ flexGrow: size }} />
          );
        })}
      </div>
    </div>
  );
}

function toggle<T>(list: readonly T[], item: T): readonly T[] {
  return list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
}

interface ChipProps {
  readonly tone: Tone;
  readonly icon: React.ReactNode;
  readonly name: string;
  readonly count: number;
  readonly pressed: boolean;
  readonly onPress: () => void;
}

function Chip({ tone, icon, name, count, pressed, onPress }: ChipProps) {
  return (
    <button
      type="button"
      className={cx(styles.chip, toneClass(tone), count === 0 && !pressed && styles.none)}
      aria-pressed={pressed}
      onClick={onPress}
    >
      {icon}
      <span>{name}</span>
      <span className={styles.number}>{count}</span>
    </button>
  );
}
