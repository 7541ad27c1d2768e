import { messages } from '../../messages.ts';
import type { ApplicationRow } from '../../model/application-row.ts';
import { sortColumns } from '../../model/filters.ts';
import type { ListFilters } from '../../model/filters.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu } from '../../ui/menu.tsx';
import styles from './toolbar.module.css';

interface ToolbarProps {
  readonly filters: ListFilters;
  readonly onChange: (filters: ListFilters) => void;
  readonly rows: readonly ApplicationRow[];
  readonly searchField: React.RefObject<HTMLInputElement | null>;
  readonly onLeaveSearch: () => void;
}

/** Search, the choices of project and cluster, sorting and the kind of view. */
export function Toolbar({ filters, onChange, rows, searchField, onLeaveSearch }: ToolbarProps) {
  return (
    <div className={styles.toolbar} role="search">
      <div className={styles.search}>
        <Icon name="search" size={15} />
        <input
          ref={searchField}
          type="text"
          role="searchbox"
          aria-label={messages.search.label}
          placeholder={messages.search.placeholder}
          spellCheck={false}
          autoComplete="off"
          value={filters.search}
          onChange={(event) => onChange({ ...filters, search: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && filters.search !== '') onChange({ ...filters, search: '' });
            else if (event.key === 'Escape') event.currentTarget.blur();
            else if (event.key === 'Enter' || event.key === 'ArrowDown') onLeaveSearch();
            else return;
            event.preventDefault();
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <Choice
        name={messages.project}
        values={valuesOf(rows, (row) => row.project)}
        chosen={filters.projects}
        onChange={(projects) => onChange({ ...filters, projects })}
      />
      <Choice
        className={styles.second}
        name={messages.cluster}
        values={valuesOf(rows, (row) => row.cluster)}
        chosen={filters.clusters}
        onChange={(clusters) => onChange({ ...filters, clusters })}
      />
      <Menu
        label={messages.sort.label}
        trigger={
          <IconButton
            look="secondary"
            icon={filters.descending ? 'arrowDown' : 'arrowUp'}
            label={messages.sort.by(messages.columns[filters.sort])}
          />
        }
        entries={sortColumns.map((column) => ({
          key: column,
          text: messages.columns[column],
          checked: filters.sort === column,
          onSelect: () =>
            onChange({
              ...filters,
              sort: column,
              descending: filters.sort === column && !filters.descending,
            }),
        }))}
      />
      <div className={styles.views} role="group" aria-label={messages.view.label}>
        {(['table', 'tiles'] as const).map((view) => (
          <IconButton
            key={view}
            icon={view}
            label={messages.view[view]}
            aria-pressed={filters.view === view}
            onClick={() => onChange({ ...filters, view })}
          />
        ))}
      </div>
    </div>
  );
}

function valuesOf(
  rows: readonly ApplicationRow[],
  of: (row: ApplicationRow) => string,
): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(of(row), (counts.get(of(row)) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a.localeCompare(b));
}

interface ChoiceProps {
  readonly className?: string | undefined;
  readonly name: string;
  readonly values: readonly (readonly [string, number])[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

/** Shown only where there is something to choose between. */
function Choice({ className, name, values, chosen, onChange }: ChoiceProps) {
  if (values.length < 2 && chosen.length === 0) return null;
  return (
    <Menu
      label={name}
      trigger={
        <Button className={chosen.length === 0 ? className : undefined}>
          {name}
          {chosen.length === 0 ? (
            <Icon name="chevronDown" size={12} />
          ) : (
            <span className={styles.chosen}>{chosen.length}</span>
          )}
        </Button>
      }
      entries={values.map(([value, count]) => ({
        key: value,
        text: value,
        hint: count,
        checked: chosen.includes(value),
        onSelect: () =>
          onChange(chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value]),
      }))}
    />
  );
}
